import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { isPresent, printDataType, toRows } from '@perf/contracts';
import type { Parameter } from '@perf/contracts';
import { DuckDBInstance } from '@duckdb/node-api';
import { DuckDbEngine } from '@perf/engine-duckdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, rowsOf, sql } from './open.ts';

let engine: DuckDbEngine;
beforeAll(async () => {
  engine = await DuckDbEngine.open(':memory:', { threads: 2 });
});
afterAll(() => engine[Symbol.asyncDispose]());

const uuid = '8a9f5a0e-4a0e-4a0e-9a0e-0123456789ab';

describe('every type of DuckDB', () => {
  it.each<[expression: string, type: string, value: unknown]>([
    ['true', 'bool', true],
    ['(-128)::TINYINT', 'int32', -128],
    ['255::UTINYINT', 'int32', 255],
    ['(-32768)::SMALLINT', 'int32', -32_768],
    ['65535::USMALLINT', 'int32', 65_535],
    ['(-2147483648)::INTEGER', 'int32', -2_147_483_648],
    ['4294967295::UINTEGER', 'int64', 4_294_967_295n],
    ['(-9223372036854775808)::BIGINT', 'int64', -(2n ** 63n)],
    ['18446744073709551615::UBIGINT', 'decimal(20,0)', '18446744073709551615'],
    ['(-99999999999999999999999999999999999999)::HUGEINT', 'decimal(38,0)', `-${'9'.repeat(38)}`],
    ['12345678901234567890::UHUGEINT', 'decimal(38,0)', '12345678901234567890'],
    [
      "'123456789012345678901234567890123456789012'::BIGNUM",
      'utf8',
      '123456789012345678901234567890123456789012',
    ],
    ['1.5::FLOAT', 'float64', 1.5],
    ["'-inf'::DOUBLE", 'float64', Number.NEGATIVE_INFINITY],
    ["'nan'::DOUBLE", 'float64', Number.NaN],
    ['(-12.3)::DECIMAL(4,1)', 'decimal(4,1)', '-12.3'],
    ['0.05::DECIMAL(9,2)', 'decimal(9,2)', '0.05'],
    ['(-0.05)::DECIMAL(18,2)', 'decimal(18,2)', '-0.05'],
    ["'-12345678901234567890.123456789'::DECIMAL(38,9)", 'decimal(38,9)', '-12345678901234567890.123456789'],
    ["''", 'utf8', ''],
    ["'é漢😀' || chr(0) || 'x'", 'utf8', 'é漢😀\0x'],
    ["'b'::ENUM('a', 'b')", 'utf8', 'b'],
    [`'${uuid}'::UUID`, 'utf8', uuid],
    ["'12:34:56.789'::TIME", 'utf8', '12:34:56.789'],
    ["'12:34:56+02'::TIMETZ", 'utf8', '12:34:56+02'],
    ["'12:34:56.123456789'::TIME_NS", 'utf8', '12:34:56.123456789'],
    ['INTERVAL 14 MONTH', 'utf8', '1 year 2 months'],
    ["'10110'::BIT", 'utf8', '10110'],
    ["DATE '0001-01-01'", 'date', '0001-01-01'],
    ["TIMESTAMP_S '1969-12-31 23:59:59'", 'timestamp(s)', new Date(-1000)],
    ["TIMESTAMP_MS '2001-02-28 23:59:59.999'", 'timestamp(ms)', new Date('2001-02-28T23:59:59.999Z')],
    ["TIMESTAMP '1969-12-31 23:59:59.999999'", 'timestamp(us)', -1n],
    ["TIMESTAMPTZ '1970-01-01 00:00:00.000001+00'", 'timestamp(us)', 1n],
    ["TIMESTAMP_NS '1970-01-01 00:00:00.000000001'", 'timestamp(ns)', 1n],
    ["'\\x00\\xFF'::BLOB", 'binary', Uint8Array.of(0, 255)],
    [`'{"a": [1, null, {"b": "c"}]}'::JSON`, 'json', { a: [1, null, { b: 'c' }] }],
    ['[[1, NULL], []]::INTEGER[][]', 'list<list<int32>>', [[1, null], []]],
    ['[4294967295, 0]::UINTEGER[]', 'list<int64>', [4_294_967_295n, 0n]],
    ['[1.5, NULL]::DECIMAL(4,2)[]', 'list<decimal(4,2)>', ['1.50', null]],
    ["[DATE '2001-02-28']", 'list<date>', ['2001-02-28']],
    ["[TIMESTAMP '1970-01-01 00:00:01']", 'list<timestamp(us)>', [1_000_000n]],
    [`['{"a": 1}'::JSON]`, 'list<json>', [{ a: 1 }]],
    ["['a'::ENUM('a', 'b')]", 'list<utf8>', ['a']],
    ["{'a': 1, 'b': {'c': [2]}}", 'json', { a: 1, b: { c: [2] } }],
    [
      "MAP {'k': 1, 'l': NULL}",
      'json',
      [
        { key: 'k', value: 1 },
        { key: 'l', value: null },
      ],
    ],
    ['union_value(u := 3)', 'json', { u: 3 }],
    ["{'big': 9007199254740993, 'small': 7::BIGINT}", 'json', { big: '9007199254740993', small: 7 }],
    [
      "{'d': DATE '2001-02-28', 't': TIMESTAMPTZ '2001-02-28 10:00:00+00'}",
      'json',
      { d: '2001-02-28', t: '2001-02-28 10:00:00Z' },
    ],
    ["{'n': 'nan'::DOUBLE, 'x': 1.50, 'b': 'abc'::BLOB}", 'json', { n: 'NaN', x: '1.50', b: 'YWJj' }],
    ['NULL', 'int32', null],
  ])('%s is %s', async (expression, type, value) => {
    // A null first and one in the second chunk: values must not move.
    const text = `SELECT CASE WHEN i % 2500 = 0 THEN NULL ELSE v END AS v FROM range(5000) r(i), (SELECT ${expression} AS v)`;

    for (const shape of ['rows', 'columns'] as const) {
      const { schema, rows } = await ask(engine, `${text} ORDER BY i`, { shape });

      expect(schema.fields.map((field) => printDataType(field.type))).toEqual([type]);
      expect(rows).toHaveLength(5000);
      expect([rows[0], rows[1], rows[2499], rows[2500], rows[4999]]).toEqual([
        [null],
        [value],
        [value],
        [null],
        [value],
      ]);
    }
  });

  it('marks every null in the validity of its column, nested types included', async () => {
    const text = `SELECT CASE WHEN i = 1 THEN NULL ELSE MAP {'a': i} END m, CASE WHEN i = 1 THEN NULL ELSE union_value(u := i) END u,
      CASE WHEN i = 1 THEN NULL ELSE [i] END l, CASE WHEN i = 1 THEN NULL ELSE i END n, CASE WHEN i = 1 THEN NULL ELSE 'x' END s FROM range(3) r(i)`;
    for await (const batch of await engine.execute(sql(text), { shape: 'columns' })) {
      const columns = batch.kind === 'columns' ? batch.columns : [];

      expect(columns.map((column) => [0, 1, 2].map((row) => isPresent(column, row)))).toEqual(
        Array.from({ length: 5 }, () => [true, false, true]),
      );
    }
  });

  it('reads arrays of fixed length as lists', async () => {
    const { schema, rows } = await ask(engine, 'SELECT [1, NULL]::INTEGER[2]');

    expect(printDataType(schema.fields[0]?.type ?? { kind: 'json' })).toBe('list<int32>');
    expect(rows).toEqual([[[1, null]]]);
  });

  it('has a JSON null where JSON says null', async () => {
    expect(await rowsOf(engine, `SELECT 'null'::JSON, NULL::JSON`)).toEqual([[null, null]]);
  });

  it.each([
    ["SELECT 'infinity'::DATE AS d", /column d, row 0: DuckDB holds an infinite date/],
    [
      "SELECT CASE WHEN i = 3000 THEN '-infinity'::TIMESTAMP ELSE TIMESTAMP '2001-01-01' END AS t FROM range(5000) r(i) ORDER BY i",
      /column t, row 3000/,
    ],
    ["SELECT 'infinity'::TIMESTAMPTZ AS t", /column t, row 0/],
    [
      'SELECT 170141183460469231731687303715884105727::HUGEINT AS h',
      /column h, row 0: .*more than 38 digits/,
    ],
  ])('refuses what no type of the contract holds: %s', async (text, message) => {
    await expect(rowsOf(engine, text)).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_VALUE' });
    await expect(rowsOf(engine, text)).rejects.toThrow(message);
  });

  it('does not look at infinities in the place of a null', async () => {
    expect(
      await rowsOf(
        engine,
        "SELECT CASE WHEN i = 9 THEN NULL ELSE DATE '2001-01-01' END FROM range(10) r(i) WHERE i = 9",
      ),
    ).toEqual([[null]]);
  });
});

