import { readFileSync } from 'node:fs';
import { canonicalQuery, checkQuery, queryKey } from '@perf/contracts';
import type { Filter, QueryKeyScope, Scalar, StructuredQuery } from '@perf/contracts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalog } from './catalog.ts';

const scope: QueryKeyScope = { source: 'test', schemaVersion: 'v1' };
const keyOf = (query: StructuredQuery): string => queryKey(query, { scope });
const eq = (value: unknown, field = 'origin'): Filter => ({ field, operator: 'eq', value });
/** A value past its type, as JavaScript callers write it. */
function untyped<T>(value: unknown): T {
  if (isTaken<T>(value)) return value;
  throw new TypeError('cannot happen');
}
function isTaken<T>(value: unknown): value is T {
  return value !== undefined;
}

const scalar: fc.Arbitrary<Scalar> = fc.oneof(
  fc.string(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
  fc.constant(null),
);
const { filter } = fc.letrec<{ filter: Filter }>((tie) => ({
  filter: fc.oneof(
    { depthSize: 'small' },
    fc.record({
      field: fc.string(),
      operator: fc.constant('eq' as const),
      value: scalar,
      caseSensitive: fc.boolean(),
    }),
    fc.record({
      field: fc.string(),
      operator: fc.constantFrom('in' as const, 'notIn' as const, 'between' as const),
      value: fc.array(scalar),
    }),
    fc.record({ and: fc.array(tie('filter'), { maxLength: 4 }) }),
    fc.record({ or: fc.array(tie('filter'), { maxLength: 4 }) }),
    fc.record({ not: tie('filter') }),
  ),
}));
const query: fc.Arbitrary<StructuredQuery> = fc.record(
  {
    from: fc.string({ minLength: 1 }),
    select: fc.array(fc.string(), { minLength: 1 }),
    where: filter,
    groupBy: fc.array(fc.string(), { minLength: 1 }),
    orderBy: fc.array(
      fc.record({
        field: fc.string(),
        direction: fc.constantFrom('asc' as const, 'desc' as const),
        nulls: fc.constantFrom('first' as const, 'last' as const),
      }),
    ),
    distinct: fc.boolean(),
    limit: fc.nat(),
    offset: fc.nat({ max: 2 }),
    after: fc.array(scalar),
  },
  { requiredKeys: ['from'] },
);

interface Golden {
  readonly scope: QueryKeyScope;
  readonly query: StructuredQuery;
  readonly canonical: string;
  readonly key: string;
}

describe('canonicalQuery', () => {
  it('is a query with the same canonical text', () => {
    fc.assert(
      fc.property(query, (one) => {
        const text = canonicalQuery(one);
        const again: unknown = JSON.parse(text);
        expect(canonicalQuery(untyped(again))).toBe(text);
      }),
    );
  });

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(query, (one) => {
        const turned = Object.fromEntries(Object.entries(one).toReversed());
        expect(canonicalQuery(untyped(turned))).toBe(canonicalQuery(one));
      }),
    );
  });

  it('stays a checked query with the same answer', () => {
    const one: StructuredQuery = {
      from: 'flights',
      select: ['origin', { aggregate: 'count', as: 'n' }],
      where: { or: [eq('SFO'), { and: [] }, { field: 'delay', operator: 'in', value: [3, 1] }] },
      groupBy: ['origin'],
      orderBy: [
        { field: 'n', direction: 'desc' },
        { field: 'origin', direction: 'asc', nulls: 'last' },
      ],
      distinct: false,
      offset: 0,
    };

    const again: unknown = JSON.parse(canonicalQuery(one));

    expect(canonicalQuery(checkQuery(again, catalog))).toBe(canonicalQuery(checkQuery(one, catalog)));
  });
});

