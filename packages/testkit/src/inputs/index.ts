export { hostileStrings, unencodableStrings } from '../hostile-strings.ts';
export { seededRandom } from '../seeded-random.ts';
export type { SeededRandom } from '../seeded-random.ts';
export { hostileCases } from './hostile-cases.ts';
export type { HostileCase } from './hostile-cases.ts';
export { hostileCatalog, hostileHouse } from './hostile-house.ts';
export { judgeHostileCase } from './judge-hostile-case.ts';
export type { HostileTarget } from './judge-hostile-case.ts';
