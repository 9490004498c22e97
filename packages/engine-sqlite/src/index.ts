export { SqliteEngine } from './sqlite-engine.ts';
export type { SqliteOptions } from './sqlite-engine.ts';
