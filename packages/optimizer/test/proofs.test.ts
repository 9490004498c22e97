import type { Catalog, CatalogColumn, DataType, StructuredQuery } from '@perf/contracts';
import { checkQuery } from '@perf/contracts';
import { createOptimizer } from '@perf/optimizer';
import { describe, expect, it } from 'vitest';

const column = (name: string, kind: 'int32' | 'int64' | 'float64' | 'utf8'): CatalogColumn => ({
  name,
  type: { kind } satisfies DataType,
  nullable: false,
});

/** `keys.k` is unique; `facts` refers to it by columns of several types. */
const catalog: Catalog = {
  version: '1',
  tables: new Map([
    [
      'facts',
      {
        name: 'facts',
        columns: [
          column('id', 'int64'),
          column('small', 'int32'),
          column('real', 'float64'),
          column('x', 'int64'),
        ],
        uniqueKeys: [['id']],
        foreignKeys: [],
      },
    ],
    [
      'keys',
      {
        name: 'keys',
        columns: [column('k', 'int64'), column('x', 'int64'), column('note', 'utf8')],
        uniqueKeys: [['k']],
        foreignKeys: [],
      },
    ],
  ]),
};

const rewritten = (query: StructuredQuery): StructuredQuery =>
  createOptimizer({ catalog, dialect: 'duckdb' }).optimizeQuery(query, { tables: new Map() }).query;

describe('a join on a unique key', () => {
  const joined = (left: string): StructuredQuery => ({
    from: 'facts',
    select: ['facts.id'],
    joins: [{ table: 'keys', type: 'left', on: [{ left, right: 'keys.k' }] }],
  });

  it('finds one row at most where both sides are whole numbers', () => {
    expect(rewritten(joined('facts.id')).joins).toBeUndefined();
    expect(rewritten(joined('facts.small')).joins).toBeUndefined();
  });

  it('proves nothing where equality converts to double, as two keys may equal one value', () => {
    expect(rewritten(joined('facts.real')).joins).toHaveLength(1);
    expect(rewritten({ ...joined('facts.real'), distinct: true }).distinct).toBe(true);
    expect(rewritten({ ...joined('facts.small'), distinct: true }).distinct).toBeUndefined();
  });

  it('lets a keyset page end in the first table’s key only where it is exact', () => {
    const page = (left: string): unknown => ({
      ...joined(left),
      orderBy: [{ field: 'facts.id' }],
      after: [1],
      limit: 5,
    });

    expect(() => checkQuery(page('facts.small'), catalog)).not.toThrow();
    expect(() => checkQuery(page('facts.real'), catalog)).toThrow('unique key');
  });
});

describe('unused-left-join', () => {
  it('looks a join’s names up among the tables up to its own', () => {
    const query: StructuredQuery = {
      from: 'facts',
      select: ['id', 'a.note'],
      joins: [
        { table: 'keys', as: 'a', type: 'inner', on: [{ left: 'small', right: 'a.k' }] },
        { table: 'keys', as: 'b', type: 'left', on: [{ left: 'id', right: 'b.k' }] },
      ],
    };
    const ambiguousLater: StructuredQuery = {
      ...query,
      joins: [
        { table: 'keys', as: 'a', type: 'inner', on: [{ left: 'x', right: 'a.k' }] },
        ...(query.joins ?? []).slice(1),
      ],
    };

    expect(rewritten(query).joins).toHaveLength(1);
    expect(rewritten(ambiguousLater).joins).toHaveLength(1);
  });
});
