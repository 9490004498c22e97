import { PerfError } from '@perf/contracts';
import type { Isolation } from './isolation.ts';
import { MemoryStore } from './memory-store.ts';
import type { MemoryStoreOptions } from './memory-store.ts';

/** How a cache keeps and gives. */
export interface TieredCacheOptions {
  /**
   * The memory tier: its bounds, or a store made elsewhere. A store that is passed in belongs to this cache alone and is
   * closed by whoever made it. @default `new MemoryStore()`: 100,000 entries, 64 MiB
   */
  readonly memory?: MemoryStore | MemoryStoreOptions;
  /** Life of an entry in ms unless a call says otherwise, above 0; `Infinity` never expires. @default 3,600,000 */
  readonly ttlMs?: number;
  /** What callers share. @default 'none' */
  readonly isolate?: Isolation;
  /** Names the cache on the channel `perf:cache` and in errors. @default 'cache' */
  readonly name?: string;
  /** Source of time, epoch ms. @default the memory store's, else Date.now */
  readonly now?: () => number;
  /**
   * Told of what went wrong while keeping a loaded value, as a `sizeOf` that throws. The callers have their value; it is
   * not kept. @default a process warning
   */
  readonly onError?: (error: unknown) => void;
}

/** Options, checked and complete. */
export interface ResolvedOptions {
  readonly memory: MemoryStore;
  /** Whether the memory tier was made here, and is closed with the cache. */
  readonly ownsMemory: boolean;
  readonly ttlMs: number;
  readonly isolate: Isolation;
  readonly name: string;
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

/** Checks the options once and fills in what is missing. */
export function resolveOptions(options: TieredCacheOptions): ResolvedOptions {
  const { isolate = 'none', name = 'cache' } = options;
  if (!['none', 'freeze', 'clone'].includes(isolate))
    throw new PerfError('ERR_PERF_INVALID_OPTION', `isolate must be none, freeze or clone, got ${isolate}`);
  const ownsMemory = !(options.memory instanceof MemoryStore);
  const memory =
    options.memory instanceof MemoryStore
      ? options.memory
      : new MemoryStore({ ...(options.now === undefined ? {} : { now: options.now }), ...options.memory });
  return {
    memory,
    ownsMemory,
    ttlMs: checkTtl(options.ttlMs ?? 3_600_000),
    isolate,
    name,
    now: options.now ?? memory.now,
    onError:
      options.onError ?? ((error) => process.emitWarning(error instanceof Error ? error : String(error))),
  };
}

/** A life in ms, or an error that names it. */
export function checkTtl(ttlMs: number): number {
  if (ttlMs > 0) return ttlMs;
  throw new PerfError('ERR_PERF_INVALID_OPTION', `a ttl must be above 0 ms, got ${ttlMs}`);
}
