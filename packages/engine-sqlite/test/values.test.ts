import { parseDataType, printDataType } from '@perf/contracts';
import type { Parameter, Schema } from '@perf/contracts';
import { SqliteEngine } from '@perf/engine-sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, rowsOf, sql } from './open.ts';

let engine: SqliteEngine;
beforeAll(async () => {
  engine = await SqliteEngine.open(':memory:');
});
afterAll(() => engine[Symbol.asyncDispose]());

let tables = 0;
/** The one column of a table declared so, after these literals were inserted. */
async function stored(
  declared: string,
  ...literals: string[]
): Promise<{ readonly type: string; readonly values: readonly unknown[] }> {
  const table = `t${++tables}`;
  await rowsOf(engine, `CREATE TABLE ${table} (v ${declared})`);
  if (literals.length > 0)
    await rowsOf(engine, `INSERT INTO ${table} VALUES ${literals.map((literal) => `(${literal})`).join()}`);
  const { schema, rows } = await ask(engine, sql(`SELECT v FROM ${table}`));
  return {
    type: printDataType(schema.fields[0]?.type ?? { kind: 'json' }),
    values: rows.map(([value]) => value),
  };
}

const schemaOf = (...types: string[]): Schema => ({
  fields: types.map((type, i) => ({
    name: `c${i}`,
    type: parseDataType(type) ?? { kind: 'json' },
    nullable: true,
  })),
});

describe('a declared type', () => {
  it.each([
    ['INT', 'int32'],
    ['smallint', 'int32'],
    ['INTEGER', 'int64'],
    ['BIGINT', 'int64'],
    ['UNSIGNED BIG INT', 'int64'],
    ['REAL', 'float64'],
    ['DOUBLE PRECISION', 'float64'],
    ['NUMERIC', 'float64'],
    ['DECIMAL(10, 2)', 'decimal(10,2)'],
    ['NUMERIC(6)', 'decimal(6,0)'],
    ['BOOLEAN', 'bool'],
    ['VARCHAR(20)', 'utf8'],
    ['NVARCHAR(20)', 'utf8'],
    ['CLOB', 'utf8'],
    ['UUID', 'utf8'],
    ['DATE', 'date'],
    ['DATETIME', 'timestamp(us)'],
    ['TIMESTAMP(0)', 'timestamp(s)'],
    ['timestamp (3)', 'timestamp(ms)'],
    ['TIMESTAMP(9)', 'timestamp(ns)'],
    ['BLOB', 'binary'],
    ['LONGBLOB', 'binary'],
    ['JSON', 'json'],
  ])('%s is %s', async (declared, type) => {
    expect((await stored(declared)).type).toBe(type);
  });

  it.each<[string, string, unknown]>([
    ['BIGINT', '9223372036854775807', 9_223_372_036_854_775_807n],
    ['BIGINT', '-9223372036854775808', -9_223_372_036_854_775_808n],
    ['INT', '-2147483648', -2_147_483_648],
    ['REAL', '1', 1],
    ['REAL', '9e999', Number.POSITIVE_INFINITY],
    ['BOOLEAN', 'TRUE', true],
    ['BOOLEAN', '0', false],
    ['DECIMAL(10,2)', '12.3', '12.30'],
    ['DECIMAL(10,2)', '-0.05', '-0.05'],
    ['DECIMAL(10,2)', '7', '7.00'],
    ['DECIMAL(10,2)', '-0.0', '0.00'],
    ['DECIMAL(4,0)', '9999', '9999'],
    ['DECIMAL(10,2)', '(0.1 + 0.2)', '0.30'],
    ['DECIMAL(10,2)', '(0.3 - 0.1 - 0.2)', '0.00'],
    ['DATE', "'2000-02-29'", '2000-02-29'],
    ['TIMESTAMP', "'2001-02-28 23:59:59.000001'", 983_404_799_000_001n],
    ['TIMESTAMP', "'2001-02-28T23:59:59Z'", 983_404_799_000_000n],
    ['TIMESTAMP', "'1969-12-31 23:59:59.9'", -100_000n],
    ['TIMESTAMP(0)', "'2001-02-28 23:59:59.000'", new Date('2001-02-28T23:59:59Z')],
    ['TIMESTAMP(3)', "'1969-12-31 23:59:59.999'", new Date(-1)],
    ['TIMESTAMP(9)', "'1969-12-31 23:59:59.999999999'", -1n],
    ['JSON', `'{"a": [1, null]}'`, { a: [1, null] }],
    ['JSON', "'3.5'", 3.5],
    ['JSON', "'12'", 12],
    ['JSON', `'"text"'`, 'text'],
    ['BLOB', "X'00FF'", Uint8Array.of(0, 255)],
    ['TEXT', "''", ''],
    ['TEXT', "'a' || char(0) || 'b'", 'a\0b'],
  ])('%s reads %s', async (declared, literal, value) => {
    expect((await stored(declared, 'NULL', literal)).values).toEqual([null, value]);
  });

  it.each<[string, string]>([
    ['INT', '2147483648'],
    ['BIGINT', "'many'"],
    ['BIGINT', '1.5'],
    ['REAL', "'x'"],
    ['BOOLEAN', '2'],
    ['BOOLEAN', "'yes'"],
    ['DECIMAL(5,2)', '1000'],
    ['DECIMAL(5,2)', '1.005'],
    ['DECIMAL(5,2)', "'x'"],
    ['DECIMAL(5,2)', '9e999'],
    ['DATE', "'2001-02-29'"],
    ['DATE', "'yesterday'"],
    ['TIMESTAMP', "'2001-02-30 00:00:00'"],
    ['TIMESTAMP', "'2001-02-28 24:00:00'"],
    ['TIMESTAMP', "'2001-02-28 23:59:59+01:00'"],
    ['TIMESTAMP', "'2001-02-28 23:59:59.0000001'"],
    ['TIMESTAMP(0)', "'2001-02-28 23:59:59.5'"],
    ['TIMESTAMP(9)', "'9999-01-01 00:00:00'"],
    ['TIMESTAMP', '983404799'],
    ['JSON', "'{broken'"],
    ['TEXT', "X'00'"],
    ['BLOB', "'text'"],
  ])('%s refuses %s, naming column and row', async (declared, literal) => {
    const reading = stored(declared, 'NULL', literal);

    await expect(reading).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_VALUE' });
    await expect(reading).rejects.toThrow(/^column v, row 1: SQLite holds a \w+ that does not fit/);
  });

  it('counts rows over batches in its message, and leaves the engine free', async () => {
    const text =
      "WITH RECURSIVE r(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM r WHERE i < 5000) SELECT CASE WHEN i = 4500 THEN 'x' ELSE i END AS v FROM r";

    await expect(rowsOf(engine, text)).rejects.toThrow(/column v, row 4500/);
    expect(await rowsOf(engine, 'SELECT 1')).toEqual([[1n]]);
  });
});

