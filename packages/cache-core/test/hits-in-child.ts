// Prints by how many bytes 100,000 hits let the heap grow. Nothing expires: what the clock gives is an object of its own.
import { MemoryStore } from '@perf/cache-core';

const store = new MemoryStore({ maxEntries: 1000 });
const keys = Array.from({ length: 1000 }, (_, i) => `key ${i}`);
for (const key of keys)
  store.put(key, { value: key, createdAt: 0, expiresAt: Infinity, bytes: 1, tags: undefined });
hits(2000);
globalThis.gc?.();
const before = process.memoryUsage().heapUsed;
hits(100);
process.stdout.write(String(process.memoryUsage().heapUsed - before));

function hits(rounds: number): void {
  // No iterator, whose steps are objects as long as the code is not compiled.
  for (let i = 0; i < rounds * 1000; i++)
    if (store.get(keys[i % 1000] ?? '') === undefined) throw new Error('a key is missing');
}
