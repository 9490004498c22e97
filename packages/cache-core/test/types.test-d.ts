import { MemoryStore, TieredCache } from '@perf/cache-core';
import type { MemoryStoreOptions } from '@perf/cache-core';
import type { CacheStore, CachedResult, LoadingCache } from '@perf/contracts';

const cache: LoadingCache = new TieredCache({ memory: { maxEntries: 10 } });
const store: CacheStore = new MemoryStore({ maxBytes: 1024 });

// A hit needs no promise, so neither type alone is right.
const either: number | Promise<number> = cache.getOrSet('key', () => 1);
const awaited: number = await cache.getOrSet('key', async ({ signal }) => (signal.aborted ? 0 : 1));
const result: CachedResult<string[]> | undefined = await cache.getCachedResult<string[]>('key');
const unknownResult: CachedResult<unknown> | undefined = await cache.getCachedResult('key');

// @ts-expect-error A hit may be the value itself: it has no `then` for certain.
void cache.getOrSet('key', () => 1).then;
// @ts-expect-error Isolation has three modes.
void new TieredCache({ isolate: 'copy' });
// @ts-expect-error Bounds are numbers; none of them can be switched off.
const unbounded: MemoryStoreOptions = { maxEntries: false, maxBytes: false };

void [store, either, awaited, result, unknownResult, unbounded];
