import { printDataType } from '@perf/contracts';
import { describeWith } from '@perf/services/vitest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask, openSubject, sql } from './open.ts';
import type { Subject } from './open.ts';

describeWith('postgres', 'types of Postgres', (url) => {
  let subject: Subject;
  beforeAll(async () => {
    subject = await openSubject(url, {
      sql: `CREATE TYPE mood AS ENUM ('sad', 'so, so'); CREATE DOMAIN price AS numeric(8,2); CREATE TYPE pair AS (a int, b text)`,
    });
  });
  afterAll(() => subject[Symbol.asyncDispose]());

  it.each<[expression: string, type: string, value: unknown]>([
    ['1::int2', 'int32', 1],
    ['(-2147483648)::int4', 'int32', -2147483648],
    ['9007199254740993::int8', 'int64', 9007199254740993n],
    ['4294967295::oid', 'int64', 4294967295n],
    ['1.5::float4', 'float64', 1.5],
    [`'NaN'::float8`, 'float64', Number.NaN],
    [`'-Infinity'::float8`, 'float64', Number.NEGATIVE_INFINITY],
    ['0.1::float8 + 0.2', 'float64', 0.1 + 0.2],
    ['12.3::numeric(8,2)', 'decimal(8,2)', '12.30'],
    ['1234::numeric(3,-2)', 'decimal(5,0)', '1200'],
    ['0.00012::numeric(3,5)', 'decimal(5,5)', '0.00012'],
    ['12345678901234567890.123::numeric', 'utf8', '12345678901234567890.123'],
    ['1 = 1', 'bool', true],
    [`'é 漢字 😀'::varchar(9)`, 'utf8', 'é 漢字 😀'],
    [`'a'::char(3)`, 'utf8', 'a'],
    [`'so, so'::mood`, 'utf8', 'so, so'],
    [`'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11'::uuid`, 'utf8', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    [`date '0001-01-01'`, 'date', '0001-01-01'],
    [`timestamp '2001-02-28 23:59:59.000001'`, 'timestamp(us)', 983404799000001n],
    [`timestamp '9999-12-31 23:59:59.999999'`, 'timestamp(us)', 253402300799999999n],
    [`timestamp '0001-01-01'`, 'timestamp(us)', -62135596800000000n],
    [`'2001-02-28 23:59:59.5+02'::timestamptz`, 'timestamp(us)', 983397599500000n],
    [`'2001-02-28 23:59:59.123'::timestamptz(3)`, 'timestamp(ms)', new Date('2001-02-28T23:59:59.123Z')],
    [`interval '1 day 2 hours'`, 'utf8', '1 day 02:00:00'],
    [`'{"a":[1,null]}'::jsonb`, 'json', { a: [1, null] }],
    [`'null'::json`, 'json', null],
    [`'\\x00ff'::bytea`, 'binary', Uint8Array.of(0, 255)],
    [`ARRAY[1,NULL,3]`, 'list<int32>', [1, null, 3]],
    [`ARRAY['a"b\\','NULL','{,}','',NULL]`, 'list<utf8>', ['a"b\\', 'NULL', '{,}', '', null]],
    [`'[0:1]={1,2}'::int[]`, 'list<int32>', [1, 2]],
    [`ARRAY[date '2001-01-01']`, 'list<date>', ['2001-01-01']],
    [`ARRAY['{"a":1}'::jsonb]`, 'list<json>', [{ a: 1 }]],
    [`ARRAY['sad','so, so']::mood[]`, 'list<utf8>', ['sad', 'so, so']],
    [`ARRAY[1.5]::price[]`, 'list<decimal(8,2)>', ['1.50']],
    ['1.5::price', 'decimal(8,2)', '1.50'],
    [`ROW(1,'a')::pair`, 'utf8', '(1,a)'],
    [`'1 2'::int2vector`, 'utf8', '1 2'],
    [`point(1,2)`, 'utf8', '(1,2)'],
    [`'{(2,2),(1,1);(4,4),(3,3)}'::box[]`, 'list<utf8>', ['(2,2),(1,1)', '(4,4),(3,3)']],
    ['NULL::int', 'int32', null],
  ])('reads %s as %s', async (expression, type, value) => {
    const rows = await ask(subject.engine, `SELECT ${expression} AS v`);

    expect(rows.schema.fields.map((field) => printDataType(field.type))).toEqual([type]);
    expect(rows.rows).toEqual([[value]]);
    const columns = await ask(subject.engine, `SELECT ${expression} AS v`, { shape: 'columns' });
    expect(columns.rows).toEqual([[value]]);
  });

  it.each([
    [`date 'infinity'`, 'a date outside the years 1 to 9999, or an infinite one'],
    [`date '10000-01-01'`, 'a date outside the years 1 to 9999, or an infinite one'],
    [`date '0044-03-15 BC'`, 'a date outside the years 1 to 9999, or an infinite one'],
    [`timestamp '-infinity'`, 'an instant outside the years 1 to 9999, or an infinite one'],
    [`timestamptz '0044-03-15 BC'`, 'an instant outside the years 1 to 9999, or an infinite one'],
    [`'NaN'::numeric(4,1)`, 'a number that is none, or infinite'],
    [`repeat('9', 40)::numeric(50,2)`, 'a number with more digits than decimal(38,2) has'],
    [`ARRAY[[1,2],[3,4]]`, 'an array of more dimensions than its type; cast it to jsonb'],
  ])('refuses %s, naming column and row', async (expression, why) => {
    const reading = ask(subject.engine, `SELECT 1 AS a, ${expression} AS v`);

    await expect(reading).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_VALUE',
      message: `column v, row 0: Postgres holds ${why}; cast it in the statement`,
    });
    expect((await ask(subject.engine, 'SELECT 5')).rows).toEqual([[5]]);
  });

  it('reads a number without bounds, and lists of lists, as the statement says', async () => {
    const nullable = true;
    const schema = {
      fields: [
        { name: 'a', type: { kind: 'decimal', precision: 20, scale: 3 }, nullable },
        { name: 'b', type: { kind: 'list', item: { kind: 'list', item: { kind: 'int32' } } }, nullable },
        { name: 'c', type: { kind: 'timestamp', unit: 'ms' }, nullable, classification: 'pii' },
        { name: 'd', type: { kind: 'utf8' }, nullable },
      ],
    } as const;
    const text = `SELECT 1.5::numeric AS a, ARRAY[[1,2],[3,4]] AS b, timestamp '1970-01-01 00:00:01' AS c, 7 AS d`;

    const answer = await ask(subject.engine, sql(text, [], schema));

    expect(answer.rows).toEqual([
      [
        '1.500',
        [
          [1, 2],
          [3, 4],
        ],
        new Date(1000),
        7,
      ],
    ]);
    expect(answer.schema.fields.map(({ type }) => printDataType(type))).toEqual([
      'decimal(20,3)',
      'list<list<int32>>',
      'timestamp(ms)',
      'int32',
    ]);
    expect(answer.schema.fields[2]?.classification).toBe('pii');
    const short = { fields: schema.fields.slice(1) };
    await expect(ask(subject.engine, sql(text, [], short))).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_OPTION',
    });
  });

  it('binds dates as instants in UTC, before our era too, bytes and negative zero', async () => {
    const instants = [
      new Date('2001-02-28T01:02:03.004Z'),
      new Date(-62198755200000),
      new Date('9999-12-31T00:00:00Z'),
    ];
    for (const instant of instants) {
      const bound = sql(
        `SELECT extract(epoch FROM $1::timestamp)::text, extract(epoch FROM $1::timestamptz)::text`,
        [instant],
      );
      const [row] = (await ask(subject.engine, bound)).rows;

      expect(row?.map(Number)).toEqual([instant.getTime() / 1000, instant.getTime() / 1000]);
    }
    const others = sql('SELECT $1::bytea, $2::float8, $3::int8, $4::bool', [
      Uint8Array.of(1, 0),
      -0,
      2n ** 62n,
      false,
    ]);
    expect((await ask(subject.engine, others)).rows).toEqual([[Uint8Array.of(1, 0), -0, 2n ** 62n, false]]);
  });

  it.each(['a\0b', new Date(Number.NaN)])('refuses to bind %j', async (value) => {
    await expect(ask(subject.engine, sql('SELECT $1::text', [value]))).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_VALUE',
    });
  });

  it('learns types that are made after it was opened', async () => {
    await subject.run(
      `CREATE TYPE later AS ENUM ('a', 'b'); CREATE TABLE laters (v later[]); INSERT INTO laters VALUES ('{a,b}')`,
    );

    expect((await ask(subject.engine, 'SELECT v FROM laters')).rows).toEqual([[['a', 'b']]]);
    expect((await ask(subject.engine, 'SELECT laters FROM laters')).rows).toEqual([['("{a,b}")']]);
  });
});
