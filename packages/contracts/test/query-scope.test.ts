import { QueryScope, aggregateType, printDataType } from '@perf/contracts';
import type { StructuredQuery } from '@perf/contracts';
import { describe, expect, it } from 'vitest';
import { catalog } from './catalog.ts';

const fieldsOf = (query: StructuredQuery): [string, string, boolean][] =>
  QueryScope.of(query, catalog)
    .output(query)
    .map(({ field }) => [field.name, printDataType(field.type), field.nullable]);

describe('QueryScope.output', () => {
  it('names, types and nullability of the selected columns', () => {
    const query: StructuredQuery = {
      from: 'flights',
      select: [
        'id',
        { field: 'delay', as: 'minutes' },
        { aggregate: 'count', as: 'n' },
        { aggregate: 'sum', field: 'fare', as: 'total' },
      ],
    };

    expect(fieldsOf(query)).toEqual([
      ['id', 'int64', false],
      ['minutes', 'int32', true],
      ['n', 'int64', false],
      ['total', 'decimal(38,2)', true],
    ]);
  });

  it('gives all columns, and those whose name is taken under alias.column', () => {
    const names = fieldsOf({
      from: 'flights',
      joins: [{ table: 'airports', as: 'a', type: 'left', on: [{ left: 'destination', right: 'iata' }] }],
    }).slice(-4);

    expect(names).toEqual([
      ['iata', 'utf8', true],
      ['name', 'utf8', true],
      ['a.origin', 'utf8', true],
      ['country', 'int32', true],
    ]);
  });

  it('keeps columns of one table that differ by case, as the catalogue has them', () => {
    expect(fieldsOf({ from: 'odd' }).map(([name]) => name)).toEqual([
      'c',
      'odd.c',
      'C',
      '__proto__',
      'constructor',
    ]);
  });

  it('carries how sensitive a column is, through min and max but not through count', () => {
    const query: StructuredQuery = {
      from: 'airports',
      select: [
        'name',
        { aggregate: 'max', field: 'name', as: 'last' },
        { aggregate: 'count', field: 'name', as: 'n' },
      ],
    };
    const output = QueryScope.of(query, catalog).output(query);

    expect(output.map(({ field }) => field.classification)).toEqual(['pii', 'pii', undefined]);
  });
});

describe('aggregateType', () => {
  it.each([
    ['count', undefined, 'int64'],
    ['countDistinct', { kind: 'utf8' }, 'int64'],
    ['sum', { kind: 'int32' }, 'int64'],
    ['sum', { kind: 'float64' }, 'float64'],
    ['sum', { kind: 'decimal', precision: 8, scale: 3 }, 'decimal(38,3)'],
    ['avg', { kind: 'int64' }, 'float64'],
    ['min', { kind: 'date' }, 'date'],
    ['max', { kind: 'utf8' }, 'utf8'],
  ] as const)('of %s over %o is %s', (aggregate, of, expected) => {
    expect(printDataType(aggregateType(aggregate, of))).toBe(expected);
  });
});
