/** Options of a call that may put a value in. */
export interface CacheCall {
  /** Names under which `invalidateTag` finds it. */
  readonly tags?: readonly string[];
}

/**
 * One node of a cache that is put to the test: the cache itself, or one in another process behind the same methods. Nodes of one
 * test share their backend. A method that a cache does not have is left out; scenarios that need it are then not applicable.
 */
export interface CacheUnderTest {
  /** The value under `key`, loading it when missing. */
  getOrSet(key: string, load: () => Promise<unknown>, call?: CacheCall): Promise<unknown>;
  /** The value under `key`, or undefined; never loads. */
  get?(key: string): Promise<unknown>;
  set?(key: string, value: unknown, call?: CacheCall): Promise<void>;
  delete?(key: string): Promise<void>;
  invalidateTag?(tag: string): Promise<void>;
  /** Drops everything, on all nodes. */
  clear?(): Promise<void>;
}

/** What goes wrong with the messages of the backend to the second node. Its other traffic goes on. */
export interface BusFaults {
  /** From now on messages wait. */
  hold(): Promise<void>;
  /** From now on messages are lost, without any sign of it. */
  lose(): Promise<void>;
  /** What waits arrives, and everything else from now on. */
  deliver(): Promise<void>;
}

/** Nodes that share a backend. */
export interface CacheNodes {
  /** At least one; scenarios across nodes need two. */
  readonly nodes: readonly CacheUnderTest[];
  readonly faults?: BusFaults;
}
