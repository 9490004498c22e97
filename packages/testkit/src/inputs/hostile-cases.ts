import { hostileStrings } from '../hostile-strings.ts';
import { COLUMNS, TEXTS, hostileColumns, hostileNames, hostileTables } from './hostile-house.ts';

/** One attack on whatever turns queries into SQL. */
export interface HostileCase {
  /** Where the text stands, and which one it is. */
  readonly name: string;
  readonly query: unknown;
  /** `refused` before anything runs; else the first column of the answer, in order, as numbers. */
  readonly expected: 'refused' | readonly number[];
  /** The same query with a harmless value: its SQL text must be the same to the letter. */
  readonly benign?: unknown;
  /** Names that the answer's columns must have. */
  readonly columns?: readonly string[];
}

/** Operators on text, and what JavaScript says of them. */
const TESTS: Readonly<Record<string, (body: string, given: string) => boolean>> = {
  eq: (body, given) => body === given,
  ne: (body, given) => body !== given,
  contains: (body, given) => body.includes(given),
  notContains: (body, given) => !body.includes(given),
  startsWith: (body, given) => body.startsWith(given),
  endsWith: (body, given) => body.endsWith(given),
};

/**
 * Attacks through every position of a query, on the tables of `hostileHouse`: values that must stay values, names that are
 * not in the catalogue, and hostile names that are.
 */
export function hostileCases(): readonly HostileCase[] {
  return [
    ...hostileStrings.flatMap((text, i) => [...valueCases(text, i), ...unknownNames(text, i)]),
    ...knownNames(),
    ...wrongForms(),
  ];
}

function idsWhere(test: (body: string) => boolean): number[] {
  return hostileStrings.flatMap((body, i) => (test(body) ? [i + 1] : []));
}

function valueCases(text: string, index: number): HostileCase[] {
  const query = (where: unknown): unknown => ({
    from: TEXTS,
    select: ['id'],
    where,
    orderBy: [{ field: 'id' }],
  });
  const compared = Object.entries(TESTS).map(([operator, test]): HostileCase => ({
    name: `${operator} value ${index}`,
    query: query({ field: 'body', operator, value: text }),
    benign: query({ field: 'body', operator, value: 'harmless' }),
    expected: idsWhere((body) => test(body, text)),
  }));
  const grouped = (value: string): unknown => ({
    from: TEXTS,
    select: [
      { aggregate: 'min', field: 'id', as: 'id' },
      { aggregate: 'max', field: 'body', as: 'last' },
    ],
    groupBy: ['body'],
    having: { field: 'last', operator: 'eq', value },
  });
  const listed = (value: string): unknown =>
    query({ not: { not: { field: 'body', operator: 'in', value: [value, 'never there'] } } });
  const range = (value: string): unknown =>
    query({ field: 'body', operator: 'between', value: [value, value] });
  return [
    ...compared,
    {
      name: `in value ${index}`,
      query: listed(text),
      benign: listed('harmless'),
      expected: idsWhere((body) => body === text),
    },
    {
      name: `between value ${index}`,
      query: range(text),
      benign: range('harmless'),
      expected: idsWhere((body) => body === text),
    },
    {
      name: `having value ${index}`,
      query: grouped(text),
      benign: grouped('harmless'),
      expected: idsWhere((body) => body === text),
    },
  ];
}

/** A text as a name that the catalogue does not hold; the digits make sure that it does not. */
function unknownNames(text: string, index: number): HostileCase[] {
  const name = `${text}8f31`;
  const queries: Readonly<Record<string, unknown>> = {
    from: { from: name },
    select: { from: TEXTS, select: [name] },
    'select field': { from: TEXTS, select: [{ field: name, as: 'x' }] },
    aggregate: { from: TEXTS, select: [{ aggregate: 'count', field: name, as: 'x' }] },
    'where field': { from: TEXTS, where: { field: name, operator: 'isNull' } },
    'where operator': { from: TEXTS, where: { field: 'body', operator: name, value: 'x' } },
    'number value': { from: TEXTS, where: { field: 'id', operator: 'eq', value: name } },
    groupBy: { from: TEXTS, select: [{ aggregate: 'count', as: 'n' }], groupBy: [name] },
    having: {
      from: TEXTS,
      select: [{ aggregate: 'count', as: 'n' }],
      having: { field: name, operator: 'gt', value: 0 },
    },
    orderBy: { from: TEXTS, orderBy: [{ field: name }] },
    direction: { from: TEXTS, orderBy: [{ field: 'id', direction: name }] },
    'join table': {
      from: TEXTS,
      joins: [{ table: name, as: 'j', type: 'inner', on: [{ left: 'id', right: 'id' }] }],
    },
    'join on': {
      from: TEXTS,
      joins: [{ table: COLUMNS, type: 'inner', on: [{ left: name, right: 'columns.id' }] }],
    },
    limit: { from: TEXTS, limit: name },
    key: { from: TEXTS, [name]: 1 },
  };
  return Object.entries(queries).map(([position, query]) => ({
    name: `unknown ${position} ${index}`,
    query,
    expected: 'refused',
  }));
}

