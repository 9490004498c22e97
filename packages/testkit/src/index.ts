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
