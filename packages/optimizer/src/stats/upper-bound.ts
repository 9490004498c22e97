import type { Expr } from '../sql/expr.ts';
import { isConstant } from '../sql/selectivity-of.ts';
import type { JoinParts, JoinedTable } from './join-query.ts';

/** What is known for certain of tables. */
export interface BoundFacts {
  /** Rows of a table; undefined when that is not known. */
  readonly rowsOf: (table: string) => number | undefined;
  /** Most rows of a table that have one value in a column; undefined when that is not known. */
  readonly mostOf: (table: string, column: string) => number | undefined;
}

/**
 * Rows that a join cannot exceed, while the tables stay as they were counted: the rows of one table times, for each other one, the most rows
 * that can meet one row of those before. Keys let one row through. Of all tables to start from the best is taken.
 */
export function upperBound(parts: JoinParts, facts: BoundFacts): number {
  return Math.min(...parts.tables.map((start) => boundFrom(start, parts, facts)));
}

function boundFrom(start: JoinedTable, { tables, equal }: JoinParts, facts: BoundFacts): number {
  const joined = new Set([start.alias]);
  let bound = rowsThatPass(start, facts);
  while (joined.size < tables.length) {
    const [next] = tables
      .filter(({ alias }) => !joined.has(alias))
      .map((table) => ({ table, most: mostThatMeet(table, { joined, equal }, facts) }))
      .toSorted((a, b) => a.most - b.most);
    if (next === undefined) break;
    joined.add(next.table.alias);
    bound *= next.most;
  }
  return bound;
}

/** Rows of a table that pass its own conditions, at most. */
function rowsThatPass({ table, filters }: JoinedTable, { rowsOf }: BoundFacts): number {
  const fixed = new Map(filters.flatMap(fixedColumn));
  const keyed = table.uniqueKeys
    .filter((key) => key.every((name) => fixed.has(name)))
    .map((key) => key.reduce((most, name) => most * (fixed.get(name) ?? 1), 1));
  return Math.min(rowsOf(table.name) ?? Number.POSITIVE_INFINITY, ...keyed);
}

/** Rows of a table that meet one row of those joined, at most. */
function mostThatMeet(
  joinedTable: JoinedTable,
  { joined, equal }: { readonly joined: ReadonlySet<string>; readonly equal: JoinParts['equal'] },
  facts: BoundFacts,
): number {
  const { alias, table } = joinedTable;
  const columns = equal.flatMap(({ members }) =>
    members.some((member) => joined.has(member.alias))
      ? members.filter((member) => member.alias === alias).map(({ column }) => column)
      : [],
  );
  if (table.uniqueKeys.some((key) => key.every((name) => columns.includes(name)))) return 1;
  const most = columns.map((column) => facts.mostOf(table.name, column) ?? Number.POSITIVE_INFINITY);
  return Math.min(rowsThatPass(joinedTable, facts), ...most);
}

/** The column that a condition lets have only so many values. */
function fixedColumn(condition: Expr): readonly (readonly [string, number])[] {
  if (condition.kind !== 'call' || (condition.name !== '=' && condition.name !== 'in')) return [];
  const [first, ...others] = condition.args;
  if (first?.kind === 'column' && others.every(isConstant)) return [[first.name, others.length]];
  const [only] = others;
  return condition.name === '=' && only?.kind === 'column' && first !== undefined && isConstant(first)
    ? [[only.name, 1]]
    : [];
}
