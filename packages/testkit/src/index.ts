export { hostileStrings, unencodableStrings } from './hostile-strings.ts';
export { queryEngineSuite } from './query-engine-suite.ts';
export type {
  EngineColumnType,
  EngineColumnTypes,
  EngineUnderTest,
  QueryEngineSuiteOptions,
} from './query-engine-suite.ts';
export { readRows, rowsOf } from './read-rows.ts';
export { seededRandom } from './seeded-random.ts';
export type { SeededRandom } from './seeded-random.ts';
export { FakeClock } from './fake-clock.ts';
export type { FakeTimer } from './fake-clock.ts';
export type { Fault, Faults } from './faults.ts';
export { FaultyEngine } from './faulty-engine.ts';
export type { EngineMethod } from './faulty-engine.ts';
export { FaultySink } from './faulty-sink.ts';
export type { SinkMethod } from './faulty-sink.ts';
export { FaultyStore } from './faulty-store.ts';
export type { StoreMethod } from './faulty-store.ts';
export { cacheStoreSuite } from './cache-store-suite.ts';
export type { CacheStoreSuiteOptions } from './cache-store-suite.ts';
export { cacheCalmSuite } from './cache-calm-suite.ts';
export type { CacheCalmSuiteOptions, OpenCalmNodes } from './cache-calm-suite.ts';
export { cacheTruthSuite } from './cache-truth-suite.ts';
export type { CacheTruthSuiteOptions, OpenNodes } from './cache-truth-suite.ts';
export { exporterSuite } from './exporter-suite.ts';
export type { ExporterSuiteOptions, ReadBack } from './exporter-suite.ts';
export { MemorySink } from './memory-sink.ts';
export { arbitraryComparison, arbitraryFilter } from './arbitrary-filter.ts';
export type { FilterField, FilterShape } from './arbitrary-filter.ts';
export { arbitraryQuery, isTotallyOrdered } from './arbitrary-query.ts';
export type { ArbitraryQueryOptions } from './arbitrary-query.ts';
export { arbitraryScalar } from './arbitrary-scalar.ts';
export { catalogFixture } from './catalog-fixture.ts';
