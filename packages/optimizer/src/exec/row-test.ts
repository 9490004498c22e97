import type { Comparison, DataType, Filter } from '@perf/contracts';
import { PerfError, readScalar } from '@perf/contracts';
import type { Comparable } from './cell-form.ts';
import { cellForm, cellOf } from './cell-form.ts';
import { compareText, lowerText, sortsPlainly } from './text-order.ts';

/** Where a record holds a field: the name in an object, the place in an array. */
export type Key = string | number;

/** A field of records. */
export interface Slot {
  readonly key: Key;
  readonly type: DataType;
}

/** How a comparable cell is asked. Each but `among` has one operand, `between` two. */
export type Relation =
  | 'eq'
  | 'lt'
  | 'lte'
  | 'between'
  | 'among'
  | 'contains'
  | 'startsWith'
  | 'endsWith'
  | 'regex';

/** A question to one cell that is not null. */
export interface CellTest {
  readonly kind: 'cell';
  readonly key: Key;
  /** Makes the cell comparable first; absent: as it stands. */
  readonly read?: (cell: unknown) => Comparable;
  readonly relation: Relation;
  /** Whether the answer is turned round. */
  readonly negated: boolean;
  readonly operands: readonly (Comparable | RegExp | ReadonlySet<unknown>)[];
  /** Orders texts that do not sort by UTF-16 units; absent: `<` does. */
  readonly compare?: (a: Comparable, b: Comparable) => number;
  /** Cost of one row, where comparing two numbers costs 1. */
  readonly cost: number;
}

/** A condition that is true or false: what is unknown in SQL is told apart by asking whether a condition is true, or is false. */
export type RowTest =
  | CellTest
  | { readonly kind: 'null'; readonly key: Key; readonly negated: boolean }
  | { readonly kind: 'all' | 'any'; readonly tests: readonly RowTest[] };

const ALWAYS: RowTest = { kind: 'all', tests: [] };
const NEVER: RowTest = { kind: 'any', tests: [] };

/**
 * The test that passes exactly where a checked filter is `wanted`: NOT turns what is wanted round, so that rows for which a
 * comparison is unknown pass neither. Throws `ERR_PERF_UNSUPPORTED_OPERATOR` for `fuzzy`.
 */
export function rowTest(filter: Filter, wanted: boolean, slotOf: (field: string) => Slot): RowTest {
  if ('not' in filter) return rowTest(filter.not, !wanted, slotOf);
  if ('and' in filter || 'or' in filter) {
    const parts = 'and' in filter ? filter.and : filter.or;
    const kind = 'and' in filter === wanted ? 'all' : 'any';
    return { kind, tests: parts.map((part) => rowTest(part, wanted, slotOf)) };
  }
  return comparisonTest(filter, wanted, slotOf(filter.field));
}

/** Cost of one row through a test as it is written, where comparing two numbers costs 1. */
export function testCost(test: RowTest): number {
  if (test.kind === 'cell') return test.cost;
  if (test.kind === 'null') return 0.5;
  // About half of what stands first decides.
  return 0.1 + test.tests.reduce((sum, part, i) => sum + testCost(part) / 2 ** Math.min(i, 4), 0);
}

/** Cost of making a cell of each type comparable and comparing it once, measured on a million rows. Only the order of size matters. */
const READ_COSTS: Readonly<Record<DataType['kind'], number>> = {
  bool: 1,
  int32: 1,
  float64: 1,
  int64: 4,
  utf8: 2,
  date: 2,
  timestamp: 4,
  decimal: 10,
  binary: 1,
  json: 1,
  list: 1,
};

function comparisonTest(comparison: Comparison, wanted: boolean, { key, type }: Slot): RowTest {
  const { operator, value, caseSensitive = true } = comparison;
  if (operator === 'isNull' || operator === 'isNotNull')
    return { kind: 'null', key, negated: (operator === 'isNull') !== wanted };
  if (operator === 'fuzzy')
    throw new PerfError('ERR_PERF_UNSUPPORTED_OPERATOR', 'fuzzy is not evaluated on rows in memory');
  const fold = !caseSensitive;
  const form = cellForm(type);
  const read = fold ? (cell: unknown): string => lowerText(String(cell)) : form.read;
  const operands = (Array.isArray(value) ? value : [value]).map((item: unknown) => {
    const cell = cellOf(readScalar(item, type, 'value'), type);
    return read === undefined ? plainly(cell) : read(cell);
  });
  if (operands.length === 0) return (operator === 'notIn') === wanted ? ALWAYS : NEVER;
  const base = READ_COSTS[type.kind] + (fold ? 6 : 0);
  const made = (
    relation: Relation,
    negated: boolean,
    cost: number,
    more: Partial<CellTest> = {},
  ): RowTest => ({
    kind: 'cell',
    key,
    ...(read === undefined ? {} : { read }),
    relation,
    negated: negated === wanted,
    operands,
    cost: base + cost,
    ...more,
  });
  const byPoints =
    type.kind === 'utf8' && !operands.every((item) => sortsPlainly(String(item))) ? textOrder : {};
  switch (operator) {
    case 'eq':
      return made('eq', false, 0);
    case 'ne':
      return made('eq', true, 0);
    case 'lt':
    case 'lte':
      return made(operator, false, 0, byPoints);
    // NaN is above all numbers: what is not less or equal is greater.
    case 'gt':
      return made('lte', true, 0, byPoints);
    case 'gte':
      return made('lt', true, 0, byPoints);
    case 'between':
      return made('between', false, 1, byPoints);
    case 'in':
    case 'notIn':
      return made('among', operator === 'notIn', 2, { operands: [new Set<unknown>(operands)] });
    case 'contains':
    case 'notContains':
      return made('contains', operator === 'notContains', 5);
    case 'startsWith':
    case 'endsWith':
      return made(operator, false, 5);
    case 'regex':
      return made('regex', false, 8, { operands: operands.map((item) => new RegExp(String(item), 'su')) });
  }
}

const textOrder: Partial<CellTest> = { compare: (a, b) => compareText(String(a), String(b)) };

function plainly(cell: unknown): Comparable {
  if (typeof cell === 'number') return cell + 0;
  if (typeof cell === 'string' || typeof cell === 'boolean' || typeof cell === 'bigint') return cell;
  throw new PerfError('ERR_PERF_INVALID_VALUE', `a ${typeof cell} cannot be compared`);
}