describe('the type of an expression', () => {
  it.each([
    ['SELECT 1', 'int64'],
    ['SELECT 1.5', 'float64'],
    ["SELECT 'x'", 'utf8'],
    ["SELECT X'00'", 'binary'],
    ['SELECT NULL', 'utf8'],
    ['SELECT 1 UNION ALL SELECT 2.5', 'float64'],
    ['SELECT NULL UNION ALL SELECT 2', 'int64'],
  ])('%s is seen as %s', async (text, type) => {
    const { schema } = await ask(engine, sql(text));

    expect(printDataType(schema.fields[0]?.type ?? { kind: 'json' })).toBe(type);
  });

  it('is what statement.schema says, names and privacy included', async () => {
    const fields = schemaOf('decimal(38,2)', 'bool', 'date').fields.map((field, i) =>
      i === 1 ? { ...field, classification: 'pii' as const } : field,
    );
    const { schema, rows } = await ask(engine, sql("SELECT 0.1 + 0.2, 1, '2001-01-01'", [], { fields }));

    expect(rows).toEqual([['0.30', true, '2001-01-01']]);
    expect(schema).toEqual({ fields });
  });

  it('must have as many columns as statement.schema', async () => {
    await expect(ask(engine, sql('SELECT 1, 2', [], schemaOf('int64')))).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_OPTION',
    });
  });
});

describe('parameters', () => {
  it.each<[Parameter, string, unknown]>([
    [true, 'integer', 1n],
    [0.5, 'real', 0.5],
    [5, 'integer', 5n],
    [-0, 'real', -0],
    [5n, 'integer', 5n],
    [2n ** 63n - 1n, 'integer', 2n ** 63n - 1n],
    ["it's", 'text', "it's"],
    [null, 'null', null],
    [Uint8Array.of(1), 'blob', Uint8Array.of(1)],
    [new Date('2001-02-28T23:59:59.120Z'), 'text', '2001-02-28 23:59:59.12'],
    [new Date('2001-02-28T23:50:00.000Z'), 'text', '2001-02-28 23:50:00'],
  ])('%o is stored as %s', async (value, kind, back) => {
    const [[found, read] = []] = await rowsOf(engine, 'SELECT typeof(?1), ?1', [value]);

    expect([found, read]).toEqual([kind, back]);
  });

  it('past 64 bits are refused by SQLite', async () => {
    await expect(rowsOf(engine, 'SELECT ?1', [2n ** 64n])).rejects.toMatchObject({
      code: 'ERR_PERF_ENGINE_FAILED',
    });
  });
});

describe('functions', () => {
  it.each<[string, unknown]>([
    ["perf_lower('ÉCOLE ΣΑΣ')", 'école σασ'],
    ["perf_lower('İSTANBUL')", 'istanbul'],
    ['perf_lower(NULL)', null],
    ['perf_lower(5)', null],
    ["perf_instant('2001-02-28 23:59:59')", '2001-02-28 23:59:59.000000000'],
    ["perf_instant('2001-02-28T23:59:59Z')", '2001-02-28 23:59:59.000000000'],
    ["perf_instant('2001-02-28 23:59:59.500')", '2001-02-28 23:59:59.500000000'],
    ["perf_instant('2001-02-28T23:59:59.123456789Z')", '2001-02-28 23:59:59.123456789'],
    ["perf_instant('2001-02-28')", '2001-02-28'],
    ["perf_instant('once')", 'once'],
    ['perf_instant(9223372036854775807)', 9_223_372_036_854_775_807n],
    ["perf_instant(x'00')", Uint8Array.of(0)],
    ['perf_instant(NULL)', null],
    ["perf_regex('two\nlines', '^two.l')", 1n],
    ["perf_regex('a', '^b')", 0n],
    ["perf_regex('😀', '^.$')", 1n],
    ["perf_regex(NULL, 'a')", null],
    ["perf_distance('kitten', 'sitting')", 3n],
    ["perf_distance('é😀', 'e')", 2n],
    ["perf_distance('', 'abc')", 3n],
    ["perf_distance(NULL, 'a')", null],
  ])('%s is %o', async (call, value) => {
    expect(await rowsOf(engine, `SELECT ${call}`)).toEqual([[value]]);
  });

  it('fail as the statement fails', async () => {
    await expect(rowsOf(engine, "SELECT perf_regex('a', '(')")).rejects.toMatchObject({
      code: 'ERR_PERF_ENGINE_FAILED',
    });
  });
});
