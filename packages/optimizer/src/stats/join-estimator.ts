import type { Catalog, QueryStatistics } from '@perf/contracts';
import type { Expr } from '../sql/expr.ts';
import { allOf, conjuncts } from '../sql/expr.ts';
import type { Source } from '../sql/query.ts';
import { bare } from '../sql/query.ts';
import { readStatement } from '../sql/read-statement.ts';
import { Selectivity } from '../sql/selectivity-of.ts';
import { Shapes } from '../sql/shapes.ts';
import type { SqlName } from '../sql/sql-name.ts';
import { partsOf } from '../sql/walk.ts';
import { JoinFeedback, joinFingerprint } from './join-feedback.ts';
import type { JoinParts, JoinQuery } from './join-query.ts';
import { joinParts, joinQueryOf } from './join-query.ts';
import { readJoinStatistics } from './read-join-statistics.ts';
import { SampleIndex } from './sample-index.ts';
import { SampleJoin } from './sample-join.ts';
import { statisticsRows } from './statistics-rows.ts';
import { upperBound } from './upper-bound.ts';

/** How many rows a join is expected to give. */
export interface JoinEstimate {
  readonly rows: number;
  /** Rows that it cannot exceed while tables are as they were counted; Infinity when that is not known. */
  readonly upperBound: number;
  /** Whether some share of rows is only a default. */
  readonly isDefault: boolean;
  /** What it rests on, best first: keys that leave one row, what the join gave before, kept rows, statistics of single columns, or nothing. */
  readonly evidence: 'bound' | 'feedback' | 'sample' | 'statistics' | 'default';
}

/** What an estimator knows. */
export interface JoinEstimatorOptions {
  readonly dialect: SqlName;
  readonly catalog: Catalog;
  /** As `gatherJoinStatistics` gave it, perhaps read back from JSON: what is not understood of it is not used. @default none */
  readonly samples?: unknown;
  /** Of single columns, for what samples do not tell. @default none */
  readonly statistics?: QueryStatistics;
  /** What executed joins gave. @default an empty one of 1,000 entries */
  readonly feedback?: JoinFeedback;
}

/** Estimates kept, so that forms of one statement share them. */
const MOST_KNOWN = 2000;

/**
 * Estimates inner joins of tables by the best there is: a key, what the same join gave before, samples that keep which rows meet, statistics
 * of single columns, defaults.
 *
 * @example
 * const samples = await gatherJoinStatistics(engine, catalog);
 * const estimator = new JoinEstimator({ dialect: 'postgres', catalog, samples });
 * estimator.estimate('SELECT * FROM posts p JOIN votes v ON v.post_id = p.id WHERE p.score > 10')?.rows;
 */
export class JoinEstimator {
  /** What of the samples was not understood, a sentence each. */
  readonly faults: readonly string[];
  readonly #dialect: SqlName;
  readonly #catalog: Catalog;
  readonly #statistics: QueryStatistics;
  readonly #feedback: JoinFeedback;
  readonly #index: SampleIndex;
  readonly #known = new Map<string, JoinEstimate>();

  constructor({ dialect, catalog, samples, statistics, feedback }: JoinEstimatorOptions) {
    const read = readJoinStatistics(samples ?? { version: 1, tables: [], domains: [] });
    this.faults = read.faults;
    this.#dialect = dialect;
    this.#catalog = catalog;
    this.#index = new SampleIndex(read.statistics);
    this.#statistics = statistics ?? { tables: new Map() };
    this.#feedback = feedback ?? new JoinFeedback();
  }

  /** Bytes of the samples in memory. */
  get bytes(): number {
    return this.#index.bytes;
  }

  /** Rows of FROM and WHERE of a SELECT, before groups and limits; undefined when that is more than inner joins of tables, or not understood. */
  estimate(sql: string): JoinEstimate | undefined {
    const query = this.#read(sql);
    return query === undefined ? undefined : this.estimateJoin(query);
  }

  /** Takes to mind how many rows FROM and WHERE of a statement gave; false when the statement is not understood. */
  learn(sql: string, rows: number): boolean {
    const query = this.#read(sql);
    if (query !== undefined) this.#feedback.learn(query, rows);
    return query !== undefined;
  }

  /** Rows of a join as the IR has it. */
  estimateJoin(query: JoinQuery): JoinEstimate {
    const learnt = this.#feedback.rowsOf(query);
    const key = joinFingerprint(query);
    const known = this.#known.get(key) ?? this.#made(query);
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.set(key, known);
    return learnt === undefined || known.evidence === 'bound'
      ? known
      : { ...known, rows: learnt, isDefault: false, evidence: 'feedback' };
  }

  #made(query: JoinQuery): JoinEstimate {
    const parts = joinParts(query);
    const bound = upperBound(parts, {
      rowsOf: (table) => this.#index.tables.get(table)?.rows,
      mostOf: (table, column) => this.#mostOf(table, column),
    });
    const selectivity = new Selectivity(this.#statistics, shapesOf(query, this.#dialect));
    const { rows, isDefault, evidence } = this.#rows(parts, selectivity);
    // A key leaves one row or none: only kept rows may say which.
    if (bound <= 1 && (evidence !== 'sample' || rows > bound))
      return { rows: bound, upperBound: bound, isDefault: false, evidence: 'bound' };
    return { rows: Math.min(rows, bound), upperBound: bound, isDefault, evidence };
  }

  #rows(parts: JoinParts, selectivity: Selectivity): Omit<JoinEstimate, 'upperBound'> {
    const pools = parts.tables.map(({ table }) => this.#index.tables.get(table.name));
    if (pools.every((pool) => pool !== undefined)) {
      const { rows, isDefault } = new SampleJoin(parts, this.#index, selectivity).estimate();
      return { rows, isDefault, evidence: 'sample' };
    }
    const tables = new Map(parts.tables.map(({ table }, i) => [table.name, pools[i]?.rows]));
    const { rows, isDefault } = statisticsRows(parts, {
      selectivity,
      rowsOf: (table) => this.#statistics.tables.get(table)?.rows ?? tables.get(table),
    });
    return { rows, isDefault, evidence: isDefault ? 'default' : 'statistics' };
  }

  #mostOf(table: string, column: string): number | undefined {
    for (const { ports } of this.#index.domains) {
      const port = ports.find(
        ({ table: name, columns }) => name === table && columns.length === 1 && columns[0] === column,
      );
      if (port !== undefined) return port.most;
    }
    return undefined;
  }

  #read(sql: string): JoinQuery | undefined {
    const read = readStatement(sql, this.#dialect, this.#catalog);
    if ('reason' in read || read.query.body.kind !== 'select') return undefined;
    const { from, where } = read.query.body;
    const conditions = conjuncts(where);
    return conditions.some(holdsQuery) ? undefined : joinQueryOf(from, conditions);
  }
}

function holdsQuery(expr: Expr): boolean {
  return expr.kind === 'query' || partsOf(expr).some(holdsQuery);
}

function shapesOf({ tables, conditions }: JoinQuery, dialect: SqlName): Shapes {
  const from = tables.reduce<Source | undefined>(
    (left, right) =>
      left === undefined ? right : { kind: 'join', type: 'cross', left, right, on: undefined },
    undefined,
  );
  const where = allOf(conditions);
  const none = { distinct: false, output: [], group: [], having: undefined };
  return new Shapes(bare({ kind: 'select', ...none, from, where }), dialect);
}
