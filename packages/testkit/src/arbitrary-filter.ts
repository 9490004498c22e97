import type { Comparison, DataType, Filter, FilterOperator, Scalar } from '@perf/contracts';
import { isComparable } from '@perf/contracts';
import * as fc from 'fast-check';
import { arbitraryScalar } from './arbitrary-scalar.ts';

/** A name that a filter may use, and its type. */
export interface FilterField {
  readonly field: string;
  readonly type: DataType;
  /** Values that occur in the data: about half of the comparisons then use one of them. */
  readonly samples?: readonly Scalar[];
}

/** What filters may hold. */
export interface FilterShape {
  /** Operators to use. @default all */
  readonly operators?: ReadonlySet<FilterOperator> | undefined;
  /** Whether `caseSensitive: false` may appear, on ASCII values. @default true */
  readonly caseInsensitive?: boolean | undefined;
}

const TEXT: readonly FilterOperator[] = [
  'contains',
  'notContains',
  'startsWith',
  'endsWith',
  'regex',
  'fuzzy',
];
const ORDERED: readonly FilterOperator[] = ['gt', 'gte', 'lt', 'lte', 'between'];
const PLAIN: readonly FilterOperator[] = ['eq', 'ne', 'in', 'notIn'];
const PATTERNS = ['^S', 'a', 'O$', '[A-M]', 'a.*o', 'S(F|E)[A-Z]', '^.{3}$'];

/** Valid filters over `fields` (at least one), three levels deep at most, empty `and` and `or` included. */
export function arbitraryFilter(
  fields: readonly FilterField[],
  shape: FilterShape = {},
): fc.Arbitrary<Filter> {
  const comparison = fc.constantFrom(...fields).chain((field) => arbitraryComparison(field, shape));
  const nested = (inner: fc.Arbitrary<Filter>): fc.Arbitrary<Filter> => {
    const members = fc.array(inner, { maxLength: 3 });
    return fc.oneof(
      { weight: 4, arbitrary: comparison },
      { weight: 2, arbitrary: members.map((and) => ({ and })) },
      { weight: 2, arbitrary: members.map((or) => ({ or })) },
      { weight: 1, arbitrary: inner.map((not) => ({ not })) },
    );
  };
  return nested(nested(comparison));
}

/** One valid comparison of `field`. */
export function arbitraryComparison(
  { field, type, samples = [] }: FilterField,
  { operators, caseInsensitive = true }: FilterShape = {},
): fc.Arbitrary<Comparison> {
  const usable = operatorsFor(type).filter((operator) => operators?.has(operator) ?? true);
  if (usable.length === 0) return fc.constant({ field, operator: 'isNotNull' });
  const usual = arbitraryScalar(type);
  const value = samples.length === 0 ? usual : fc.oneof(fc.constantFrom(...samples), usual);
  return fc.constantFrom(...usable).chain((operator): fc.Arbitrary<Comparison> => {
    if (operator === 'isNull' || operator === 'isNotNull') return fc.constant({ field, operator });
    const filled = operand(operator, value).map((given) => ({ field, operator, value: given }));
    if (type.kind !== 'utf8' || !caseInsensitive) return filled;
    return fc
      .tuple(filled, fc.integer({ min: 0, max: 3 }))
      .map(([made, dice]) => (dice === 0 && isAscii(made.value) ? { ...made, caseSensitive: false } : made));
  });
}

function operatorsFor(type: DataType): readonly FilterOperator[] {
  if (!isComparable(type)) return ['isNull', 'isNotNull'];
  const text = type.kind === 'utf8' ? TEXT : [];
  const ordered = type.kind === 'bool' ? [] : ORDERED;
  return ['isNull', 'isNotNull', ...PLAIN, ...ordered, ...text];
}

function operand(operator: FilterOperator, value: fc.Arbitrary<Scalar>): fc.Arbitrary<unknown> {
  switch (operator) {
    case 'in':
    case 'notIn':
      return fc.array(value, { maxLength: 4 });
    case 'between':
      return fc.tuple(value, value).map((pair) => [...pair]);
    case 'regex':
      return fc.constantFrom(...PATTERNS);
    case 'fuzzy':
      return fc.oneof(fc.constantFrom('SFO', 'SFX', 'San Francsico', 'Denvr'), value);
    case 'eq':
    case 'ne':
    case 'contains':
    case 'notContains':
    case 'startsWith':
    case 'endsWith':
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
    case 'isNull':
    case 'isNotNull':
      return value;
  }
}

/** Beyond ASCII engines disagree on what `lower()` is. */
function isAscii(value: unknown): boolean {
  const text = Array.isArray(value) ? value.join('') : String(value);
  return Buffer.byteLength(text) === text.length;
}
