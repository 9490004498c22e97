import { readFileSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { ExecutionPlan } from '@perf/contracts';
import { PostgresEngine } from '@perf/engine-postgres';
import type { IndexAdvice } from '@perf/optimizer';
import { adviseIndexes } from '@perf/optimizer';
import { MissingServerError, serversAreRequired, startPostgresHypopg } from '@perf/services';
import type { Server } from '@perf/services';
import { Pool } from 'pg';
import { afterAll, describe, expect, it } from 'vitest';
import { readWorkload } from '../src/advise/read-workload.ts';
import { byteSize } from '../src/advise/byte-size.ts';
import { engineCost } from '../src/advise/engine-cost.ts';
import { commerceRows } from '../src/commerce/commerce-rows.ts';
import { COMMERCE } from '../src/commerce/commerce-schema.ts';
import { commerceInserts, commerceTables } from '../src/commerce/commerce-sql.ts';
import { ordinaryWorkload } from '../src/optimizer/ordinary-workload.ts';
import { databaseFacts } from '../src/stats/database-facts.ts';
import { Scratch, runBench } from './run-bench.ts';

const timeout = 60_000;

describe('a workload in a file', () => {
  it('is lines of JSON', () => {
    const text =
      '{"sql":"select 1","calls":3,"meanMs":2.5}\n\n{"sql":"insert","calls":1,"meanMs":1,"writesPerS":9}\n';

    expect(readWorkload(text)).toEqual([
      { text: 'select 1', calls: 3, meanMs: 2.5 },
      { text: 'insert', calls: 1, meanMs: 1, writesPerS: 9 },
    ]);
  });

  it('is SQL with semicolons, where those in texts and comments end nothing', () => {
    const text =
      '-- calls: 20\n-- ms: 3.5\nselect \';\' a /* ; */;\nselect "b;"\n-- calls: 4 ;\n;;\n-- the end';

    expect(readWorkload(text)).toEqual([
      { text: "select ';' a /* ; */", calls: 20, meanMs: 3.5 },
      { text: 'select "b;"\n-- calls: 4 ;', calls: 1, meanMs: 0 },
    ]);
  });

  it.each([
    ['', 'no statement'],
    ['{"sql":SECRET}', 'line 1'],
    ['{"sql":5}', 'line 1.sql must be a text'],
    ['{"sql":"a","calls":-1}', 'line 1.calls'],
  ])('is refused as %j', (text, message) => {
    expect(() => readWorkload(text)).toThrow(message);
    expect(() => readWorkload(text)).not.toThrow('SECRET');
  });

  it('has a budget as people write it', () => {
    expect(['150mb', '1.5 GiB', '4096', '0'].map((size) => byteSize(size, '--budget'))).toEqual([
      150e6,
      1.5 * 1024 ** 3,
      4096,
      0,
    ]);
  });
});

describe('perf-bench advise on SQLite', () => {
  it(
    'prints DDL that runs, and writes the advice as JSON',
    async () => {
      using scratch = new Scratch();
      const database = new DatabaseSync(scratch.file('db'));
      database.exec(`CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER NOT NULL, b TEXT);
        INSERT INTO t WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) SELECT i, i % 1000, 'text ' || i FROM n`);
      writeFileSync(
        scratch.file('w.sql'),
        '-- calls: 20\nselect b from t where a = 5;\nselect count(*) n from t;',
      );

      const args = ['advise', '--url', `sqlite:${scratch.file('db')}`, '--workload', scratch.file('w.sql')];
      const { code, stdout, stderr } = await runBench([
        ...args,
        '--budget',
        '50mb',
        '--json',
        scratch.file('a.json'),
      ]);
      const ddl = /^CREATE INDEX .*;$/m.exec(stdout)?.[0] ?? '';
      database.exec(ddl);
      const [plan] = database.prepare('EXPLAIN QUERY PLAN select b from t where a = 5').all();
      database.close();

      expect(code).toBe(0);
      expect(stderr).toContain('100 %');
      expect(plan?.['detail']).toContain('USING INDEX t_a_idx');
      expect(JSON.parse(readFileSync(scratch.file('a.json'), 'utf8'))).toMatchObject({
        indexes: [{ name: 't_a_idx' }],
        drops: [],
      });
    },
    timeout,
  );

  it.each([
    [[], 2, 'give a database'],
    [['--url', 'sqlite:x', '--budget', 'much'], 2, '--budget must be a size'],
    [['--url', 'sqlite:x', '--max-seconds', '0'], 2, '--max-seconds'],
    [['--url', 'sqlite:/nowhere/x'], 1, 'ERR_PERF_OPEN_FAILED'],
  ])(
    'given %j ends with %i',
    async (args, code, message) => {
      const ended = await runBench(['advise', ...args]);

      expect(ended.code).toBe(code);
      expect(ended.stderr).toContain(message);
    },
    timeout,
  );
});

const { server, reason } = await startedServer();

describe.skipIf(server === undefined)(`advice on Postgres with HypoPG ${reason}`, () => {
  const url = server?.url ?? '';
  const pool = new Pool({ connectionString: url, max: 3 });
  pool.on('error', () => undefined);
  afterAll(async () => {
    await pool.end();
    await server?.[Symbol.asyncDispose]();
  });

  it(
    'lowers the cost of statements when the indexes are really made, and plans use them',
    async () => {
      await fillShop(pool);
      await using engine = await PostgresEngine.open(pool, { catalogTtlMs: 0 });
      const facts = await databaseFacts(engine, { signal: new AbortController().signal });
      const cost = engineCost(engine, facts);
      if (cost === undefined) throw new Error('no HypoPG');
      const queries = ordinaryWorkload();
      const planOf = (text: string): Promise<ExecutionPlan> =>
        engine.explain({ dialect: 'postgres', text, parameters: [] });

      const advice = await adviseIndexes(
        queries.map(({ sql }) => ({ text: sql, calls: 1, meanMs: 1 })),
        { ...facts, ...cost, maxMs: 30_000 },
      );
      const before = new Map(
        await Promise.all(queries.map(async ({ sql }) => [sql, await planOf(sql)] as const)),
      );
      for (const { ddl } of advice.indexes) await pool.query(ddl);
      const after = new Map(
        await Promise.all(queries.map(async ({ sql }) => [sql, await planOf(sql)] as const)),
      );

      expect(advice.indexes.length).toBeGreaterThan(4);
      expect(advice.isComplete).toBe(true);
      expect(advice.statements.filter(({ skipped }) => skipped !== undefined)).toEqual([]);
      const used = new Set([...after.values()].flatMap(indexesIn));
      for (const { name, statements } of advice.indexes) {
        expect(used).toContain(name);
        for (const { text } of statements)
          expect(after.get(text)?.cost).toBeLessThan(before.get(text)?.cost ?? 0);
      }
      expect(
        meanRatio(queries.map(({ sql }) => [before.get(sql)?.cost ?? 1, after.get(sql)?.cost ?? 1])),
      ).toBeGreaterThan(3);
      const real = (await engine.indexes()).filter(({ name }) =>
        advice.indexes.some((index) => index.name === name),
      );
      const bytes = real.reduce((sum, index) => sum + (index.bytes ?? 0), 0);
      expect(bytes / advice.bytes).toBeGreaterThan(0.8);
      expect(bytes / advice.bytes).toBeLessThan(1.25);
      for (const { undo } of advice.indexes) await pool.query(undo);
    },
    timeout,
  );

  it(
    'reads what was asked of the server where no workload is given',
    async () => {
      using scratch = new Scratch();
      await pool.query('CREATE EXTENSION pg_stat_statements');
      await pool.query('SELECT pg_stat_statements_reset()');
      for (let id = 1; id < 6; id++)
        await pool.query('SELECT total FROM orders WHERE customer_id = $1', [id]);

      const { code, stdout } = await runBench([
        'advise',
        '--url',
        url,
        '--json',
        scratch.file('a.json'),
        '--budget',
        '100mb',
      ]);
      const advice: unknown = JSON.parse(readFileSync(scratch.file('a.json'), 'utf8'));

      expect(code).toBe(0);
      expect(stdout).toContain(
        'CREATE INDEX CONCURRENTLY "orders_customer_id_idx" ON "orders" ("customer_id");',
      );
      expect(advice).toMatchObject({ indexes: [{ confidence: 'medium' }] } satisfies {
        indexes: Partial<IndexAdvice['indexes'][number]>[];
      });
    },
    timeout,
  );
});

async function startedServer(): Promise<{ readonly server?: Server; readonly reason: string }> {
  try {
    return { server: await startPostgresHypopg(), reason: '' };
  } catch (error) {
    if (!(error instanceof MissingServerError) || serversAreRequired(process.env)) throw error;
    return { reason: `(${error.message})` };
  }
}

async function fillShop(pool: Pool): Promise<void> {
  const rows = commerceRows({ scale: 0.2, seed: 3 });
  for (const sql of commerceTables('postgres')) await pool.query(sql);
  for (const table of COMMERCE)
    for (const sql of commerceInserts(table, rows.get(table.name) ?? [], 'postgres')) await pool.query(sql);
  await pool.query('CREATE EXTENSION IF NOT EXISTS hypopg');
  await pool.query('ANALYZE');
}

function indexesIn({ index, children }: ExecutionPlan): readonly string[] {
  return [...(index === undefined ? [] : [index]), ...children.flatMap(indexesIn)];
}

function meanRatio(pairs: readonly (readonly [number, number])[]): number {
  return Math.exp(pairs.reduce((sum, [a, b]) => sum + Math.log(a / b), 0) / pairs.length);
}