/** Hostile names that the catalogue holds, or that the query gives itself. */
function knownNames(): HostileCase[] {
  const columns = hostileColumns.map((name, i): HostileCase => ({
    name: `known column ${i}`,
    query: {
      from: COLUMNS,
      as: name,
      select: [
        { field: `${name}.${name}`, as: 'value' },
        { aggregate: 'count', as: name },
      ],
      where: {
        and: [
          { field: name, operator: 'gt', value: 0 },
          { field: `${name}.${name}`, operator: 'lte', value: 1000 },
        ],
      },
      groupBy: [name],
      orderBy: [{ field: name }, { field: 'value' }],
    },
    expected: [i + 1],
    columns: ['value', name],
  }));
  const tables = hostileTables.map((name, i): HostileCase => ({
    name: `known table ${i}`,
    query: {
      from: name,
      select: [{ field: `${name}.place`, as: name }],
      joins: [{ table: COLUMNS, as: 'other', type: 'left', on: [{ left: `${name}.id`, right: 'other.id' }] }],
      distinct: true,
      orderBy: [{ field: name }],
      limit: 5,
    },
    expected: [i + 1],
    columns: [name],
  }));
  const aliases = hostileNames.map((name, i): HostileCase => ({
    name: `alias ${i}`,
    query: {
      from: TEXTS,
      as: name,
      select: [{ field: `${name}.id`, as: name }],
      where: { field: `${name}.id`, operator: 'in', value: [1, 2] },
      orderBy: [{ field: name, direction: 'desc' }],
    },
    expected: [2, 1],
    columns: [name],
  }));
  return [...columns, ...tables, ...aliases];
}

/** JSON of forms that no query has. */
function wrongForms(): HostileCase[] {
  const deep = (depth: number): unknown =>
    Array.from({ length: depth }).reduce<unknown>((inner) => ({ not: inner }), {
      field: 'id',
      operator: 'isNull',
    });
  const queries: readonly unknown[] = [
    undefined,
    null,
    [],
    'texts; DROP TABLE texts',
    { from: { toString: 'texts' } },
    { from: [TEXTS] },
    { from: TEXTS, select: [] },
    { from: TEXTS, select: '*' },
    { from: TEXTS, select: ['*'] },
    { from: TEXTS, select: ['texts.*'] },
    { from: TEXTS, select: [{ aggregate: 'sum(1); --', field: 'id', as: 'x' }] },
    { from: TEXTS, where: deep(10_000) },
    { from: TEXTS, where: { field: 'id', operator: 'eq', value: { $gt: 0 } } },
    { from: TEXTS, where: { field: 'id', operator: 'eq', value: [1] } },
    { from: TEXTS, where: { field: 'body', operator: 'in', value: 'abc' } },
    { from: TEXTS, where: { field: 'body', operator: 'regex', value: '(?{code})' } },
    { from: TEXTS, where: { field: 'body', operator: 'eq', value: 'nul\u0000byte' } },
    { from: TEXTS, where: { field: 'body', operator: 'eq', value: 'lone \ud800 surrogate' } },
    { from: TEXTS, limit: -1 },
    { from: TEXTS, limit: 1e300 },
    { from: TEXTS, offset: 0.5 },
    { from: TEXTS, orderBy: [{ field: '1' }] },
    { from: TEXTS, orderBy: [{ field: 'id', nulls: 'first; --' }] },
    { from: TEXTS, joins: [{ table: COLUMNS, type: 'cross', on: [{ left: 'id', right: 'id' }] }] },
    { from: TEXTS, joins: [{ table: COLUMNS, type: 'inner', on: [] }] },
    JSON.parse(`{ "from": "${TEXTS}", "__proto__": { "limit": 1 } }`),
    { from: TEXTS, constructor: 1 },
  ];
  return queries.map((query, i) => ({ name: `wrong form ${i}`, query, expected: 'refused' }));
}
