import type { CacheStore, StoreEntry, StoreOptions } from './cache.ts';

/**
 * Counters that only grow, kept apart from entries: no eviction, expiry or restart of a process loses one. `TieredCache` keeps one
 * per tag and one per namespace; an entry names the numbers it was made under and is valid while they are the same.
 */
export interface CounterStore {
  /**
   * The number of each counter, in order. One that does not exist (new, or lost with the data of its server) begins at the time
   * of the server in µs, so that no number is ever given twice.
   */
  generations(names: readonly string[], options?: StoreOptions): Promise<readonly number[]>;
  /** Raises each counter above every number it had, and gives the new ones in order. A shared store tells all listeners too. */
  bump(names: readonly string[], options?: StoreOptions): Promise<readonly number[]>;
}

/** What became invalid, as told on the bus. Names are those that tiers see. */
export type Invalidation =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'counter'; readonly name: string; readonly generation: number };

/** Told of what happens on the bus of a shared store. Nothing it does may throw. */
export interface BusListener {
  /** Somebody else invalidated something; what was done through this very store is not told. Messages of one publisher come in order. */
  invalidated(invalidation: Invalidation): void;
  /** The load of `key` in another process has ended or was given up: whoever waits for it looks again. */
  landed(key: string): void;
  /**
   * `trusted`: from now on every message arrives; some may have been missed before. `doubtful`: messages were or may have been
   * missed, while the server answers. `blind`: the server cannot be reached. `trusted` is told anew after every gap.
   */
  stateChanged(state: BusState): void;
}

/** See `BusListener.stateChanged`. */
export type BusState = 'trusted' | 'doubtful' | 'blind';

/** What is asked for with a lease. */
export interface LeaseRequest {
  /** Names this load; unique over all processes. */
  readonly token: string;
  /** The lease ends by itself after this many ms, unless it is extended: longer than a pause of the process, shorter than the patience of waiters. */
  readonly leaseMs: number;
  /** Counters to read in the same trip, before the load begins. */
  readonly counters: readonly string[];
  /** Takes the lease though there is a value: the caller found it invalid or too old. @default false */
  readonly despiteValue?: boolean;
}

/** What a request for a lease came to. */
export interface LeaseAnswer {
  /** `granted`: load, then `setIfLeased`. `held`: another load is running. `valued`: a value came meanwhile; it is in `entry`. */
  readonly state: 'granted' | 'held' | 'valued';
  readonly entry?: StoreEntry<Uint8Array>;
  /** Of `counters`, in order; whatever the state. */
  readonly generations: readonly number[];
}

/**
 * A byte tier that several processes share, with what keeps them from lying to each other: leases, counters and a bus.
 *
 * `setMany`, `deleteMany` and `clear` are invalidations here: they end the leases of what they touch, so that loads that run
 * cannot store, wake those who wait for them, and tell all others, before they resolve. A store serves one cache.
 */
export interface SharedStore extends CacheStore<Uint8Array>, CounterStore {
  readonly isShared: true;
  lease(key: string, request: LeaseRequest, options?: StoreOptions): Promise<LeaseAnswer>;
  /** Whether the lease was still held, and now is for `leaseMs` more. */
  extendLease(key: string, token: string, leaseMs: number, options?: StoreOptions): Promise<boolean>;
  /** Gives a lease back without a value and wakes those who wait; nothing when it is lost already. */
  releaseLease(key: string, token: string, options?: StoreOptions): Promise<void>;
  /** Stores only while the lease of `token` holds, ends it and wakes those who wait. Says whether it stored. */
  setIfLeased(entry: StoreEntry<Uint8Array>, token: string, options?: StoreOptions): Promise<boolean>;
  /** Listens until the result is disposed. Begins with a call of `stateChanged`; resolves without waiting for the server. */
  subscribe(listener: BusListener): Promise<AsyncDisposable>;
}

/** Whether a tier is shared by several processes. */
export function isSharedStore(store: CacheStore): store is CacheStore & SharedStore {
  return 'isShared' in store && store.isShared === true;
}
