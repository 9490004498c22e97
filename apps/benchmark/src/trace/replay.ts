import { setImmediate } from 'node:timers/promises';
import type { PolicyName } from '@perf/cache-core';
import { MemoryStore } from '@perf/cache-core';
import { throwIfAborted } from '@perf/contracts';
import { seededRandom } from '@perf/testkit';
import { Lirs } from './lirs.ts';
import type { Trace } from './trace.ts';

/** Policies a trace can be replayed with: those of the memory store, and LIRS to compare with. */
export const TRACE_POLICIES = ['lru', 'sieve', 's3-fifo', 'w-tinylfu', 'adaptive', 'lirs'] as const;

export type TracePolicy = (typeof TRACE_POLICIES)[number];

/** Requests between two looks at the signal. */
const STRIDE = 1 << 16;

/** How a trace is replayed. */
export interface ReplayOptions {
  readonly policy: TracePolicy;
  readonly entries: number;
  /** Seed of the store's hash of keys. */
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** Percent of the requests that find their key; each other puts it in. */
export async function replay({ requests, keys }: Trace, options: ReplayOptions): Promise<number> {
  const { policy, entries, seed, signal } = options;
  const use = policy === 'lirs' ? lirs(entries, keys.length) : store(policy, entries, seed, keys);
  let hits = 0;
  for (let from = 0; from < requests.length; from += STRIDE) {
    await setImmediate();
    throwIfAborted(signal, 'the replay');
    for (const id of requests.subarray(from, from + STRIDE)) if (use(id)) hits++;
  }
  return (hits / requests.length) * 100;
}

function lirs(entries: number, ids: number): (id: number) => boolean {
  const cache = new Lirs(entries, ids);
  return (id) => cache.use(id);
}

/** The memory store as it is shipped: a read, and a write when nothing was found. */
function store(
  policy: PolicyName,
  maxEntries: number,
  seed: number,
  keys: readonly string[],
): (id: number) => boolean {
  const memory = new MemoryStore({ policy, maxEntries, random: seededRandom(seed).next });
  return (id) => {
    const key = keys[id] ?? '';
    if (memory.get(key) !== undefined) return true;
    memory.put(key, { value: id, createdAt: 0, expiresAt: Infinity, bytes: 1, tags: undefined });
    return false;
  };
}
