import type { StoreEntry } from '@perf/contracts';
import type { RedisClient } from './redis-client.ts';
import { isCluster } from './redis-client.ts';

/** Most keys of one MGET. */
const MAX_KEYS = 1000;

type Answer = StoreEntry<Uint8Array> | undefined;

/** Gives the bytes under the name of a key meaning. */
export interface ReadBatchOptions {
  readonly client: RedisClient;
  /** The name of a key in Redis. */
  readonly nameOf: (key: string) => string;
  /** The entry in what Redis gave for a key. */
  readonly decode: (key: string, bytes: Buffer | null) => Answer;
  /** The entry for an answer that was an error, or throws it on. */
  readonly recover: (error: unknown) => Answer;
}

interface Waiting {
  readonly promise: Promise<Answer>;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers the reads of one tick: the same key is asked for once, a lone key with GET, several with one MGET. On a Cluster, where
 * the keys lie on different slots, each has its GET, all sent at once.
 */
export class ReadBatch {
  readonly #options: ReadBatchOptions;
  #waiting = new Map<string, Waiting>();

  constructor(options: ReadBatchOptions) {
    this.#options = options;
  }

  get(key: string): Promise<Answer> {
    const joined = this.#waiting.get(key);
    if (joined !== undefined) return joined.promise;
    // After all promises that are settled by now: callers that were woken together ask together.
    if (this.#waiting.size === 0) process.nextTick(this.#send);
    const waiting = Promise.withResolvers<Answer>();
    this.#waiting.set(key, waiting);
    return waiting.promise;
  }

  readonly #send = (): void => {
    const waiting = this.#waiting;
    this.#waiting = new Map();
    const { client } = this.#options;
    if (waiting.size === 1 || isCluster(client)) {
      for (const [key, one] of waiting) this.#getOne(key, one);
      return;
    }
    const all = [...waiting];
    for (let from = 0; from < all.length; from += MAX_KEYS)
      this.#getMany(client, all.slice(from, from + MAX_KEYS));
  };

  #getOne(key: string, { resolve, reject }: Waiting): void {
    const { client, nameOf, decode, recover } = this.#options;
    client.getBuffer(nameOf(key)).then(
      (bytes) => resolve(decode(key, bytes)),
      (error: unknown) => settle(() => recover(error), resolve, reject),
    );
  }

  #getMany(client: Extract<RedisClient, { mgetBuffer: unknown }>, chunk: readonly [string, Waiting][]): void {
    const { nameOf, decode } = this.#options;
    client.mgetBuffer(...chunk.map(([key]) => nameOf(key))).then(
      (found) => chunk.forEach(([key, { resolve }], i) => resolve(decode(key, found[i] ?? null))),
      (error: unknown) => {
        for (const [, { reject }] of chunk) reject(error);
      },
    );
  }
}

function settle(
  work: () => Answer,
  resolve: (answer: Answer) => void,
  reject: (error: unknown) => void,
): void {
  try {
    resolve(work());
  } catch (error) {
    reject(error);
  }
}