describe('batches', () => {
  it('hold the same values as rows and as columns, in slices of any size', async () => {
    const text = `SELECT i, i % 3 = 0 AS b, CASE WHEN i % 5 = 0 THEN NULL ELSE 'v' || i END AS s, (i / 7)::DECIMAL(9,2) AS d,
      CASE WHEN i % 4 = 0 THEN NULL ELSE i * 0.5 END AS f FROM range(6000) r(i) ORDER BY i`;
    const whole = await ask(engine, text);

    for (const batchRows of [1, 7, 100, 2048, 5000]) {
      const { rows } = await ask(engine, text, { shape: 'columns', batchRows });
      expect(rows).toEqual(whole.rows);
    }
  });

  it('are memory of their own: the next one does not change the last', async () => {
    const kept = [];
    for await (const batch of await engine.execute(
      sql('SELECT i, i::VARCHAR FROM range(10000) r(i) ORDER BY i'),
      { shape: 'columns' },
    ))
      kept.push(batch);
    const rows = kept.flatMap((batch): readonly unknown[] => toRows(batch).rows);

    expect(rows).toEqual(Array.from({ length: 10_000 }, (_, i) => [BigInt(i), String(i)]));
  });
});

describe('the driver', () => {
  const require = createRequire(import.meta.url);

  it('is the version whose vectors we read', () => {
    const manifest: unknown = JSON.parse(
      readFileSync(require.resolve('@duckdb/node-api/package.json'), 'utf8'),
    );

    expect(manifest).toMatchObject({ version: '1.5.5-r.5' });
  });

  it('keeps fixed-width values in a typed array, and validity in 64-bit words, as we read them', async () => {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const result = await connection.stream(
      "SELECT 1::TINYINT a, 1::UTINYINT b, 1::SMALLINT c, 1::USMALLINT d, 1::INTEGER e, 1::UINTEGER f, 1::BIGINT g, 1::FLOAT h, 1::DOUBLE i, DATE '2001-01-01' j, TIMESTAMP '2001-01-01' k, TIMESTAMP_S '2001-01-01' l, TIMESTAMP_MS '2001-01-01' m, TIMESTAMP_NS '2001-01-01' n, TIMESTAMPTZ '2001-01-01 00:00:00Z' o",
    );
    const chunk = await result.fetchChunk();
    const arrays = Array.from({ length: 15 }, (_, i) => {
      const vector: object = chunk?.getColumnVector(i) ?? {};
      const validity = 'validity' in vector && typeof vector.validity === 'object' ? vector.validity : null;
      expect(validity).toHaveProperty('data');
      return 'items' in vector && ArrayBuffer.isView(vector.items) ? vector.items.constructor.name : 'none';
    });

    expect(arrays.join(' ')).toBe(
      'Int8Array Uint8Array Int16Array Uint16Array Int32Array Uint32Array BigInt64Array Float32Array Float64Array Int32Array BigInt64Array BigInt64Array BigInt64Array BigInt64Array BigInt64Array',
    );
    const bools = await (await connection.stream('SELECT true')).fetchChunk();
    expect(bools?.getColumnVector(0)).toHaveProperty('dataView');
    connection.closeSync();
    instance.closeSync();
  });
});

