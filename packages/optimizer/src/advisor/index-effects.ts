import type { HypotheticalIndex, IndexColumn, QueryStatistics } from '@perf/contracts';
import { HABITS } from '../sql/engine-habits.ts';
import type { Query } from '../sql/query.ts';
import { leavesOf } from '../sql/query.ts';
import type { SqlName } from '../sql/sql-name.ts';
import type { TableUse } from './table-uses.ts';

/** Share of rows that a range is taken to leave. */
const RANGE_SHARE = 0.1;
const DEFAULT_DISTINCT = 10;
const DEFAULT_ROWS = 1000;

/** What a statement does, and what it would do it with. */
export interface IndexedStatement {
  readonly query: Query;
  readonly uses: readonly TableUse[];
  readonly indexes: readonly HypotheticalIndex[];
}

/** The cost of a statement with what our estimate leaves out: columns of an index behind the first, and rows that come in the order that a limit asks for. */
export function withEffects(
  cost: number,
  { query, uses, indexes }: IndexedStatement,
  { dialect, statistics }: { readonly dialect: SqlName; readonly statistics: QueryStatistics },
): number {
  const { look } = HABITS[dialect];
  const effects = new Effects(statistics, look);
  const saved = uses.reduce((sum, use) => sum + effects.narrowed(use, indexes), 0);
  const ordered = effects.ordered(query, uses, indexes);
  return Math.max(1, Math.min(cost - Math.min(saved, cost * MOST_SAVED), ordered));
}

/** No correction takes more than this share away. */
const MOST_SAVED = 0.95;

class Effects {
  readonly #statistics: QueryStatistics;
  readonly #look: number;

  constructor(statistics: QueryStatistics, look: number) {
    this.#statistics = statistics;
    this.#look = look;
  }

  /** Rows that the second and third column of the best index spare, in cost. */
  narrowed(use: TableUse, indexes: readonly HypotheticalIndex[]): number {
    const rows = this.#rows(use.table);
    const savings = indexes
      .filter(({ table }) => table === use.table)
      .map(({ columns }) => {
        const [first] = columns;
        if (first === undefined || !use.equal.has(first.name)) return 0;
        return rows * (this.#share(use, first.name) - this.#matched(use, columns)) * this.#look;
      });
    return Math.max(0, ...savings);
  }

  /** Cost of reading just the first rows by an index that has them in order; infinite when none has. */
  ordered(query: Query, uses: readonly TableUse[], indexes: readonly HypotheticalIndex[]): number {
    const { body, limit, order } = query;
    if (body.kind !== 'select' || limit?.kind !== 'literal' || order.length === 0) return Infinity;
    if (body.group.length > 0 || body.distinct) return Infinity;
    const leaves = leavesOf(body.from);
    const driving = uses.filter(({ orders }) => orders.length > 0);
    const [use] = driving;
    if (use === undefined || driving.length > 1) return Infinity;
    const others = uses.filter((other) => other !== use);
    // Conditions on other tables may refuse row after row.
    if (others.some(({ equal, ranged }) => equal.size + ranged.size > 0)) return Infinity;
    const costs = indexes.flatMap(({ table, columns }) => {
      const searched = table === use.table ? givesOrder(use, columns) : undefined;
      if (searched === undefined) return [];
      const passed = [...use.equal, ...use.ranged]
        .filter((name) => !searched.includes(name))
        .reduce((share, name) => share * this.#share(use, name), 1);
      const read = Math.min(this.#rows(use.table), Number(limit.text) / passed);
      return [Math.log2(2 + this.#rows(use.table)) + read * this.#look * leaves.length];
    });
    return Math.min(Infinity, ...costs);
  }

  /** Share of rows that the columns of an index leave: as many as are equal, and one range. */
  #matched(use: TableUse, columns: readonly IndexColumn[]): number {
    let share = 1;
    for (const { name } of columns) {
      if (!use.equal.has(name) && !use.ranged.has(name)) break;
      share *= this.#share(use, name);
      if (!use.equal.has(name)) break;
    }
    return share;
  }

  #share({ table, equal }: TableUse, name: string): number {
    if (!equal.has(name)) return RANGE_SHARE;
    return (
      1 / Math.max(1, this.#statistics.tables.get(table)?.columns.get(name)?.distinct ?? DEFAULT_DISTINCT)
    );
  }

  #rows(table: string): number {
    return this.#statistics.tables.get(table)?.rows ?? DEFAULT_ROWS;
  }
}

/** The columns that are equal before those of the order; undefined when the index does not have the order. */
function givesOrder(
  { equal, orders }: TableUse,
  columns: readonly IndexColumn[],
): readonly string[] | undefined {
  const at = columns.findIndex(({ name }) => !equal.has(name));
  const [wanted] = orders;
  const [first] = wanted ?? [];
  return at >= 0 && columns[at]?.name === first?.name
    ? columns.slice(0, at).map(({ name }) => name)
    : undefined;
}
