export { estimateBytes } from './byte-size.ts';
export { messagePack } from './bytes/serializer.ts';
export type { Serializer } from './bytes/serializer.ts';
export { CacheNamespace } from './cache-namespace.ts';
export type { Isolation } from './isolation.ts';
export type { LoadMany } from './load-many.ts';
export type { PolicyName } from './memory/eviction-policy.ts';
export type { MemoryEntry, SeenTags } from './memory-entry.ts';
export { MemoryStore } from './memory-store.ts';
export type { MemoryStoreOptions } from './memory-store.ts';
export type { Classification, PrivacyOptions } from './privacy.ts';
export type { TagSlot } from './tag-slots.ts';
export { TieredCache } from './tiered-cache.ts';
export type { TieredCacheOptions } from './tiered-cache-options.ts';
export type { CalmOptions } from './tiers/tier-guard.ts';
export type { After } from './timer.ts';
export { KeyvAdapter } from './keyv/keyv-adapter.ts';
export type { KeyvAdapterOptions } from './keyv/keyv-adapter.ts';
export { KeyvTier } from './keyv/keyv-tier.ts';
export type { KeyvLike, KeyvTierOptions } from './keyv/keyv-tier.ts';
export { KEY_TEMPLATES, KeySpace, keySpace } from './keys/key-space.ts';
export type { KeyPart, KeySpaceOptions, TemplateParts } from './keys/key-space.ts';
export { WriteBehind } from './writing/write-behind.ts';
export type { WriteBehindOptions } from './writing/write-behind.ts';
export { writeThrough } from './writing/write-through.ts';
export type { WritableCache } from './writing/write-through.ts';
export type { MarginalHits } from './memory/margins.ts';
export { AccessPatternAnalyzer } from './smart/access-patterns.ts';
export type { AccessPatternOptions, Prediction, WarmAhead } from './smart/access-patterns.ts';
export { AutoTuner } from './smart/auto-tuner.ts';
export type { AutoTunerOptions, SizeChange } from './smart/auto-tuner.ts';
export { RecurringTerms } from './smart/recurring-terms.ts';
export type { RecurringTermsOptions } from './smart/recurring-terms.ts';
export type { Count } from './smart/top-counts.ts';
export { WARMING_LISTS, Warmer } from './smart/warmer.ts';
export type {
  WarmEntry,
  WarmerOptions,
  WarmingList,
  WarmingPriority,
  WarmingReport,
  WarmingSchedule,
} from './smart/warmer.ts';
export { ANSWER_TTLS_MS, CACHE_PROFILES, HIT_RATE_PROFILES } from './profiles.ts';
export type { CacheProfile } from './profiles.ts';
