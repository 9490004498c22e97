import type { SqlName } from './sql-name.ts';

/** What an engine does by itself, as far as cost depends on it. */
export interface EngineHabits {
  /** How two sources without an index are joined: by hash, by an index made for the occasion, or row by row within buffers. */
  readonly join: 'hash' | 'index' | 'loop';
  /** Whether a correlated query is run once for all rows instead of once a row: aggregates too, EXISTS and IN alone, or never. */
  readonly unnests: 'all' | 'semijoins' | 'none';
  /** Cost of one row of a scan that no index answers, where reading one row through an index costs `look`. */
  readonly scan: number;
  readonly look: number;
  /** Cost of beginning a query within another. */
  readonly start: number;
  /** Cost of telling a value apart from the others of its group, within an aggregate. */
  readonly distinct: number;
  /** Sources of JOIN that are put in order together; where there are more, the order of the text holds. */
  readonly reorders: number;
}

/** The costs of an engine, which `perf-bench calibrate` measures on a machine. */
export type EngineCosts = Pick<EngineHabits, 'scan' | 'look' | 'start'>;

/** The costs of the model where none are given. */
export const ENGINE_COSTS: Readonly<Record<SqlName, EngineCosts>> = {
  postgres: { scan: 1, look: 3, start: 3 },
  duckdb: { scan: 0.05, look: 1, start: 10 },
  sqlite: { scan: 1, look: 3, start: 3 },
  mysql: { scan: 2, look: 5, start: 20 },
  bigquery: { scan: 0.05, look: 1, start: 10 },
};

/** Ratios measured on a million rows; only their order of size matters. */
export const HABITS: Readonly<Record<SqlName, EngineHabits>> = {
  postgres: { ...ENGINE_COSTS.postgres, join: 'hash', unnests: 'semijoins', distinct: 4, reorders: 8 },
  duckdb: { ...ENGINE_COSTS.duckdb, join: 'hash', unnests: 'all', distinct: 0.2, reorders: Infinity },
  sqlite: { ...ENGINE_COSTS.sqlite, join: 'index', unnests: 'none', distinct: 4, reorders: Infinity },
  mysql: { ...ENGINE_COSTS.mysql, join: 'loop', unnests: 'semijoins', distinct: 4, reorders: Infinity },
  bigquery: { ...ENGINE_COSTS.bigquery, join: 'hash', unnests: 'all', distinct: 0.2, reorders: Infinity },
};
