import type { ColumnStatistics, Dialect, QueryStatistics, ScopedColumn } from '@perf/contracts';
import type { Operand, Predicate, QueryBlock } from './block.ts';
import { conjunctionCost, disjunctionCost } from './filter-rank.ts';
import { comparisonCost } from './operator-cost.ts';
import type { Estimate } from './selectivity.ts';
import { SELECTIVITY_DEFAULTS, comparisonSelectivity } from './selectivity.ts';

/** Rows of a table of which nothing is known. */
const DEFAULT_ROWS = 1000;

/** Selectivity and cost per row of a predicate. */
export interface PredicateEstimate extends Estimate {
  readonly cost: number;
}

/** Rows and cost after each step of a block; absent steps do not occur. */
export interface BlockEstimate {
  /** Rows of each table, in the order of the block. */
  readonly tables: readonly number[];
  /** Rows after each join. */
  readonly joined: readonly number[];
  readonly filtered: number;
  readonly grouped: number;
  readonly rows: number;
  /** In units of comparing two whole numbers once. */
  readonly cost: number;
}

/** Estimates rows and cost by statistics; what they do not hold is taken from `SELECTIVITY_DEFAULTS`. */
export class Estimator {
  readonly #statistics: QueryStatistics;
  readonly #dialect: Dialect;

  constructor(statistics: QueryStatistics, dialect: Dialect) {
    this.#statistics = statistics;
    this.#dialect = dialect;
  }

  predicate(predicate: Predicate): PredicateEstimate {
    switch (predicate.kind) {
      case 'compare': {
        const { operand, ...shape } = predicate;
        const column = operand.kind === 'column' ? this.column(operand.column) : undefined;
        const typed = { ...shape, type: operand.type };
        return {
          ...comparisonSelectivity(typed, column),
          cost: comparisonCost(typed, column, this.#dialect),
        };
      }
      case 'not': {
        const part = this.predicate(predicate.part);
        return { ...part, value: 1 - part.value };
      }
      case 'and':
      case 'or': {
        const parts = predicate.parts.map((part) => this.predicate(part));
        const ranked = parts.map(({ value, cost }) => ({ selectivity: value, cost }));
        const all = predicate.kind === 'and';
        const value = all
          ? parts.reduce((share, part) => share * part.value, 1)
          : 1 - parts.reduce((share, part) => share * (1 - part.value), 1);
        return {
          value,
          isDefault: parts.some((part) => part.isDefault),
          cost: all ? conjunctionCost(ranked) : disjunctionCost(ranked),
        };
      }
    }
  }

  block(block: QueryBlock): BlockEstimate {
    const tables = [block.from, ...block.joins.map(({ table }) => table)].map(
      ({ table }) => this.#statistics.tables.get(table.name)?.rows ?? DEFAULT_ROWS,
    );
    const joined: number[] = [];
    let rows = tables[0] ?? DEFAULT_ROWS;
    let cost = rows;
    for (const [i, join] of block.joins.entries()) {
      const other = tables[i + 1] ?? DEFAULT_ROWS;
      const matching = join.on.reduce(
        (share, { left, right }) => share / Math.max(this.#distinct(left), this.#distinct(right)),
        1,
      );
      cost += rows + 2 * other;
      rows = join.type === 'left' ? Math.max(rows, rows * other * matching) : rows * other * matching;
      joined.push(rows);
    }
    const where = block.where === undefined ? undefined : this.predicate(block.where);
    if (where !== undefined) cost += rows * where.cost;
    const filtered = rows * (where?.value ?? 1);
    const groups = this.#groups(block, filtered);
    if (block.grouped || block.distinct) cost += 3 * filtered;
    const having = block.having === undefined ? undefined : this.predicate(block.having);
    if (having !== undefined) cost += groups * having.cost;
    const before = groups * (having?.value ?? 1);
    if (block.order.length > 0) cost += before * Math.log2(2 + Math.min(before, block.limit ?? before));
    const left = Math.max(0, before - block.offset);
    return { tables, joined, filtered, grouped: groups, rows: Math.min(left, block.limit ?? left), cost };
  }

  /** What is known of a column, or undefined. */
  column(column: ScopedColumn): ColumnStatistics | undefined {
    return this.#statistics.tables.get(column.table)?.columns.get(column.column.name);
  }

  #distinct(column: ScopedColumn): number {
    return this.column(column)?.distinct ?? SELECTIVITY_DEFAULTS.distinct;
  }

  #groups(block: QueryBlock, rows: number): number {
    if (block.grouped && block.groupBy.length === 0) return 1;
    const keys = block.grouped
      ? block.groupBy
      : block.distinct
        ? block.output.flatMap(({ source }) => source ?? [])
        : undefined;
    return keys === undefined
      ? rows
      : Math.min(
          rows,
          keys.reduce((groups, key) => groups * this.#distinct(key), 1),
        );
  }
}

/** A short name of an operand for plans and reasons: `f.delay`, `count(*)`. */
export function operandName(operand: Operand): string {
  if (operand.kind === 'column') return `${operand.column.alias}.${operand.column.column.name}`;
  const { aggregate = 'count', source } = operand.output;
  return `${aggregate}(${source === undefined ? '*' : `${source.alias}.${source.column.name}`})`;
}
