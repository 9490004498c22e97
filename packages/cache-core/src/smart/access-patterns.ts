import type { EntryOptions, Load } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { TopCounts } from './top-counts.ts';

/** How much an analyzer remembers. */
export interface AccessPatternOptions {
  /** Most keys; the one not used for longest is forgotten first. @default 10,000 */
  readonly maxKeys?: number;
  /** Most followers remembered of one key. @default 8 */
  readonly maxFollowers?: number;
  /** Most sessions whose last key is remembered. @default 1,000 */
  readonly maxSessions?: number;
}

/** A key that is likely to be asked next. */
export interface Prediction {
  readonly key: string;
  /** 0 to 1: of the requests that followed the present key, the share that asked for this one. */
  readonly probability: number;
  /** Mean time of its loads in ms; 0 when none is known. */
  readonly loadMs: number;
}

/** How predicted keys are warmed. */
export interface WarmAhead {
  readonly cache: { getOrSet<T>(key: string, load: Load<T>, options?: EntryOptions): T | Promise<T> };
  /** How a key is loaded; undefined for one that cannot be loaded without its caller. */
  readonly loadFor: (
    key: string,
  ) => { readonly load: Load<unknown>; readonly options?: EntryOptions } | undefined;
  /**
   * Price of one load in the background now, in ms that others wait for it: a key is warmed when probability × the time its load takes
   * is more. @default 5 for each warming that runs, and 5
   */
  readonly priceMs?: () => number;
  /** Most keys warmed at once. @default 5 */
  readonly most?: number;
  /** Told of loads that failed. @default nothing: the next caller meets the failure itself */
  readonly onError?: (error: unknown) => void;
}

/** What is known of one key. */
interface Known {
  readonly followers: TopCounts<string>;
  loads: number;
  loadMs: number;
}

/** Followers of one key counted before all counts are halved: the pattern of last month fades. */
const HALVE_AT = 256;

/**
 * Learns which key follows which in a session (a Markov chain of first order, in bounded room) and what loads cost, and warms what will
 * probably be asked next when that saves more than it costs.
 *
 * @example
 * const patterns = new AccessPatternAnalyzer();
 * patterns.record(key, { session: user, loadMs });
 * await patterns.predictAndWarm(key, { cache, loadFor: (next) => ({ load: () => answer(next) }) });
 */
export class AccessPatternAnalyzer {
  readonly #keys = new Map<string, Known>();
  readonly #last = new Map<string, string>();
  readonly #maxKeys: number;
  readonly #maxFollowers: number;
  readonly #maxSessions: number;
  #warming = 0;

  constructor(options: AccessPatternOptions = {}) {
    this.#maxKeys = positive('maxKeys', options.maxKeys ?? 10_000);
    this.#maxFollowers = positive('maxFollowers', options.maxFollowers ?? 8);
    this.#maxSessions = positive('maxSessions', options.maxSessions ?? 1_000);
  }

  /** Keys remembered. */
  get size(): number {
    return this.#keys.size;
  }

  /** Takes in one request of a session, and what its load took when there was one. */
  record(
    key: string,
    { session = '', loadMs }: { readonly session?: string; readonly loadMs?: number } = {},
  ): void {
    const known = this.#use(key);
    if (loadMs !== undefined) {
      known.loads++;
      known.loadMs += (loadMs - known.loadMs) / Math.min(known.loads, 16);
    }
    const last = this.#last.get(session);
    this.#last.delete(session);
    this.#last.set(session, key);
    forgetOldest(this.#last, this.#maxSessions);
    if (last === undefined || last === key) return;
    const { followers } = this.#use(last);
    followers.add(key);
    if (followers.total >= HALVE_AT) followers.halve();
  }

  /** The `most` keys most likely to follow, likeliest first. */
  predict(key: string, most = 5): readonly Prediction[] {
    const followers = this.#keys.get(key)?.followers;
    if (followers === undefined || followers.total === 0) return [];
    return followers.top(most).map(({ item, count }) => ({
      key: item,
      probability: Math.min(1, count / followers.total),
      loadMs: this.#keys.get(item)?.loadMs ?? 0,
    }));
  }

  /** Loads likely next keys into the cache where that pays. Resolves with the keys that were asked for when they are there, or have failed. */
  async predictAndWarm(key: string, ahead: WarmAhead): Promise<readonly string[]> {
    const { most = 5, priceMs = () => 5 * (1 + this.#warming), onError = () => undefined } = ahead;
    const warmed: Promise<unknown>[] = [];
    const keys: string[] = [];
    for (const { key: next, probability, loadMs } of this.predict(key, most)) {
      if (probability * loadMs <= priceMs()) continue;
      const found = ahead.loadFor(next);
      if (found === undefined) continue;
      keys.push(next);
      this.#warming++;
      const done = (): void => void this.#warming--;
      warmed.push(
        (async () => ahead.cache.getOrSet(next, found.load, found.options))().catch(onError).finally(done),
      );
    }
    await Promise.all(warmed);
    return keys;
  }

  #use(key: string): Known {
    const known = this.#keys.get(key) ?? {
      followers: new TopCounts<string>(this.#maxFollowers),
      loads: 0,
      loadMs: 0,
    };
    this.#keys.delete(key);
    this.#keys.set(key, known);
    forgetOldest(this.#keys, this.#maxKeys);
    return known;
  }
}

function forgetOldest(map: Map<string, unknown>, most: number): void {
  if (map.size <= most) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}

function positive(name: string, value: number): number {
  if (Number.isInteger(value) && value > 0) return value;
  throw new PerfError(
    'ERR_PERF_INVALID_OPTION',
    `${name} must be a whole number of at least 1, got ${value}`,
  );
}
