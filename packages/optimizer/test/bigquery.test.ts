import type { Catalog, CatalogColumn, DataType } from '@perf/contracts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BigQueryPartition, BigQueryTable } from '@perf/optimizer';
import { bigQueryBytes, optimizeSql, readDryRun, isUpperBound } from '@perf/optimizer';

const column = (name: string, kind: 'int64' | 'date' | 'utf8', nullable = false): CatalogColumn => {
  const type: DataType = { kind };
  return { name, type, nullable };
};
const EVENTS = 'acme.web.events';
const columns = [
  column('id', 'int64'),
  column('day', 'date'),
  column('country', 'utf8'),
  column('url', 'utf8', true),
];
const table = (name: string) => ({ name, columns, uniqueKeys: [], foreignKeys: [] });
const catalog: Catalog = {
  version: '1',
  tables: new Map([
    [EVENTS, table(EVENTS)],
    ['acme.web.users', table('acme.web.users')],
  ]),
};
const MIB = 1024 ** 2;
const ROWS = 1_000_000;
/** One partition for each day of March, and one of rows without a day. */
const partitions: readonly BigQueryPartition[] = [
  { id: '__NULL__', rows: ROWS, bytes: 100 * MIB },
  ...Array.from({ length: 31 }, (_, i) => ({
    id: `202403${String(i + 1).padStart(2, '0')}`,
    rows: ROWS,
    bytes: 100 * MIB,
  })),
];
const events: BigQueryTable = {
  rows: 32 * ROWS,
  bytes: 3200 * MIB,
  partitioning: { column: 'day', unit: 'day', partitions },
  clustering: ['country'],
};
const users: BigQueryTable = { rows: 1000, bytes: MIB };
const facts = {
  catalog,
  tables: new Map([
    [EVENTS, events],
    ['acme.web.users', users],
  ]),
};
const read = (sql: string) => bigQueryBytes(sql, facts);
const partitionsOf = (where: string) =>
  read(`SELECT id FROM \`${EVENTS}\` WHERE ${where}`).tables[0]?.partitions?.read;

describe('bytes that BigQuery reads', () => {
  it('counts the columns that are named, and at least what is billed', () => {
    expect(read(`SELECT id FROM acme.web.events`).bytes).toBe(32 * ROWS * 8);
    expect(read(`SELECT e.id FROM ${EVENTS} e WHERE e.day > DATE '2020-01-01'`).bytes).toBe(32 * ROWS * 16);
    expect(read('SELECT count(*) FROM acme.web.users').bytes).toBe(10 * MIB);
  });

  it('takes for texts all that the other columns must leave', () => {
    const bytes = 3200 * MIB - 32 * ROWS * 16;

    expect(read(`SELECT url FROM ${EVENTS}`).bytes).toBe(bytes - 32 * ROWS * 2);
    expect(read(`SELECT * FROM ${EVENTS}`).bytes).toBe(3200 * MIB);
  });

  it('leaves out partitions by bare comparisons with constants alone', () => {
    expect(partitionsOf(`day = '2024-03-05'`)).toBe(2);
    expect(partitionsOf(`day BETWEEN DATE '2024-03-05' AND DATE '2024-03-07'`)).toBe(4);
    expect(partitionsOf(`day IN ('2024-03-05', '2024-03-09') AND id > 5`)).toBe(3);
    expect(partitionsOf(`DATE '2024-03-30' <= day`)).toBe(3);
    expect(partitionsOf(`date_trunc(day, MONTH) = '2024-02-01'`)).toBe(32);
    expect(partitionsOf(`day = '2024-03-05' OR id = 7`)).toBe(32);
    expect(partitionsOf(`day = @day`)).toBe(32);
    expect(partitionsOf(`day = (SELECT max(day) FROM acme.web.users)`)).toBe(32);
    expect(partitionsOf(`NOT day = '2024-03-05'`)).toBe(32);
  });

  it('lets no condition of an outer join leave out rows that are shown', () => {
    const sql = `SELECT e.id FROM ${EVENTS} e LEFT JOIN acme.web.users u ON u.id = e.id AND e.day = '2024-03-05'`;

    expect(read(sql).tables[0]?.partitions?.read).toBe(32);
  });

  it('counts a named query once for each reader of it', () => {
    const sql = `WITH t AS (SELECT id FROM ${EVENTS}), u AS (SELECT a.id FROM t a JOIN t b ON a.id = b.id)
      SELECT x.id FROM u x JOIN u y ON x.id = y.id`;

    expect(read(sql).bytes).toBe(4 * 32 * ROWS * 8);
  });

  it('says that LIMIT saves nothing, and what clustering may', () => {
    const { bytes, likelyBytes, notes } = read(`SELECT id FROM ${EVENTS} WHERE country = 'NZ' LIMIT 10`);

    expect(notes).toContain('LIMIT does not lower what BigQuery reads');
    expect(notes.join()).toContain('clustered by country');
    expect(likelyBytes).toBeLessThan(bytes);
  });

  it('counts whole tables where the statement is not understood, and refuses what names none', () => {
    expect(read(`SELECT ANY_VALUE(id) FROM ${EVENTS}`)).toMatchObject({ bytes: 3200 * MIB });
    expect(() => read('SELECT ANY_VALUE(x) FROM elsewhere')).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_QUERY' }),
    );
  });

  it('never leaves out a partition that holds a row of the answer', () => {
    const day = fc.integer({ min: 1, max: 31 });
    const test = fc.record({ operator: fc.constantFrom('=', '<', '<=', '>', '>='), day });
    fc.assert(
      fc.property(fc.array(test, { minLength: 1, maxLength: 3 }), (tests) => {
        const text = (n: number): string => `2024-03-${String(n).padStart(2, '0')}`;
        const where = tests.map((each, i) =>
          i % 2 === 0
            ? `day ${each.operator} '${text(each.day)}'`
            : `DATE '${text(each.day)}' ${each.operator} day`,
        );
        const passes = (n: number): boolean =>
          tests.every((each, i) => {
            const [a, b] = i % 2 === 0 ? [n, each.day] : [each.day, n];
            return each.operator === '='
              ? a === b
              : each.operator === '<'
                ? a < b
                : each.operator === '<='
                  ? a <= b
                  : each.operator === '>'
                    ? a > b
                    : a >= b;
          });
        const holding = Array.from({ length: 31 }, (_, i) => i + 1).filter(passes).length;

        // The partition of rows without a day is always read.
        expect(partitionsOf(where.join(' AND '))).toBeGreaterThanOrEqual(holding + 1);
        expect(partitionsOf(where.join(' AND '))).toBeLessThanOrEqual(holding + 3);
      }),
    );
  });
});

