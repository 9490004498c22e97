import type { ExecutionPlan } from '@perf/contracts';
import { PostgresEngine } from '@perf/engine-postgres';
import { describeWith } from '@perf/services/vitest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, openSubject, sql } from './open.ts';
import type { Subject } from './open.ts';

function flatten(plan: ExecutionPlan): ExecutionPlan[] {
  return [plan, ...plan.children.flatMap(flatten)];
}

function explainTests(url: string): void {
  let subject: Subject;
  beforeAll(async () => {
    subject = await openSubject(url, {
      sql: `CREATE TABLE t (id int PRIMARY KEY, kind text); CREATE SEQUENCE counted;
        INSERT INTO t SELECT i, CASE WHEN i = 7 THEN 'rare' ELSE 'common' END FROM generate_series(1, 10000) i;
        CREATE INDEX t_kind ON t (kind); ANALYZE t;
        CREATE TABLE raw (a int) WITH (autovacuum_enabled = off); INSERT INTO raw SELECT generate_series(1, 1000);
        CREATE TABLE days (day date) PARTITION BY RANGE (day);
        CREATE TABLE days_1 PARTITION OF days FOR VALUES FROM ('2001-01-01') TO ('2001-02-01');
        CREATE TABLE days_2 PARTITION OF days FOR VALUES FROM ('2001-02-01') TO ('2001-03-01')`,
    });
  });
  afterAll(() => subject[Symbol.asyncDispose]());

  it.each([
    ['rare', 'search', 1],
    ['common', 'scan', 9999],
  ])('plans for the bound value %s', async (value, operator, rows) => {
    const plan = await subject.engine.explain(sql('SELECT id FROM t WHERE kind = $1', [value]));

    expect(plan.operator).toBe(operator);
    expect(plan.estimatedRows).toBeCloseTo(rows, -1);
    expect(plan.cost).toBeGreaterThan(0);
    expect(plan.actualRows).toBeUndefined();
    expect(JSON.stringify(plan)).not.toContain(value);
  });

  it('runs a statement that reads, with its values, and tells rows, time and buffers of every node', async () => {
    const plan = await subject.engine.explain(sql('SELECT count(*) FROM t WHERE id > $1', [9000]), {
      analyze: true,
    });

    const scan = flatten(plan).find(({ table }) => table === 't');
    expect(scan).toMatchObject({ actualRows: 1000, loops: 1 });
    expect(scan?.selfMs).toBeGreaterThan(0);
    expect(scan?.buffers?.hit ?? 0).toBeGreaterThan(0);
    expect(plan.totalMs).toBeGreaterThanOrEqual(scan?.totalMs ?? 0);
  });

  it.each([
    'DELETE FROM t',
    `INSERT INTO t VALUES (0, 'x')`,
    `WITH gone AS (DELETE FROM t RETURNING id) SELECT * FROM gone`,
    `SELECT nextval('counted')`,
    'SELECT id FROM t FOR UPDATE',
    'CREATE TABLE made AS SELECT 1 AS a',
    '/* SELECT */ -- SELECT\nDELETE FROM t',
  ])('does not analyze %s, whatever the engine may write', async (text) => {
    const writing = await PostgresEngine.open(subject.pool, { readOnly: false });

    await expect(writing.explain(sql(text), { analyze: true })).rejects.toMatchObject({
      code: 'ERR_PERF_UNSUPPORTED',
    });
    expect(
      (await ask(subject.engine, `SELECT count(*), (SELECT last_value FROM counted) FROM t`)).rows,
    ).toEqual([[10_000n, 1n]]);
    await expect(writing.explain(sql('DELETE FROM t'))).resolves.toMatchObject({
      engineOperator: 'ModifyTable',
    });
  });

  it.each(['SELECT 1; DROP TABLE t', 'ANALYZE t', '(ANALYZE) SELECT 1', 'SELECT 1) DROP TABLE t'])(
    'refuses to explain %s',
    async (text) => {
      await expect(subject.engine.explain(sql(text))).rejects.toMatchObject({
        code: 'ERR_PERF_ENGINE_FAILED',
      });
      await expect(subject.engine.explain(sql(text), { analyze: true })).rejects.toMatchObject({
        code: text.startsWith('SELECT') ? 'ERR_PERF_ENGINE_FAILED' : 'ERR_PERF_UNSUPPORTED',
      });
    },
  );

  it('leaves no table that an analyzed statement has made', async () => {
    await subject.engine.explain(sql('/* a */ SELECT 1 AS a INTO made'), { analyze: true });

    expect((await ask(subject.engine, `SELECT to_regclass('made') IS NULL`)).rows).toEqual([[true]]);
  });

  it('rolls back what a function of an analyzed statement has set for the session', async () => {
    await using one = await openSubject(url, { pool: { max: 1 } });
    await one.engine.explain(sql(`SELECT set_config('perf.kept', 'x', false)`), { analyze: true });

    expect((await ask(one.engine, `SELECT coalesce(current_setting('perf.kept', true), '')`)).rows).toEqual([
      [''],
    ]);
  });

  it('ends an analysis that takes too long, or is aborted', async () => {
    const hasty = await PostgresEngine.open(subject.pool, { statementTimeoutMs: 50 });
    const slow = sql('SELECT count(*) FROM t a CROSS JOIN t b CROSS JOIN t c');

    await expect(hasty.explain(slow, { analyze: true })).rejects.toMatchObject({ cause: { code: '57014' } });
    const controller = new AbortController();
    const reading = subject.engine.explain(slow, { analyze: true, signal: controller.signal });
    controller.abort();
    await expect(reading).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
  });

  it('marks what was never analyzed, and names partitions by their table', async () => {
    const raw = await subject.engine.explain(sql('SELECT a FROM raw WHERE a = $1', [5]));
    const days = await subject.engine.explain(
      sql(`SELECT day FROM days WHERE day >= $1::date`, ['2001-01-15']),
    );

    expect(raw).toMatchObject({ table: 'raw', estimateIsDefault: true });
    expect(days.partitions).toEqual(['days_1', 'days_2']);
    expect(days.children.map(({ table, partitions }) => [table, partitions])).toEqual([
      ['days', ['days_1']],
      ['days', ['days_2']],
    ]);
  });
}

describe('explain', () => {
  describeWith('postgres', 'on Postgres', explainTests);
  describeWith('postgresHypopg', 'on Postgres 15', explainTests);
});
