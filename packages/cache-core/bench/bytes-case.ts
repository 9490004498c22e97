// How many bytes does an entry take beyond key and value? One process: 1,000,000 entries and 20,000 more, so that the policy has
// all that it remembers; keys and values are made before and held outside. Prints one JSON line.
import { MemoryStore } from '@perf/cache-core';
import { runCase } from '@perf/testkit/measure';

const ENTRIES = 1_000_000;
const MORE = 20_000;
const isFull = process.argv.includes('full');

await runCase(() => {
  const keys = Array.from({ length: ENTRIES + MORE }, (_, i) =>
    Buffer.from(`query:${i.toString(16).padStart(16, '0')}`).toString('latin1'),
  );
  const values = keys.map((_, id) => ({ id }));
  const tags = keys.map(() => ({ slots: [], generations: [] }));
  const before = used();
  const store = new MemoryStore({ maxEntries: ENTRIES, maxBytes: 2 ** 40 });
  const now = Date.now();
  for (const [i, key] of keys.entries())
    store.put(key, {
      value: values[i],
      createdAt: now + (i >> 10),
      expiresAt: isFull ? now + 3_600_000 + (i >> 10) : Infinity,
      bytes: isFull ? 100 + (i & 255) : 100,
      tags: isFull ? tags[i] : undefined,
    });
  const bytes = used() - before;
  const { evictions, entries } = store.statistics;
  if (entries !== ENTRIES || evictions !== MORE) throw new Error(`invalid run: ${entries} entries`);
  // Read after the measuring, so that nothing of it could be collected before.
  if (keys.length !== values.length || tags.length !== keys.length || store.get(keys[5] ?? '') === 1)
    throw new Error('invalid run');
  return { bytesPerEntry: bytes / ENTRIES };
});

function used(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