describe('BigQuery text', () => {
  it('gets a range of the partition column for a function of it', () => {
    const sql = `SELECT e.id FROM \`${EVENTS}\` e WHERE DATE_TRUNC(e.day, MONTH) = DATE '2024-03-01' AND e.url = "it's"`;
    const { text } = optimizeSql(sql, { dialect: 'bigquery', catalog });

    expect(text).toBe(
      `SELECT e.id FROM \`${EVENTS}\` AS e WHERE e.\`day\` >= DATE '2024-03-01' AND e.\`day\` < DATE '2024-04-01' AND e.url = "it's"`,
    );
    expect(read(text).tables[0]?.partitions?.read).toBe(32);
    expect(optimizeSql(text, { dialect: 'bigquery', catalog }).text).toBe(text);
  });

  it('is left alone where quotes mean something else', () => {
    const sql = `SELECT e.id FROM ${EVENTS} e WHERE e.url = 'it''s'`;

    expect(optimizeSql(sql, { dialect: 'bigquery', catalog, readOnly: false })).toMatchObject({
      text: sql,
      unread: 'two quotes stand side by side',
    });
  });
});

describe('replies to dry runs, written by hand after the REST reference', () => {
  it('are read in both forms', () => {
    const inserted = {
      kind: 'bigquery#job',
      statistics: {
        totalBytesProcessed: '1073741824',
        query: { totalBytesProcessed: '1073741824', totalBytesProcessedAccuracy: 'PRECISE', cacheHit: false },
      },
    };
    const queried = { kind: 'bigquery#queryResponse', totalBytesProcessed: '77', cacheHit: true };

    expect(readDryRun(inserted)).toEqual({ bytes: 1073741824, cacheHit: false, accuracy: 'PRECISE' });
    expect(readDryRun(queried)).toEqual({ bytes: 77, cacheHit: true });
    expect(isUpperBound(readDryRun(inserted))).toBe(true);
    expect(isUpperBound(readDryRun(queried))).toBe(false);
  });

  it('are refused where they are something else', () => {
    for (const reply of [undefined, 'x', {}, [], { totalBytesProcessed: '-1' }, { totalBytesProcessed: 1.5 }])
      expect(() => readDryRun(reply)).toThrow(expect.objectContaining({ code: 'ERR_PERF_INVALID_VALUE' }));
    const run = { totalBytesProcessed: '5', rows: [] };
    expect(() => readDryRun(run)).toThrow('was run');
  });
});