describe('queryKey', () => {
  it.each<[string, StructuredQuery, StructuredQuery]>([
    [
      'members of and',
      { from: 'a', where: { and: [eq(1), eq(2)] } },
      { from: 'a', where: { and: [eq(2), eq(1)] } },
    ],
    [
      'members of or',
      { from: 'a', where: { or: [eq(1), eq(2)] } },
      { from: 'a', where: { or: [eq(2), eq(1)] } },
    ],
    [
      'members of groups inside groups',
      { from: 'a', where: { or: [{ and: [eq(1), eq(2)] }, { not: { or: [eq(3), eq(4)] } }] } },
      { from: 'a', where: { or: [{ not: { or: [eq(4), eq(3)] } }, { and: [eq(2), eq(1)] }] } },
    ],
    [
      'values of in, of any kinds',
      { from: 'a', where: { field: 'x', operator: 'in', value: [1, '1', null, true] } },
      { from: 'a', where: { field: 'x', operator: 'in', value: [true, null, '1', 1] } },
    ],
    [
      'values of notIn',
      { from: 'a', having: { field: 'x', operator: 'notIn', value: ['b', 'a'] } },
      { from: 'a', having: { field: 'x', operator: 'notIn', value: ['a', 'b'] } },
    ],
    ['groupBy', { from: 'a', groupBy: ['x', 'y'] }, { from: 'a', groupBy: ['y', 'x'] }],
  ])('ignores the order of %s', (_, a, b) => {
    expect(keyOf(a)).toBe(keyOf(b));
  });

  it.each<[string, StructuredQuery, StructuredQuery]>([
    ['select', { from: 'a', select: ['x', 'y'] }, { from: 'a', select: ['y', 'x'] }],
    [
      'orderBy',
      { from: 'a', orderBy: [{ field: 'x' }, { field: 'y' }] },
      { from: 'a', orderBy: [{ field: 'y' }, { field: 'x' }] },
    ],
    [
      'joins',
      {
        from: 'a',
        joins: [
          { table: 'b', type: 'inner', on: [] },
          { table: 'c', type: 'inner', on: [] },
        ],
      },
      {
        from: 'a',
        joins: [
          { table: 'c', type: 'inner', on: [] },
          { table: 'b', type: 'inner', on: [] },
        ],
      },
    ],
    [
      'between',
      { from: 'a', where: { field: 'x', operator: 'between', value: [1, 2] } },
      { from: 'a', where: { field: 'x', operator: 'between', value: [2, 1] } },
    ],
    ['after', { from: 'a', after: [1, 2] }, { from: 'a', after: [2, 1] }],
    [
      'how often a value stands in in',
      { from: 'a', where: { field: 'x', operator: 'in', value: [1] } },
      { from: 'a', where: { field: 'x', operator: 'in', value: [1, 1] } },
    ],
    ['number and text', { from: 'a', where: eq(1) }, { from: 'a', where: eq('1') }],
    ['no limit and limit 0', { from: 'a' }, { from: 'a', limit: 0 }],
    ['and and or', { from: 'a', where: { and: [eq(1)] } }, { from: 'a', where: { or: [eq(1)] } }],
  ])('counts %s', (_, a, b) => {
    expect(keyOf(a)).not.toBe(keyOf(b));
  });

  it.each<[string, StructuredQuery]>([
    ['direction asc', { from: 'a', orderBy: [{ field: 'x', direction: 'asc' }] }],
    ['nulls last', { from: 'a', orderBy: [{ field: 'x', nulls: 'last' }] }],
    ['distinct false', { from: 'a', orderBy: [{ field: 'x' }], distinct: false }],
    ['offset 0', { from: 'a', orderBy: [{ field: 'x' }], offset: 0 }],
    ['offset −0', { from: 'a', orderBy: [{ field: 'x' }], offset: -0 }],
    ['undefined', untyped({ from: 'a', orderBy: [{ field: 'x' }], limit: undefined })],
  ])('takes %s for the default it is', (_, one) => {
    expect(keyOf(one)).toBe(keyOf({ from: 'a', orderBy: [{ field: 'x' }] }));
  });

  it('takes caseSensitive true for the default, and false not', () => {
    const sensitive: Filter = { field: 'x', operator: 'eq', value: 'a', caseSensitive: true };

    expect(keyOf({ from: 'a', where: sensitive })).toBe(keyOf({ from: 'a', where: eq('a', 'x') }));
    expect(keyOf({ from: 'a', where: { ...sensitive, caseSensitive: false } })).not.toBe(
      keyOf({ from: 'a', where: eq('a', 'x') }),
    );
  });

  it('takes −0 for 0', () => {
    expect(keyOf({ from: 'a', where: eq(-0) })).toBe(keyOf({ from: 'a', where: eq(0) }));
  });

  const cyclic: Record<string, unknown> = { from: 'a' };
  cyclic['where'] = { not: cyclic };

  it.each<[string, unknown]>([
    ['NaN', eq(Number.NaN)],
    ['Infinity', eq(Number.POSITIVE_INFINITY)],
    ['a bigint', eq(1n)],
    ['a function', eq(() => 1)],
    ['a symbol', eq(Symbol('x'))],
    ['undefined in a list', { field: 'x', operator: 'in', value: [undefined] }],
    // eslint-disable-next-line no-sparse-arrays
    ['a hole in a list', { field: 'x', operator: 'in', value: [1, , 2] }],
    ['a date', eq(new Date(0))],
    ['bytes', eq(new Uint8Array(2))],
    ['a map', eq(new Map([[1, 2]]))],
    ['an object of a class', eq(new AbortController())],
    ['an object with toJSON', eq({ toJSON: () => 1 })],
    ['a cycle', cyclic],
  ])('refuses %s', (_, where) => {
    expect(() => keyOf(untyped({ from: 'a', where }))).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_QUERY' }),
    );
  });

  it('refuses depth without end before the stack ends', () => {
    let deep: unknown = eq(1);
    for (let i = 0; i < 10_000; i++) deep = i % 2 === 0 ? { not: deep } : { and: [deep] };

    expect(() => keyOf(untyped({ from: 'a', where: deep }))).toThrow(/more than \d+ levels/);
  });

  it('names the deepest filter that checkQuery lets pass', () => {
    let deep: Filter = eq('SFO');
    for (let i = 0; i < 31; i++) deep = { and: [deep] };

    expect(keyOf(checkQuery({ from: 'flights', where: deep }, catalog))).toMatch(/^[0-9a-f]{64}$/);
  });

  it('changes with every part of the scope', () => {
    const one: StructuredQuery = { from: 'a' };
    const scopes: QueryKeyScope[] = [
      scope,
      { ...scope, source: 'other' },
      { ...scope, schemaVersion: 'v2' },
      { ...scope, policy: { tenant: 1 } },
      { ...scope, policy: { tenant: '1' } },
      { ...scope, policy: { tenant: null } },
      { ...scope, policy: { tenant: 1, role: 'a' } },
      { ...scope, policy: { offset: 0 } },
      { ...scope, policy: { distinct: false } },
      { source: 'test\nv1', schemaVersion: '' },
    ];

    expect(new Set(scopes.map((each) => queryKey(one, { scope: each }))).size).toBe(scopes.length);
    expect(queryKey(one, { scope: { ...scope, policy: {} } })).toBe(queryKey(one, { scope }));
    expect(queryKey(one, { scope: { ...scope, policy: { b: 1, a: 2 } } })).toBe(
      queryKey(one, { scope: { ...scope, policy: { a: 2, b: 1 } } }),
    );
  });

  it.each<[string, unknown]>([
    ['source', { schemaVersion: 'v1' }],
    ['schemaVersion', { source: 'a' }],
    ['policy.tenant', { ...scope, policy: { tenant: undefined } }],
    ['policy.tenant', { ...scope, policy: { tenant: ['a'] } }],
  ])('refuses a scope whose %s is left open', (_, open) => {
    expect(() => queryKey({ from: 'a' }, { scope: untyped(open) })).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });

  it('gives the keys of the golden file, in every release of this major version', () => {
    const golden = untyped<Golden[]>(
      JSON.parse(readFileSync(new URL('golden/query-keys.json', import.meta.url), 'utf8')),
    );

    expect(golden.length).toBeGreaterThanOrEqual(20);
    for (const one of golden) {
      expect(canonicalQuery(one.query)).toBe(one.canonical);
      expect(queryKey(one.query, { scope: one.scope })).toBe(one.key);
    }
    expect(new Set(golden.map(({ key }) => key)).size).toBe(golden.length);
  });
});
