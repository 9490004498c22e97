export { estimateBytes } from './byte-size.ts';
export type { Isolation } from './isolation.ts';
export type { PolicyName } from './memory/eviction-policy.ts';
export type { MemoryEntry, SeenTags } from './memory-entry.ts';
export { MemoryStore } from './memory-store.ts';
export type { MemoryStoreOptions } from './memory-store.ts';
export type { TagSlot } from './tag-slots.ts';
export { TieredCache } from './tiered-cache.ts';
export type { TieredCacheOptions } from './tiered-cache-options.ts';
