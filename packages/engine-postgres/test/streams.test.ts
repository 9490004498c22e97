import { batchLength } from '@perf/contracts';
import { PostgresEngine } from '@perf/engine-postgres';
import { describeWith } from '@perf/services/vitest';
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask, openSubject, sql } from './open.ts';
import type { Subject } from './open.ts';

const ENDLESS = `SELECT generate_series(1, 100000000) AS i, repeat('x', 200) AS filler`;
const SILENT = 'SELECT count(*) FROM generate_series(1, 1000000000000) i';

describeWith('postgres', 'streams of Postgres', (url) => {
  let one: Subject;
  beforeAll(async () => {
    one = await openSubject(url, {
      pool: { max: 1 },
      sql: `CREATE TABLE t (id int PRIMARY KEY, name text NOT NULL UNIQUE);
        INSERT INTO t SELECT i, 'n' || i FROM generate_series(1, 20) i`,
    });
  });
  afterAll(() => one[Symbol.asyncDispose]());

  /** Statements that other connections of the database are working on. */
  async function busy(): Promise<number> {
    const { rows } = await one.pool.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid()`,
    );
    return rows[0]?.n ?? -1;
  }

  it('stops the statement on the server and keeps the only connection when the loop is left', async () => {
    const before = await backend();
    for await (const batch of await one.engine.execute(sql(ENDLESS))) {
      expect(batchLength(batch)).toBe(4096);
      break;
    }

    expect(await backend()).toBe(before);
    expect(await busy()).toBe(0);
  });

  async function backend(): Promise<unknown> {
    return (await ask(one.engine, 'SELECT pg_backend_pid()')).rows[0]?.[0];
  }

  it('stops a silent statement on the server with the only connection of the pool', async () => {
    const before = await backend();
    const controller = new AbortController();
    const reading = ask(one.engine, SILENT, { signal: controller.signal });
    controller.abort(new Error('enough'));

    await expect(reading).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
    const stream = await one.engine.execute(sql(SILENT));
    await stream[Symbol.asyncDispose]();
    expect(await backend()).toBe(before);
    expect(await busy()).toBe(0);
  });

  it('ends the wait for a client of the pool by an abort, and loses no client by it', async () => {
    const stream = await one.engine.execute(sql(ENDLESS));
    const controller = new AbortController();
    const waiting = one.engine.execute(sql('SELECT 1'), { signal: controller.signal });
    controller.abort(new Error('enough'));

    await expect(waiting).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
    await stream[Symbol.asyncDispose]();
    expect((await ask(one.engine, 'SELECT 5')).rows).toEqual([[5]]);
  });

  it('gives the client back when the server is through, before the answer is read', async () => {
    const stream = await one.engine.execute(sql('SELECT id FROM t'));

    expect((await ask(one.engine, 'SELECT 5')).rows).toEqual([[5]]);
    let rows = 0;
    for await (const batch of stream) rows += batchLength(batch);
    expect(rows).toBe(20);
  });

  it('says of a stream whose engine was disposed that it is not whole', async () => {
    await using subject = await openSubject(url);
    const stream = await subject.engine.execute(sql(ENDLESS));
    const reading = Array.fromAsync(stream);

    await subject.engine[Symbol.asyncDispose]();

    await expect(reading).rejects.toMatchObject({ code: 'ERR_PERF_DISPOSED' });
    expect((await subject.pool.query('SELECT 1 AS a')).rows).toEqual([{ a: 1 }]);
  });

  it('gives rows of many megabytes in small batches', async () => {
    const wide = `SELECT repeat('x', 1000000) FROM generate_series(1, 30)`;
    const lengths = [];
    for await (const batch of await one.engine.execute(sql(wide))) lengths.push(batchLength(batch));

    expect(Math.max(...lengths)).toBeLessThanOrEqual(5);
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(30);
  });

  it('makes the server wait for a slow reader', async () => {
    await using subject = await openSubject(url, { pool: { max: 1 } });
    let socket: { readonly bytesRead: number } | undefined;
    subject.pool.on('acquire', (client) => {
      if ('connection' in client && hasStream(client.connection)) socket = client.connection.stream;
    });
    const stream = await subject.engine.execute(sql(ENDLESS));
    const watch = new Pool({ connectionString: subject.url, max: 1 });
    const isWaiting = async (): Promise<boolean> => {
      const { rows } = await watch.query<{ event: string | null }>(
        `SELECT wait_event AS event FROM pg_stat_activity WHERE state = 'active' AND query LIKE '%AS filler'`,
      );
      return rows[0]?.event === 'ClientWrite';
    };

    // Twenty times in a row, while nothing comes: it waits for good.
    let [times, seen] = [0, -1];
    while (times < 20) {
      const read = socket?.bytesRead ?? 0;
      times = (await isWaiting()) && read === seen ? times + 1 : 0;
      seen = read;
    }

    expect(seen).toBeGreaterThan(0);
    expect(seen).toBeLessThan(20_000_000);
    await watch.end();
    await stream[Symbol.asyncDispose]();
  });

  it('ends a statement that takes longer than its limit', async () => {
    const engine = await PostgresEngine.open(one.pool, { statementTimeoutMs: 50 });

    await expect(ask(engine, SILENT)).rejects.toMatchObject({
      code: 'ERR_PERF_ENGINE_FAILED',
      message: 'Postgres failed the statement: canceling statement due to statement timeout',
      cause: { code: '57014' },
    });
    expect((await ask(one.engine, 'SHOW statement_timeout')).rows).toEqual([['0']]);
  });

  it('lets nothing write unless told to', async () => {
    const insert = `INSERT INTO t VALUES (100, 'x')`;
    const error = await ask(one.engine, insert).catch((refused: unknown) => refused);

    expect(error).toMatchObject({ code: 'ERR_PERF_ENGINE_FAILED', cause: { code: '25006' } });
    const writing = await PostgresEngine.open(one.pool, { readOnly: false });
    await using _ = await writing.execute(sql(insert));
    expect((await ask(writing, 'SELECT count(*) FROM t')).rows).toEqual([[21n]]);
  });

  it('reads the tables of the catalogue, whatever the session has in their place', async () => {
    await using subject = await openSubject(url, { pool: { max: 1 }, sql: 'CREATE TABLE genuine (a int)' });
    await subject.pool.query('CREATE TEMP TABLE genuine (b int)');

    expect(
      (await ask(subject.engine, 'SELECT * FROM genuine')).schema.fields.map(({ name }) => name),
    ).toEqual(['a']);
  });

  it.each(['BEGIN', 'SET work_mem = 64', 'LISTEN x', `PREPARE p AS SELECT 1`])(
    'refuses %s and leaves nothing of it on a connection of the pool',
    async (text) => {
      const before = await backend();

      await expect(ask(one.engine, text)).rejects.toMatchObject({ code: 'ERR_PERF_UNSUPPORTED' });
      expect(await backend()).not.toBe(before);
    },
  );

  it('leaves the settings of the pool as they are', async () => {
    const pool = new Pool({ connectionString: one.url, max: 1 });
    try {
      await pool.query(
        `SET TimeZone = 'America/New_York'; SET DateStyle = 'German'; SET search_path = pg_catalog`,
      );
      const engine = await PostgresEngine.open(pool);

      const { rows } = await ask(
        engine,
        `SELECT timestamptz '2020-01-01 00:00:00+00', date '2020-02-01', id FROM t LIMIT 1`,
      );
      expect(rows).toEqual([[1_577_836_800_000_000n, '2020-02-01', 1]]);
      expect((await pool.query('SHOW TimeZone')).rows).toEqual([{ TimeZone: 'America/New_York' }]);
      expect((await pool.query('SHOW search_path')).rows).toEqual([{ search_path: 'pg_catalog' }]);
      expect((await pool.query('SHOW transaction_read_only')).rows).toEqual([
        { transaction_read_only: 'off' },
      ]);
    } finally {
      await pool.end();
    }
  });

  it.each([
    [`SELECT 'geheim'::int`, 'invalid input syntax for type integer'],
    [`SELECT 1/0`, 'division by zero'],
    [`SELECT id FROM nowhere WHERE a = 'geheim'`, 'relation "nowhere" does not exist'],
    [`SELECT 'geheim' 'geheim'`, 'syntax error at or near "?"'],
    [`SELECT date 'geheim'`, 'invalid input syntax for type date'],
  ])('tells what was wrong in %s, without its literals', async (text, message) => {
    const error = await ask(one.engine, text).catch((failed: unknown) => failed);

    expect(error).toMatchObject({ message: `Postgres failed the statement: ${message}` });
    expect(error).toHaveProperty('cause.name', 'PostgresFailure');
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('geheim');
  });

  it('quotes no value of a broken key', async () => {
    const engine = await PostgresEngine.open(one.pool, { readOnly: false });
    const error = await ask(engine, sql('INSERT INTO t VALUES (1000, $1)', ['n1'])).catch(
      (failed: unknown) => failed,
    );

    expect(error).toMatchObject({ code: 'ERR_PERF_ENGINE_FAILED', cause: { code: '23505' } });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('n1');
  });

  it('fails a statement whose connection is lost, and goes on with another', async () => {
    await using subject = await openSubject(url, { pool: { max: 1 } });
    const { rows } = await ask(subject.engine, 'SELECT pg_backend_pid()');
    const reading = ask(subject.engine, ENDLESS).catch((failed: unknown) => failed);

    await subject.run(`SELECT pg_terminate_backend(${String(rows[0]?.[0])})`);

    expect(await reading).toMatchObject({ code: 'ERR_PERF_ENGINE_FAILED' });
    expect((await ask(subject.engine, 'SELECT 5')).rows).toEqual([[5]]);
  });

  it('refuses to open without a server', async () => {
    const pool = new Pool({ connectionString: 'postgres://postgres@127.0.0.1:1/postgres' });

    await expect(PostgresEngine.open(pool)).rejects.toMatchObject({
      code: 'ERR_PERF_OPEN_FAILED',
      cause: { code: 'ECONNREFUSED' },
    });
    await pool.end();
  });

  it.each([{ schemas: [] }, { statementTimeoutMs: -1 }, { catalogTtlMs: 0.5 }, { whatIfIdleMs: Number.NaN }])(
    'refuses %j',
    async (options) => {
      await expect(PostgresEngine.open(one.pool, options)).rejects.toMatchObject({
        code: 'ERR_PERF_INVALID_OPTION',
      });
    },
  );

  it('uses parallel workers, which a cursor would not get', async () => {
    await using subject = await openSubject(url, {
      sql: `CREATE TABLE big AS SELECT i FROM generate_series(1, 200000) i; ANALYZE big`,
    });
    await subject.run(`ALTER TABLE big SET (parallel_workers = 2)`);
    const plan = await subject.engine.explain(sql('SELECT count(*) FROM big WHERE i % 7 = 3'), {
      analyze: true,
    });

    expect(JSON.stringify(plan)).toContain('Workers Launched: ');
    // Of the 200,000 rows one in seven is left, whichever process has read it.
    expect(JSON.stringify(plan)).toContain('"actualRows":28572');
  });
});

function hasStream(connection: unknown): connection is { readonly stream: { readonly bytesRead: number } } {
  return typeof connection === 'object' && connection !== null && 'stream' in connection;
}
