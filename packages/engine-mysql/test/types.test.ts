import { printDataType } from '@perf/contracts';
import type { Parameter, Schema } from '@perf/contracts';
import { describeWith } from '@perf/services/vitest';
import { readRows } from '@perf/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OpenEngine } from './open.ts';
import { openEngine } from './open.ts';

describeWith('mariadb', 'types of MariaDB', (url) => {
  let opened: OpenEngine;
  beforeAll(async () => {
    opened = await openEngine(url);
    await opened.run(`CREATE TABLE every (
      u8 TINYINT UNSIGNED, i16 SMALLINT, u16 SMALLINT UNSIGNED, i24 MEDIUMINT, u32 INT UNSIGNED, u64 BIGINT UNSIGNED,
      f FLOAT, wide DECIMAL(65,0), b1 BIT(1), b5 BIT(5), b64 BIT(64), y YEAR, tm TIME(3), ts TIMESTAMP(6) NULL, e ENUM('x','y'),
      s SET('p','q'), vb VARBINARY(5), fixed CHAR(4), uu UUID, p POINT, flag TINYINT(1), plain TINYINT, padded DECIMAL(8,2) ZEROFILL)`);
    await opened.run(`SET time_zone = '+00:00'`);
    await opened.run(`INSERT INTO every VALUES (255, -32768, 65535, -8388608, 4294967295, 18446744073709551615, 0.1,
      99999999999999999999999999999999999999, b'1', b'10101', b'${'1'.repeat(64)}', 2024, '-838:59:58.5', '2001-02-03 04:05:06.000007',
      'y', 'p,q', x'00ff', 'ab', '123e4567-e89b-12d3-a456-426655440000', POINT(1, 2), 2, 2, 1.5)`);
  });
  afterAll(() => opened.close());

  const select = async (
    text: string,
    parameters: readonly Parameter[] = [],
    schema?: Schema,
  ): Promise<{ types: string[]; rows: unknown[][] }> => {
    const statement = {
      dialect: 'mysql' as const,
      text,
      parameters,
      ...(schema === undefined ? {} : { schema }),
    };
    const stream = await opened.engine.execute(statement);
    return {
      types: stream.schema.fields.map(({ type }) => printDataType(type)),
      rows: await readRows(stream),
    };
  };

  it.each([
    ['u8', 'int32', 255],
    ['i16', 'int32', -32_768],
    ['u16', 'int32', 65_535],
    ['i24', 'int32', -8_388_608],
    ['u32', 'int64', 4_294_967_295n],
    ['u64', 'decimal(20,0)', '18446744073709551615'],
    ['f', 'float64', Math.fround(0.1)],
    ['wide', 'decimal(38,0)', '9'.repeat(38)],
    ['b1', 'bool', true],
    ['b5', 'int64', 21n],
    ['b64', 'decimal(20,0)', '18446744073709551615'],
    ['y', 'int32', 2024],
    ['tm', 'utf8', '-838:59:58.5'],
    ['ts', 'timestamp(us)', BigInt(Date.UTC(2001, 1, 3, 4, 5, 6)) * 1000n + 7n],
    ['e', 'utf8', 'y'],
    ['s', 'utf8', 'p,q'],
    ['vb', 'binary', Uint8Array.of(0, 255)],
    ['fixed', 'utf8', 'ab'],
    ['uu', 'utf8', '123e4567-e89b-12d3-a456-426655440000'],
    ['p', 'json', { x: 1, y: 2 }],
    ['flag', 'bool', true],
    ['plain', 'int32', 2],
    ['padded', 'decimal(8,2)', '1.50'],
  ])('reads %s as %s, in answers as in the catalogue', async (column, type, value) => {
    const table = (await opened.engine.catalog()).tables.get('every');
    const declared = table?.columns.find(({ name }) => name === column)?.type;

    expect(await select(`SELECT ${column} FROM every`)).toEqual({ types: [type], rows: [[value]] });
    expect(declared === undefined ? '' : printDataType(declared)).toBe(type);
  });

  it('reads by the schema of the statement where the server tells less', async () => {
    const fields = [
      { name: 'total', type: { kind: 'int64' }, nullable: true },
      { name: 'word', type: { kind: 'utf8' }, nullable: true },
      { name: 'tree', type: { kind: 'json' }, nullable: true },
    ] as const;
    const text = `SELECT SUM(u8), CAST('é' AS BINARY), '{"a": 1}' FROM every`;

    expect((await select(text, [], { fields })).rows).toEqual([[255n, 'é', { a: 1 }]]);
  });

  it('refuses a schema of another width', async () => {
    const fields = [{ name: 'a', type: { kind: 'int32' }, nullable: true }] as const;

    await expect(select('SELECT 1, 2', [], { fields })).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_OPTION',
    });
    expect((await select('SELECT 3')).rows).toEqual([[3]]);
  });

  it('names column and row of a value that does not fit, and goes on', async () => {
    const fields = [{ name: 'small', type: { kind: 'int32' }, nullable: true }] as const;
    const error = await select(`SELECT 1 UNION ALL SELECT 5000000000`, [], { fields }).catch(
      (caught: unknown) => caught,
    );

    expect(error).toMatchObject({
      code: 'ERR_PERF_INVALID_VALUE',
      message: 'column small, row 1: the server gave a value that does not fit int32',
    });
    expect((await select('SELECT 3')).rows).toEqual([[3]]);
  });

  it('binds unsigned numbers, instants and whole numbers in LIMIT', async () => {
    const at = new Date('2001-02-03T04:05:06Z');

    expect((await select('SELECT 1 FROM every WHERE u64 = ?', [2n ** 64n - 1n])).rows).toHaveLength(1);
    expect((await select('SELECT 1 FROM every WHERE u64 = ?', [2n ** 64n - 2n])).rows).toHaveLength(0);
    expect((await select('SELECT 1 FROM every WHERE ts > ? LIMIT ?', [at, 1])).rows).toHaveLength(1);
    expect((await select('SELECT 1 FROM every WHERE ts < ? LIMIT ?', [at, 1])).rows).toHaveLength(0);
    expect((await select('SELECT CAST(? AS CHAR)', [2n ** 70n])).rows).toEqual([[String(2n ** 70n)]]);
    expect((await select('SELECT 1 FROM every WHERE vb = ?', [Uint8Array.of(0, 255)])).rows).toHaveLength(1);
  });

  it('reads instants as UTC, whatever the zones of the server and of this process', async () => {
    const zone = await openEngine(url, {}, { timezone: '-05:00' });
    await zone.run(`SET time_zone = '+02:00'`);
    await zone.run(`CREATE TABLE t (at TIMESTAMP NOT NULL, clock DATETIME NOT NULL)`);
    await zone.run(`INSERT INTO t VALUES ('2001-01-01 02:00:00', '2001-01-01 02:00:00')`);

    const stream = await zone.engine.execute({
      dialect: 'mysql',
      text: 'SELECT at, clock FROM t',
      parameters: [],
    });

    expect(await readRows(stream)).toEqual([
      [new Date('2001-01-01T00:00:00Z'), new Date('2001-01-01T02:00:00Z')],
    ]);
    await zone.close();
  });

  describe('dates that are none', () => {
    const make = async (target: OpenEngine): Promise<void> => {
      await target.run(`SET sql_mode = ''`);
      await target.run('CREATE TABLE z (d DATE, t DATETIME)');
      await target.run(
        `INSERT INTO z VALUES ('0000-00-00', '0000-00-00 00:00:00'), ('2001-02-00', '2001-02-03 04:05:06')`,
      );
    };
    const statement = { dialect: 'mysql', text: 'SELECT d, t FROM z', parameters: [] } as const;

    it('end the answer', async () => {
      const strict = await openEngine(url);
      await make(strict);

      await expect(readRows(await strict.engine.execute(statement))).rejects.toMatchObject({
        code: 'ERR_PERF_INVALID_VALUE',
      });
      await strict.close();
    });

    it('are null where that was asked for', async () => {
      const lax = await openEngine(url, { zeroDates: 'null' });
      await make(lax);

      expect(await readRows(await lax.engine.execute(statement))).toEqual([
        [null, null],
        [null, new Date('2001-02-03T04:05:06Z')],
      ]);
      await lax.close();
    });
  });
});
