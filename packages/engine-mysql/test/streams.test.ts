import { batchLength } from '@perf/contracts';
import { MysqlEngine } from '@perf/engine-mysql';
import { describeWith } from '@perf/services/vitest';
import { readRows } from '@perf/testkit';
import callbackMysql from 'mysql2';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OpenEngine } from './open.ts';
import { openEngine } from './open.ts';

const reading = (text: string) => ({ dialect: 'mysql', text, parameters: [] }) as const;
/** Far more rows than are read, of about 200 bytes. */
const ENDLESS = reading(`SELECT a.seq, REPEAT('x', 200) FROM seq_1_to_1000000 a JOIN seq_1_to_1000000 b`);
/** Works for minutes before its only row. */
const SILENT = reading('SELECT SUM(a.seq * b.seq) FROM seq_1_to_1000000 a JOIN seq_1_to_1000000 b');

describeWith('mariadb', 'streams over mysql2', (url) => {
  let opened: OpenEngine;
  beforeAll(async () => {
    opened = await openEngine(url, {}, { connectionLimit: 1 });
  });
  afterAll(() => opened.close());

  /** Statements that the server runs for the pool of this test, itself left out. */
  const running = async (): Promise<number> => {
    const rows = await readRows(
      await opened.engine.execute(
        reading(`SELECT COUNT(*) FROM information_schema.processlist WHERE DB = DATABASE() AND INFO LIKE '%seq_1_to_1000000%'
          AND ID <> CONNECTION_ID()`),
      ),
    );
    return Number(rows[0]?.[0]);
  };

  /** Asks until the server says so: it sees an order to stop only at the next row. */
  const nothingRuns = async (): Promise<boolean> => {
    const deadline = performance.now() + 10_000;
    while ((await running()) > 0) if (performance.now() > deadline) return false;
    return true;
  };

  it('ends the statement on the server when the loop is left, with one connection in the pool', async () => {
    for await (const batch of await opened.engine.execute(ENDLESS)) {
      expect(batchLength(batch)).toBe(4096);
      break;
    }

    expect(await nothingRuns()).toBe(true);
  });

  it('lets the server wait while nobody reads', async () => {
    const other = await mysql.createConnection(url);
    const pool = mysql.createPool(url);
    const sockets: object[] = [];
    pool.on('acquire', (connection) => sockets.push(connection));
    const engine = new MysqlEngine(pool);
    /** Bytes that the pool's only connection has taken from the server, after one more round trip elsewhere. */
    const taken = async (): Promise<unknown> => {
      await other.query('SELECT 1');
      const stream: unknown = Reflect.get(sockets[0] ?? {}, 'stream');
      return typeof stream === 'object' && stream !== null ? Reflect.get(stream, 'bytesRead') : undefined;
    };
    const stream = await engine.execute(ENDLESS);
    const deadline = performance.now() + 10_000;

    let [before, same] = [await taken(), 0];
    while (same < 20 && performance.now() < deadline) {
      const now = await taken();
      same = now === before ? same + 1 : 0;
      before = now;
    }

    expect(same).toBe(20);
    // One batch of 4,096 rows and what the socket and the driver hold besides.
    expect(Number(before)).toBeGreaterThan(800_000);
    expect(Number(before)).toBeLessThan(3_000_000);
    await stream[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
    await pool.end();
    await other.end();
  });

  it('ends a statement on the server that has given no row yet', async () => {
    const controller = new AbortController();
    const stopped = opened.engine
      .execute(SILENT, { signal: controller.signal })
      .catch((error: unknown) => error);
    const other = await mysql.createConnection(url);
    for (let found = 0; found === 0;) {
      const [rows] = await other.query<mysql.RowDataPacket[]>(
        `SELECT 1 FROM information_schema.processlist WHERE INFO LIKE 'SELECT SUM(a.seq%'`,
      );
      found = rows.length;
    }
    await other.end();

    controller.abort(new Error('too slow'));

    expect(await stopped).toMatchObject({ code: 'ERR_PERF_ABORTED' });
    expect(await nothingRuns()).toBe(true);
  });

  it('ends a statement that waits for a connection when it is aborted, and loses no connection', async () => {
    const holder = await opened.engine.execute(ENDLESS);
    const controller = new AbortController();
    const waiting = opened.engine.execute(reading('SELECT 1'), { signal: controller.signal });
    controller.abort(new Error('no time'));

    await expect(waiting).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });

    await holder[Symbol.asyncDispose]();
    expect(await readRows(await opened.engine.execute(reading('SELECT 7')))).toEqual([[7]]);
  });

  it('leaves the pool open, with its connection, after thousands of statements', async () => {
    for (let i = 0; i < 300; i++) await readRows(await opened.engine.execute(reading(`SELECT ${i}`)));
    const [row] = await readRows(
      await opened.engine.execute(
        reading(`SELECT VARIABLE_VALUE FROM information_schema.session_status WHERE VARIABLE_NAME = 'PREPARED_STMT_COUNT'
          UNION ALL SELECT VARIABLE_VALUE FROM information_schema.global_status WHERE VARIABLE_NAME = 'PREPARED_STMT_COUNT'`),
      ),
    );

    expect(Number(row?.[0])).toBeLessThan(50);
  });

  it('stops what runs too long on the server', async () => {
    const limited = new MysqlEngine(opened.pool, { statementTimeoutMs: 100 });

    await expect(limited.execute(SILENT).then(readRows)).rejects.toMatchObject({
      code: 'ERR_PERF_ENGINE_FAILED',
      message: 'the statement ran longer than statementTimeoutMs (100 ms)',
    });
    expect(await readRows(await limited.execute(reading('SELECT 7')))).toEqual([[7]]);
  });

  it('throws when the server ends the connection half way', async () => {
    const killed = async (): Promise<void> => {
      const stream = await opened.engine.execute(
        reading('SELECT CONNECTION_ID(), a.seq, REPEAT("x", 200) FROM seq_1_to_1000000 a'),
      );
      for await (const batch of stream) {
        const [id] = batch.kind === 'rows' && batch.layout === 'arrays' ? (batch.rows[0] ?? []) : [];
        await opened.run(`KILL ${String(id)}`).catch(() => undefined);
      }
    };

    await expect(killed()).rejects.toMatchObject({ code: 'ERR_PERF_ENGINE_FAILED' });
    expect(await readRows(await opened.engine.execute(reading('SELECT 7')))).toEqual([[7]]);
  });

  it('takes a pool of the callback form', async () => {
    const pool = callbackMysql.createPool(url);
    const engine = new MysqlEngine(pool);

    expect(await readRows(await engine.execute(reading('SELECT 7')))).toEqual([[7]]);

    await engine[Symbol.asyncDispose]();
    const { promise, resolve } = Promise.withResolvers<unknown>();
    pool.query('SELECT 8 AS eight', (_, rows) => resolve(rows));
    expect(await promise).toEqual([{ eight: 8 }]);
    pool.end();
  });

  it('says which server does not answer, without its password', async () => {
    const pool = mysql.createPool({ host: '127.0.0.1', port: 1, user: 'u', password: 'hunter2' });
    const error = await new MysqlEngine(pool).execute(reading('SELECT 1')).catch((caught: unknown) => caught);

    expect(error).toMatchObject({ code: 'ERR_PERF_OPEN_FAILED', cause: { code: 'ECONNREFUSED' } });
    await pool.end();
  });

  it.each([{ typeCast: false }, { decimalNumbers: true }, { typeCast: () => null }])(
    'refuses a pool that reads values otherwise',
    async (options) => {
      const pool = mysql.createPool({ uri: url, ...options });

      expect(() => new MysqlEngine(pool)).toThrow(
        expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
      );
      await pool.end();
    },
  );

  it('refuses statements that would change the session of a shared connection', async () => {
    for (const text of [
      'BEGIN',
      ' /* now */ start transaction',
      'USE mysql',
      'SET @a = 1',
      'LOCK TABLES t READ',
    ])
      await expect(opened.engine.execute(reading(text))).rejects.toMatchObject({
        code: 'ERR_PERF_UNSUPPORTED',
      });
  });

  it('gives the first answer of a routine', async () => {
    await opened.run('CREATE PROCEDURE two() BEGIN SELECT 1 AS a; SELECT 2 AS b, 3 AS c; END');

    expect(await readRows(await opened.engine.execute(reading('CALL two()')))).toEqual([[1]]);
  });

  it('keeps literals out of errors', async () => {
    const texts = [
      `SELECT 'secret' FROM`,
      `SELECT CAST('secret' AS DATE) + no_such_column`,
      `INSERT INTO unique_once VALUES ('secret')`,
      `SELECT JSON_EXTRACT('{', '$.secret')`,
    ];
    await opened.run('CREATE TABLE unique_once (a VARCHAR(20) PRIMARY KEY)');
    await opened.run(`INSERT INTO unique_once VALUES ('secret')`);

    for (const text of texts) {
      const error = await opened.engine
        .execute(reading(text))
        .then(readRows)
        .catch((caught: unknown) => caught);
      const said =
        error instanceof Error
          ? `${error.message} ${String(error.cause)} ${JSON.stringify(error.cause)}`
          : '';
      expect(said).not.toContain('secret');
    }
    const unknown = await opened.engine
      .execute(reading('SELECT * FROM nowhere'))
      .catch((caught: unknown) => caught);
    expect(unknown).toMatchObject({ cause: { code: 'ER_NO_SUCH_TABLE', errno: 1146, sqlState: '42S02' } });
  });
});
