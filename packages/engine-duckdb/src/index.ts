export { DuckDbEngine } from './duckdb-engine.ts';
export type { DuckDbOptions } from './duckdb-engine.ts';
