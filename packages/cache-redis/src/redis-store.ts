import type {
  BusListener,
  LeaseAnswer,
  LeaseRequest,
  SharedStore,
  StoreEntry,
  StoreOptions,
} from '@perf/contracts';
import { isPerfError, orAborted, PerfError, throwIfAborted } from '@perf/contracts';
import { Bus } from './bus.ts';
import { counterMessage, keyMessage, landedMessage, prefixMessage } from './bus-message.ts';
import { judgeOptions } from './client-options.ts';
import { KeyNames } from './key-names.ts';
import { unlinkMatching } from './prefix-scan.ts';
import { ReadBatch } from './read-batch.ts';
import type { RedisClient } from './redis-client.ts';
import { isCluster } from './redis-client.ts';
import type { RedisStoreOptions, RedisStoreStatistics } from './redis-store-options.ts';
import {
  bumpScript,
  dropScript,
  extendScript,
  generationsScript,
  landScript,
  leaseScript,
  putScript,
  releaseScript,
} from './scripts.ts';
import { expiryOf, frame, unframe } from './stored-value.ts';

/**
 * The tier that processes share, in Redis: values, leases, counters and an invalidation bus. The client is ioredis 5.4 or newer,
 * `Redis` (also by Sentinel) or `Cluster`; it is never opened or quit here, only its duplicate that listens is.
 *
 * @example
 * const redis = new Redis({ ...redisOptions, host: 'cache.internal' });
 * const store = new RedisStore(redis, { prefix: 'shop:' });
 */
export class RedisStore implements SharedStore {
  readonly name: string;
  readonly keeps = 'bytes';
  readonly isShared = true;
  readonly #client: RedisClient;
  readonly #names: KeyNames;
  readonly #reads: ReadBatch;
  readonly #bus: Bus;
  readonly #counters = { hits: 0, misses: 0, rejected: 0, errors: 0, bytesRead: 0, bytesWritten: 0 };
  #isDisposed = false;