describe('parameters', () => {
  it.each<[string, Parameter, string]>([
    ['a whole number', 5, 'INTEGER'],
    ['a fraction', 0.5, 'DOUBLE'],
    ['−0', -0, 'DOUBLE'],
    ['a bigint', 5n, 'BIGINT'],
    ['a bigint past 64 bits', 2n ** 70n, 'HUGEINT'],
    ['text', "it's", 'VARCHAR'],
    ['a boolean', true, 'BOOLEAN'],
    ['a date', new Date(0), 'TIMESTAMP'],
    ['bytes', Uint8Array.of(0, 1), 'BLOB'],
  ])('bind %s by its kind', async (_, value, type) => {
    const found = await rowsOf(engine, 'SELECT typeof($1)', [value]);

    expect(found).toEqual([[type]]);
  });

  it('must be as many as the statement has', async () => {
    await expect(rowsOf(engine, 'SELECT $1::INT', [])).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_OPTION',
    });
    await expect(rowsOf(engine, 'SELECT 1', [1])).rejects.toThrow('the statement has 0 parameters, got 1');
  });
});

describe('the fields of an answer', () => {
  it('carry how sensitive the author of the statement says they are', async () => {
    const stream = await engine.execute({
      ...sql('SELECT 1 AS id, 2 AS name'),
      schema: {
        fields: [
          { name: 'id', type: { kind: 'int32' }, nullable: false },
          { name: 'name', type: { kind: 'int32' }, nullable: false, classification: 'secret' },
        ],
      },
    });
    await stream[Symbol.asyncDispose]();

    expect(stream.schema.fields.map(({ name, classification }) => [name, classification])).toEqual([
      ['id', undefined],
      ['name', 'secret'],
    ]);
  });
});
