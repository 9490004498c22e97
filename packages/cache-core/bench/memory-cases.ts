// The memory store's own calls against their peers, each case in a process of its own: `--case NAME [--quick]` runs one and prints
// one JSON line. Keys are `query:<16 hex>`, flat strings as they come from a socket; hits are counted, values are not looked into.
import { MemoryStore } from '@perf/cache-core';
import { seededRandom } from '@perf/testkit';
import type { Batch } from '@perf/testkit/measure';
import { compareInProcess, parseBenchArgs, runCase } from '@perf/testkit/measure';
import { LRUCache } from 'lru-cache';

const LIVE = 100_000;
const HOUR_MS = 3_600_000;
const ORDER = 2 ** 20;
const MASK = ORDER - 1;

const args = parseBenchArgs();
const random = seededRandom(1);

const CASES: Readonly<Record<string, () => { readonly ours: Batch; readonly peer: Batch }>> = {
  'hit-lru': () => {
    const keys = keysOf(LIVE);
    const order = orderOf(keys);
    return { ours: hits(filledStore(keys), order), peer: hitsOfLru(filledLru(keys), order) };
  },
  'hit-map': () => {
    const keys = keysOf(LIVE);
    const order = orderOf(keys);
    const map = new Map(keys.map((key, id) => [key, { id }]));
    return { ours: hits(filledStore(keys), order), peer: hitsOfMap(map, order) };
  },
  full: () => {
    const keys = keysOf(LIVE);
    const order = orderOf(keys);
    const store = new MemoryStore({ maxEntries: LIVE });
    const slots = [{ tag: 'table:flights', generation: 0, holders: LIVE, number: undefined, epoch: 0 }];
    const tags = { slots, generations: [0] };
    const expiresAt = Date.now() + HOUR_MS;
    for (const [id, key] of keys.entries())
      store.put(key, { value: { id }, createdAt: Date.now(), expiresAt, bytes: 100 + (id & 63), tags });
    const lru = new LRUCache<string, object>({ max: LIVE, ttl: HOUR_MS });
    for (const [id, key] of keys.entries()) lru.set(key, { id });
    return { ours: hits(store, order), peer: hitsOfLru(lru, order) };
  },
  overwrite: () => {
    const keys = keysOf(LIVE);
    const order = orderOf(keys);
    const store = filledStore(keys);
    const lru = filledLru(keys);
    const values = [{ id: 1 }, { id: 2 }, { id: 3 }];
    const entries = values.map(entryOf);
    let [mine, theirs] = [0, 0];
    return {
      ours: (iterations) => {
        for (let i = 0; i < iterations; i++) {
          const entry = entries[mine % 3];
          if (entry !== undefined) store.put(order[mine++ & MASK] ?? '', entry);
        }
        return store.entries;
      },
      peer: (iterations) => {
        for (let i = 0; i < iterations; i++) {
          const value = values[theirs % 3];
          if (value !== undefined) lru.set(order[theirs++ & MASK] ?? '', value);
        }
        return lru.size;
      },
    };
  },
  churn: () => {
    const keys = keysOf(1_000_000);
    const zipf = random.zipf(keys.length, 0.99);
    const order = Array.from({ length: ORDER * 2 }, () => keys[zipf()] ?? '');
    const mask = order.length - 1;
    const store = new MemoryStore({ maxEntries: 10_000 });
    const lru = new LRUCache<string, object>({ max: 10_000 });
    const value = { id: 1 };
    const entry = entryOf(value);
    let [mine, theirs] = [0, 0];
    return {
      ours: (iterations) => {
        let found = 0;
        for (let i = 0; i < iterations; i++) {
          const key = order[mine++ & mask] ?? '';
          if (store.get(key) === undefined) store.put(key, entry);
          else found++;
        }
        return found / iterations;
      },
      peer: (iterations) => {
        let found = 0;
        for (let i = 0; i < iterations; i++) {
          const key = order[theirs++ & mask] ?? '';
          if (lru.get(key) === undefined) lru.set(key, value);
          else found++;
        }
        return found / iterations;
      },
    };
  },
};

await runCase(async () => {
  const make = CASES[args.case ?? ''];
  if (make === undefined)
    throw new Error(`--case must be one of ${Object.keys(CASES).join(', ')}, got ${args.case ?? ''}`);
  return compareInProcess({
    ...make(),
    direction: 'min',
    rounds: args.quick ? 7 : 15,
    roundMs: args.quick ? 60 : 200,
  });
});

function hits(store: MemoryStore, order: readonly string[]): Batch {
  return (iterations) => {
    let found = 0;
    for (let i = 0; i < iterations; i++) if (store.get(order[i & MASK] ?? '') !== undefined) found++;
    if (found !== iterations) throw new Error('invalid run: a key is missing');
    return found;
  };
}

function hitsOfLru(lru: LRUCache<string, object>, order: readonly string[]): Batch {
  return (iterations) => {
    let found = 0;
    for (let i = 0; i < iterations; i++) if (lru.get(order[i & MASK] ?? '') !== undefined) found++;
    if (found !== iterations) throw new Error('invalid run: a key is missing');
    return found;
  };
}

function hitsOfMap(map: ReadonlyMap<string, object>, order: readonly string[]): Batch {
  return (iterations) => {
    let found = 0;
    for (let i = 0; i < iterations; i++) if (map.get(order[i & MASK] ?? '') !== undefined) found++;
    if (found !== iterations) throw new Error('invalid run: a key is missing');
    return found;
  };
}

function filledStore(keys: readonly string[]): MemoryStore {
  const store = new MemoryStore({ maxEntries: keys.length });
  for (const [id, key] of keys.entries()) store.put(key, entryOf({ id }));
  return store;
}

function filledLru(keys: readonly string[]): LRUCache<string, object> {
  const lru = new LRUCache<string, object>({ max: keys.length });
  for (const [id, key] of keys.entries()) lru.set(key, { id });
  return lru;
}

function entryOf(value: object): Parameters<MemoryStore['put']>[1] {
  return { value, createdAt: Date.now(), expiresAt: Infinity, bytes: 100, tags: undefined };
}

function keysOf(count: number): string[] {
  return Array.from({ length: count }, () =>
    Buffer.from(`query:${hex8()}${hex8()}`, 'latin1').toString('latin1'),
  );
}

function hex8(): string {
  return random
    .int(0, 2 ** 32 - 1)
    .toString(16)
    .padStart(8, '0');
}

/** One long random order, a power of two, walked round and round. */
function orderOf(keys: readonly string[]): string[] {
  return Array.from({ length: ORDER }, () => random.pick(keys));
}
