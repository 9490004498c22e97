import type { CacheStore, EntryOptions } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { EntryCodec } from './bytes/entry-codec.ts';
import { encryptionKey } from './bytes/payload.ts';
import { messagePack } from './bytes/serializer.ts';
import type { Serializer } from './bytes/serializer.ts';
import { checkTtl, entryRules } from './entry-rules.ts';
import type { Isolation } from './isolation.ts';
import { MemoryStore } from './memory-store.ts';
import type { MemoryStoreOptions } from './memory-store.ts';
import type { Privacy, PrivacyOptions } from './privacy.ts';
import { privacyOf } from './privacy.ts';
import type { CalmOptions } from './tiers/tier-guard.ts';
import type { After } from './timer.ts';
import { realAfter } from './timer.ts';

/** How a cache keeps and gives. */
export interface TieredCacheOptions {
  /**
   * The memory tier: its bounds, or a store made elsewhere. A store that is passed in belongs to this cache alone and is
   * closed by whoever made it. `false`: nothing is kept in memory. @default `new MemoryStore()`: 100,000 entries, 64 MiB
   */
  readonly memory?: MemoryStore | MemoryStoreOptions | false;
  /**
   * The tiers below the memory, fastest first; at most one of them is shared. They belong to this cache alone and are closed
   * by whoever made them. @default none
   */
  readonly tiers?: readonly CacheStore[];
  /** What the names of this cache begin with in its tiers: caches of one namespace are one cache. @default '' */
  readonly namespace?: string;
  /** Life of an entry in ms unless a call says otherwise, above 0; `Infinity` never expires. @default 3,600,000 */
  readonly ttlMs?: number;
  /** Options of every call that does not say otherwise. @default none */
  readonly defaults?: Omit<EntryOptions, 'ttlMs' | 'signal'>;
  /** Timeouts, breaker and journal of the tiers below the memory. */
  readonly calm?: CalmOptions;
  /** Ms after which the load of a process that died is taken over by another one. A load that lives holds on for as long as it takes. @default 3000 */
  readonly leaseMs?: number;
  /** How byte tiers keep values. @default `messagePack()` */
  readonly serializer?: Serializer;
  /** Byte tiers keep bigger values compressed by zstd; `Infinity` never. @default 1024 */
  readonly compressAboveBytes?: number;
  /** Byte tiers do not keep bigger values, and nothing bigger is read from them: bytes of a value, compressed or not. @default 64 MiB */
  readonly maxEntryBytes?: number;
  /** What is done with private values. @default all are public */
  readonly privacy?: PrivacyOptions;
  /** What callers share. @default 'none' */
  readonly isolate?: Isolation;
  /** Names the cache on the channel `perf:cache` and in errors. @default 'cache' */
  readonly name?: string;
  /** Source of time, epoch ms. @default the memory store's, else Date.now */
  readonly now?: () => number;
  /** Source of timers. @default Node's */
  readonly after?: After;
  /** Source of chance, 0 to below 1, for jitter and `refreshAhead`. @default Math.random */
  readonly random?: () => number;
  /**
   * Told of what went wrong where no caller waits for it: a value that could not be kept, as for a `sizeOf` that throws, and a
   * renewal in the background that failed. @default a process warning
   */
  readonly onError?: (error: unknown) => void;
}

/** Options, checked and complete. */
export interface ResolvedOptions {
  readonly memory: MemoryStore;
  /** Whether the memory tier was made here, and is closed with the cache. */
  readonly ownsMemory: boolean;
  readonly usesMemory: boolean;
  readonly tiers: readonly CacheStore[];
  readonly namespace: string;
  readonly defaults: EntryOptions;
  readonly calm: Required<CalmOptions>;
  readonly leaseMs: number;
  readonly codec: EntryCodec;
  readonly privacyOf: (key: string, value: unknown) => Privacy;
  readonly isolate: Isolation;
  readonly name: string;
  readonly now: () => number;
  readonly after: After;
  readonly random: () => number;
  readonly onError: (error: unknown) => void;
}

const CALM: Required<CalmOptions> = {
  softTimeoutMs: 50,
  hardTimeoutMs: 250,
  failures: 5,
  retryMs: 250,
  maxDoubtMs: 60_000,
  journalEntries: 10_000,
  journalMs: 30_000,
};

/** Checks the options once and fills in what is missing. */
export function resolveOptions(options: TieredCacheOptions): ResolvedOptions {
  const { isolate = 'none', name = 'cache', memory: given, tiers = [], random = Math.random } = options;
  if (!['none', 'freeze', 'clone'].includes(isolate))
    throw invalid(`isolate must be none, freeze or clone, got ${isolate}`);
  if (tiers.filter((tier) => 'isShared' in tier).length > 1) throw invalid('at most one tier can be shared');
  const ownsMemory = !(given instanceof MemoryStore);
  const now = options.now === undefined ? {} : { now: options.now };
  const memory =
    given instanceof MemoryStore ? given : new MemoryStore({ ...now, ...(given === false ? {} : given) });
  const defaults: EntryOptions = { ...options.defaults, ttlMs: checkTtl(options.ttlMs ?? 3_600_000) };
  entryRules({}, defaults);
  return {
    memory,
    ownsMemory,
    usesMemory: given !== false,
    tiers,
    namespace: checkNamespace(options.namespace ?? ''),
    defaults,
    calm: checkCalm({ ...CALM, ...options.calm }),
    leaseMs: checkTtl(options.leaseMs ?? 3000),
    codec: codecOf(options),
    privacyOf: privacyOf(options.privacy),
    isolate,
    name,
    now: options.now ?? memory.now,
    after: options.after ?? realAfter,
    random,
    onError:
      options.onError ?? ((error) => process.emitWarning(error instanceof Error ? error : String(error))),
  };
}

function codecOf(options: TieredCacheOptions): EntryCodec {
  const { serializer = messagePack(), compressAboveBytes = 1024, maxEntryBytes = 64 * 1024 * 1024 } = options;
  if (!Number.isInteger(serializer.id) || serializer.id < 0 || serializer.id > 7)
    throw invalid(`the id of a serializer must be 0 to 7, got ${serializer.id}`);
  if (!(compressAboveBytes >= 0))
    throw invalid(`compressAboveBytes must be at least 0, got ${compressAboveBytes}`);
  if (!Number.isInteger(maxEntryBytes) || maxEntryBytes < 1)
    throw invalid(`maxEntryBytes must be a whole number of at least 1, got ${maxEntryBytes}`);
  const key = options.privacy?.encryptionKey;
  return new EntryCodec({
    serializer,
    compressAboveBytes,
    maxEntryBytes,
    encryptionKey: key === undefined ? undefined : encryptionKey(key),
  });
}

function checkCalm(calm: Required<CalmOptions>): Required<CalmOptions> {
  for (const [name, value] of Object.entries(calm))
    if (!(value > 0 || (name === 'maxDoubtMs' && value === 0)))
      throw invalid(`${name} must be above 0, got ${value}`);
  return calm;
}

/** A namespace is a part of names in every tier: it must not reach into another one. */
function checkNamespace(namespace: string): string {
  if (/^[\w.-]{0,64}$/.test(namespace)) return namespace;
  throw invalid('a namespace must be up to 64 letters, digits, dots, dashes or underscores');
}

function invalid(message: string): PerfError {
  return new PerfError('ERR_PERF_INVALID_OPTION', message);
}