  constructor(client: RedisClient, options: RedisStoreOptions = {}) {
    const { prefix = 'perf:', name = 'redis', tracking = false, onWarning = warn } = options;
    if (tracking && isCluster(client))
      throw new PerfError('ERR_PERF_UNSUPPORTED', 'tracking is not possible on a Redis Cluster');
    const warning = judgeOptions(client);
    this.name = name;
    this.#client = client;
    this.#names = new KeyNames(prefix);
    this.#bus = new Bus({ client, names: this.#names, tracking });
    this.#reads = new ReadBatch({
      client,
      nameOf: (key) => this.#names.value(key),
      decode: (key, bytes) => this.#decode(key, bytes),
      recover: (error) => this.#foreignType(error),
    });
    if (warning !== undefined) onWarning(warning);
  }

  /** Reads of one tick, of all callers, travel together; a key that several want is read once. */
  async getMany(
    keys: readonly string[],
    options?: StoreOptions,
  ): Promise<readonly (StoreEntry<Uint8Array> | undefined)[]> {
    this.#refuse(options, 'a read');
    const work = this.#reads.read(keys);
    try {
      return await (options?.signal === undefined ? work : orAborted(work, options.signal, 'a read'));
    } catch (error) {
      throw this.#failure(error, `a read of ${keys.length} keys`);
    }
  }

  setMany(entries: readonly StoreEntry<Uint8Array>[], options?: StoreOptions): Promise<void> {
    return this.#ask(`a write of ${entries.length} entries`, options, async () => {
      const now = Date.now();
      await Promise.all(
        entries.map((entry) => (entry.expiresAt > now ? this.#put(entry) : this.#drop(entry.key))),
      );
    });
  }

  deleteMany(keys: readonly string[], options?: StoreOptions): Promise<void> {
    return this.#ask(`a delete of ${keys.length} keys`, options, async () => {
      await Promise.all(keys.map((key) => this.#drop(key)));
    });
  }

  clear(prefix: string, options?: StoreOptions): Promise<void> {
    return this.#ask('a clear', options, async () => {
      await unlinkMatching(
        this.#client,
        this.#names.pattern(prefix),
        () => options?.signal?.aborted === true,
      );
      await this.#client.callBuffer('publish', this.#names.channel, prefixMessage(this.#bus.stamp(), prefix));
    });
  }

  lease(key: string, request: LeaseRequest, options?: StoreOptions): Promise<LeaseAnswer> {
    return this.#ask('a lease', options, async () => {
      const [answer, generations] = await Promise.all([
        this.#lease(key, request, request.despiteValue === true),
        this.#generations(request.counters),
      ]);
      return { ...answer, generations };
    });
  }

  extendLease(key: string, token: string, leaseMs: number, options?: StoreOptions): Promise<boolean> {
    return this.#ask('to extend a lease', options, async () => {
      const [, lease, mark] = this.#names.entry(key);
      return isOne(await extendScript.run(this.#client, [lease, mark], [token, wholeMs(leaseMs)]));
    });
  }

  releaseLease(key: string, token: string, options?: StoreOptions): Promise<void> {
    return this.#ask('to release a lease', options, async () => {
      const [, lease, mark] = this.#names.entry(key);
      const words = [token, this.#names.channel, landedMessage(key)];
      await releaseScript.run(this.#client, [lease, mark], words);
    });
  }

  setIfLeased(entry: StoreEntry<Uint8Array>, token: string, options?: StoreOptions): Promise<boolean> {
    return this.#ask('a write under a lease', options, async () => {
      if (!(entry.expiresAt > Date.now())) {
        const [, lease, mark] = this.#names.entry(entry.key);
        const words = [token, this.#names.channel, landedMessage(entry.key)];
        await releaseScript.run(this.#client, [lease, mark], words);
        return false;
      }
      const words = [
        token,
        this.#names.channel,
        landedMessage(entry.key),
        this.#frame(entry),
        expiryOf(entry.expiresAt) ?? '',
      ];
      return isOne(await landScript.run(this.#client, this.#names.entry(entry.key), words));
    });
  }

  generations(names: readonly string[], options?: StoreOptions): Promise<readonly number[]> {
    return this.#ask(`a read of ${names.length} counters`, options, () => this.#generations(names));
  }

  bump(names: readonly string[], options?: StoreOptions): Promise<readonly number[]> {
    return this.#ask(`to raise ${names.length} counters`, options, () =>
      Promise.all(
        names.map(async (name) => {
          const words = [this.#names.channel, ...counterMessage(this.#bus.stamp(), name)];
          return numberIn(await bumpScript.run(this.#client, [this.#names.counter(name)], words));
        }),
      ),
    );
  }

  async subscribe(listener: BusListener): Promise<AsyncDisposable> {
    this.#refuse(undefined, 'a subscription');
    this.#bus.listen(listener);
    return {
      [Symbol.asyncDispose]: async () => {
        this.#bus.unlisten(listener);
      },
    };
  }

  /** Counters since the store was made. */
  get statistics(): RedisStoreStatistics {
    return {
      name: this.name,
      evictions: 0,
      entries: 0,
      memoryUsedBytes: 0,
      requests: this.#counters.hits + this.#counters.misses,
      ...this.#counters,
      ...this.#bus.counters,
    };
  }

  /** Stops listening; the client that was passed in stays open. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isDisposed = true;
    this.#bus.close();
  }

  async #lease(
    key: string,
    request: LeaseRequest,
    despiteValue: boolean,
  ): Promise<Pick<LeaseAnswer, 'state' | 'entry'>> {
    const words = [request.token, wholeMs(request.leaseMs), despiteValue ? '1' : '0'];
    const reply = await leaseScript.run(this.#client, this.#names.entry(key), words);
    if (!Buffer.isBuffer(reply)) return { state: isOne(reply) ? 'granted' : 'held' };
    const entry = this.#decode(key, reply);
    return entry === undefined ? this.#lease(key, request, true) : { state: 'valued', entry };
  }

  /** In one script; on a Cluster, where counters lie on different slots, in one each. */
  async #generations(names: readonly string[]): Promise<number[]> {
    if (names.length === 0) return [];
    const keys = names.map((name) => this.#names.counter(name));
    const groups = isCluster(this.#client) ? keys.map((key) => [key]) : [keys];
    const replies = await Promise.all(groups.map((group) => generationsScript.run(this.#client, group, [])));
    return replies.flat().map(numberIn);
  }

  async #put(entry: StoreEntry<Uint8Array>): Promise<void> {
    const message = keyMessage(this.#bus.stamp(), entry.key);
    const words = [this.#names.channel, message, this.#frame(entry), expiryOf(entry.expiresAt) ?? ''];
    await putScript.run(this.#client, this.#names.entry(entry.key), words);
  }

  async #drop(key: string): Promise<void> {
    const words = [this.#names.channel, keyMessage(this.#bus.stamp(), key)];
    await dropScript.run(this.#client, this.#names.entry(key), words);
  }

  #frame(entry: StoreEntry<Uint8Array>): Buffer {
    this.#counters.bytesWritten += entry.value.byteLength;
    return frame(entry);
  }

  #decode(key: string, bytes: Buffer | null): StoreEntry<Uint8Array> | undefined {
    const entry = bytes === null ? undefined : unframe(key, bytes);
    if (bytes !== null && entry === undefined) this.#counters.rejected++;
    if (entry === undefined || entry.expiresAt <= Date.now()) {
      this.#counters.misses++;
      return undefined;
    }
    this.#counters.hits++;
    this.#counters.bytesRead += entry.value.byteLength;
    return entry;
  }

  /** A name of ours that holds a list, a hash or the like counts as missing. */
  #foreignType(error: unknown): undefined {
    if (!(error instanceof Error) || !error.message.startsWith('WRONGTYPE')) throw error;
    this.#counters.rejected++;
    this.#counters.misses++;
    return undefined;
  }

  async #ask<T>(doing: string, options: StoreOptions | undefined, work: () => Promise<T>): Promise<T> {
    this.#refuse(options, doing);
    try {
      return await orAborted(work(), options?.signal, doing);
    } catch (error) {
      throw this.#failure(error, doing);
    }
  }

  #refuse(options: StoreOptions | undefined, doing: string): void {
    if (this.#isDisposed)
      throw new PerfError('ERR_PERF_DISPOSED', `the store ${this.name} was disposed before ${doing}`);
    throwIfAborted(options?.signal, doing);
  }

  #failure(error: unknown, doing: string): PerfError {
    if (isPerfError(error)) return error;
    this.#counters.errors++;
    return new PerfError('ERR_PERF_TIER_UNAVAILABLE', `Redis did not answer ${doing}`, { cause: error });
  }
}

function warn(text: string): void {
  process.emitWarning(text, { code: 'PERF_REDIS_OPTIONS' });
}

function wholeMs(ms: number): number {
  return Math.max(1, Math.ceil(ms));
}

function isOne(reply: unknown): boolean {
  return Number(reply) === 1;
}

function numberIn(reply: unknown): number {
  const number = Number(String(reply));
  if (!Number.isSafeInteger(number)) throw new Error('a counter is no number');
  return number;
}
