import type { DataType } from './data-type.ts';
import { PerfError } from './errors.ts';
import { malformed, readBoolean, readChoice, readList, readName, readObject } from './json-shape.ts';
import { patternFault } from './pattern.ts';
import type { Comparison, Filter, FilterOperator } from './query.ts';
import { QUERY_LIMITS } from './query-limits.ts';
import { isComparable, readScalar } from './read-scalar.ts';

/** Every operator, in the order of the documentation. */
export const FILTER_OPERATORS: readonly FilterOperator[] = [
  'eq',
  'ne',
  'contains',
  'notContains',
  'startsWith',
  'endsWith',
  'in',
  'notIn',
  'gt',
  'gte',
  'lt',
  'lte',
  'between',
  'isNull',
  'isNotNull',
  'regex',
  'fuzzy',
];

const TEXT_ONLY = new Set<FilterOperator>([
  'contains',
  'notContains',
  'startsWith',
  'endsWith',
  'regex',
  'fuzzy',
]);

/** Gives the type of a field, or throws when the query has no such field. */
export type TypeOf = (field: string, path: string) => DataType;

/** Checks a filter and gives back a copy of its known parts. */
export function checkFilter(value: unknown, path: string, typeOf: TypeOf): Filter {
  return new FilterChecker(typeOf).filter(value, path, 1);
}

class FilterChecker {
  readonly #typeOf: TypeOf;
  #comparisons = 0;
  #values = 0;

  constructor(typeOf: TypeOf) {
    this.#typeOf = typeOf;
  }

  filter(value: unknown, path: string, depth: number): Filter {
    if (depth > QUERY_LIMITS.filterDepth) throw malformed(path, `at most ${QUERY_LIMITS.filterDepth} levels`);
    const parts = readObject(value, path, [
      'field',
      'operator',
      'value',
      'caseSensitive',
      'and',
      'or',
      'not',
    ]);
    const kinds = ['field', 'and', 'or', 'not'].filter((kind) => kind in parts);
    if (kinds.length !== 1 || (kinds[0] !== 'field' && Object.keys(parts).length !== 1))
      throw malformed(path, 'one of: field with operator, and, or, not');
    const members = (key: 'and' | 'or'): readonly Filter[] => {
      const read = readList(
        parts[key],
        `${path}.${key}`,
        { least: 0, most: QUERY_LIMITS.comparisons },
        (item, at) => this.filter(item, at, depth + 1),
      );
      // An empty group counts as a comparison: otherwise shared objects could make a small input a huge tree.
      if (read.length === 0) this.#count(path);
      return read;
    };
    if ('and' in parts) return { and: members('and') };
    if ('or' in parts) return { or: members('or') };
    if ('not' in parts) return { not: this.filter(parts['not'], `${path}.not`, depth + 1) };
    return this.#comparison(parts, path);
  }

  #count(path: string): void {
    if (++this.#comparisons > QUERY_LIMITS.comparisons)
      throw malformed(path, `at most ${QUERY_LIMITS.comparisons} comparisons`);
  }

  #comparison(parts: Readonly<Record<string, unknown>>, path: string): Comparison {
    this.#count(path);
    const field = readName(parts['field'], `${path}.field`);
    const operator = readChoice(parts['operator'], `${path}.operator`, FILTER_OPERATORS);
    const type = this.#typeOf(field, `${path}.field`);
    const sensitive =
      'caseSensitive' in parts ? readBoolean(parts['caseSensitive'], `${path}.caseSensitive`) : true;
    if (type.kind !== 'utf8' && (TEXT_ONLY.has(operator) || !sensitive))
      throw new PerfError(
        'ERR_PERF_INVALID_QUERY',
        `${path}.operator: ${sensitive ? operator : 'caseSensitive: false'} is for text; the column is ${type.kind}`,
      );
    if (operator === 'isNull' || operator === 'isNotNull') {
      if ('value' in parts || !sensitive)
        throw malformed(path, `no value and no caseSensitive for ${operator}`);
      return { field, operator };
    }
    if (!isComparable(type))
      throw new PerfError(
        'ERR_PERF_INVALID_QUERY',
        `${path}.operator: ${type.kind} columns know only isNull and isNotNull`,
      );
    const value = checkValue(operator, parts['value'], type, `${path}.value`);
    this.#values += Array.isArray(value) ? value.length : 1;
    if (this.#values > QUERY_LIMITS.values) throw malformed(path, `at most ${QUERY_LIMITS.values} values`);
    // Without case the pattern is compared in lower case, which can turn a range around: [Z-a].
    if (operator === 'regex' && typeof value === 'string')
      checkPattern(sensitive ? value : value.toLowerCase(), `${path}.value`);
    return sensitive ? { field, operator, value } : { field, operator, value, caseSensitive: false };
  }
}

/** The value as JSON, after reading it as the column's type. */
function checkValue(operator: FilterOperator, value: unknown, type: DataType, path: string): unknown {
  const scalar = (item: unknown, at: string): unknown => {
    readScalar(item, type, at);
    return Object.is(item, -0) ? 0 : item;
  };
  if (operator === 'in' || operator === 'notIn')
    return readList(value, path, { least: 0, most: QUERY_LIMITS.listValues }, scalar);
  if (operator === 'between') return readList(value, path, { least: 2, most: 2 }, scalar);
  return scalar(value, path);
}

function checkPattern(pattern: string, path: string): void {
  const fault = patternFault(pattern);
  if (fault !== undefined) throw new PerfError('ERR_PERF_INVALID_VALUE', `${path}: ${fault}`);
}
