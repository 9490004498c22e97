import type { StoreEntry } from '@perf/contracts';
import type { RedisClient, RedisServer } from './redis-client.ts';
import { isCluster } from './redis-client.ts';

/** Most keys of one MGET. */
const MAX_KEYS = 1000;

type Answer = StoreEntry<Uint8Array> | undefined;

/** How keys are read. */
export interface ReadBatchOptions {
  readonly client: RedisClient;
  /** The name of a key in Redis. */
  readonly nameOf: (key: string) => string;
  /** The entry in what Redis gave for a key. */
  readonly decode: (key: string, bytes: Buffer | null) => Answer;
  /** The entry for an answer that was an error, or throws it on. */
  readonly recover: (error: unknown) => Answer;
}

/** The keys asked for in one tick, each with its place among the answers. */
interface Batch {
  readonly places: Map<string, number>;
  /** Resolves when each place has its answer, or the promise of it. */
  readonly answers: Promise<readonly (Answer | Promise<Answer>)[]>;
  readonly resolve: (answers: readonly (Answer | Promise<Answer>)[]) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Gathers the reads of one tick: the same key is asked for once, a lone key with GET, several with one MGET. On a Cluster, where
 * the keys lie on different slots, each has its GET, all sent at once.
 */
export class ReadBatch {
  readonly #options: ReadBatchOptions;
  #open: Batch | undefined;

  constructor(options: ReadBatchOptions) {
    this.#options = options;
  }

  /** The entries under the keys, in order. All callers of a tick share one promise, so a caller costs little more than its wait. */
  async read(keys: readonly string[]): Promise<Answer[]> {
    if (keys.length === 0) return [];
    const batch = this.#batch();
    const { places } = batch;
    const own = keys.map((key) => {
      const place = places.get(key) ?? places.size;
      if (place === places.size) places.set(key, place);
      return place;
    });
    const answers = await batch.answers;
    const [first] = own;
    if (own.length === 1 && first !== undefined) return [await answers[first]];
    return Promise.all(own.map(async (place) => answers[place]));
  }

  #batch(): Batch {
    if (this.#open !== undefined) return this.#open;
    const { promise, resolve, reject } = Promise.withResolvers<readonly (Answer | Promise<Answer>)[]>();
    this.#open = { places: new Map(), answers: promise, resolve, reject };
    // After all promises that are settled by now: callers that were woken together ask together.
    process.nextTick(this.#send);
    return this.#open;
  }

  readonly #send = (): void => {
    const batch = this.#open;
    this.#open = undefined;
    if (batch === undefined) return;
    const keys = [...batch.places.keys()];
    const { client } = this.#options;
    if (isCluster(client) || keys.length === 1) return batch.resolve(keys.map((key) => this.#getOne(key)));
    this.#getMany(client, keys).then(batch.resolve, batch.reject);
  };

  async #getOne(key: string): Promise<Answer> {
    const { client, nameOf, decode, recover } = this.#options;
    try {
      return decode(key, await client.getBuffer(nameOf(key)));
    } catch (error) {
      return recover(error);
    }
  }

  async #getMany(server: RedisServer, keys: readonly string[]): Promise<Answer[]> {
    const { nameOf, decode } = this.#options;
    const chunks: Promise<(Buffer | null)[]>[] = [];
    for (let from = 0; from < keys.length; from += MAX_KEYS)
      chunks.push(server.mgetBuffer(...keys.slice(from, from + MAX_KEYS).map(nameOf)));
    const found = (await Promise.all(chunks)).flat();
    return keys.map((key, i) => decode(key, found[i] ?? null));
  }
}
