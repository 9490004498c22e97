import type { ExecutionPlan } from '@perf/contracts';
import { PostgresEngine } from '@perf/engine-postgres';
import { describeWith } from '@perf/services/vitest';
import { Pool } from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask, openSubject, sql } from './open.ts';
import type { Subject } from './open.ts';

describeWith('postgresHypopg', 'hypothetical indexes and the workload of Postgres', (url) => {
  let subject: Subject;
  beforeAll(async () => {
    subject = await openSubject(url, {
      pool: { max: 2 },
      whatIfIdleMs: 50,
      sql: `CREATE SCHEMA tools; CREATE EXTENSION hypopg SCHEMA tools; CREATE EXTENSION pg_stat_statements SCHEMA tools;
        CREATE TABLE t (id int PRIMARY KEY, "a b" int, c text, d int);
        INSERT INTO t SELECT i, i % 5000, 'c' || i, i FROM generate_series(1, 50000) i`,
    });
    await subject.run('VACUUM ANALYZE t');
  });
  afterAll(() => subject[Symbol.asyncDispose]());

  const query = sql('SELECT c FROM t WHERE "a b" = $1', [7]);

  async function plan(...columns: readonly string[]): Promise<ExecutionPlan> {
    const whatIf = subject.engine.whatIf;
    if (whatIf === undefined) throw new Error('no HypoPG');
    return whatIf(
      columns.map((name) => ({ table: 't', columns: [{ name }] })),
      query,
    );
  }

  it('gives the plan and its cost as if the index were there, and names it', async () => {
    const before = await subject.engine.explain(query);
    const after = await plan('a b');

    expect(subject.engine.capabilities.whatIf).toBe(true);
    expect(before.operator).toBe('scan');
    expect(after.operator).toBe('search');
    expect(JSON.stringify(after)).toContain('hypothetical t(a b)');
    expect((after.cost ?? 0) * 5).toBeLessThan(before.cost ?? 0);
    expect((await plan('d')).cost).toBe(before.cost);
    expect((await plan()).cost).toBe(before.cost);
  });

  it('takes order, kept columns and conditions', async () => {
    const seen = await subject.engine.whatIf?.(
      [
        {
          table: 't',
          columns: [{ name: 'a b', direction: 'desc' }],
          include: ['c'],
          only: { column: 'a b', is: 'present' },
        },
      ],
      query,
    );

    expect(seen?.engineOperator).toBe('Index Only Scan');
    expect(seen?.index).toBe('hypothetical t(a b DESC)');
  });

  it('answers calls that come at once, each with its own indexes', async () => {
    const base = (await subject.engine.explain(query)).cost;
    const costs = await Promise.all(
      Array.from({ length: 20 }, async (_, i) => (await plan(...(i % 2 === 0 ? ['a b', 'd'] : ['d']))).cost),
    );

    expect(costs.filter((_, i) => i % 2 === 1)).toEqual(Array.from({ length: 10 }, () => base));
    expect(costs.filter((cost, i) => i % 2 === 0 && (cost ?? 0) * 5 < (base ?? 0))).toHaveLength(10);
  });

  it('gives the client back without indexes after a while', async () => {
    await plan('a b');
    const { promise, resolve } = Promise.withResolvers<void>();
    subject.pool.once('release', () => resolve());
    await promise;

    const left = await Promise.all(
      [1, 2].map(async () => (await ask(subject.engine, 'SELECT count(*) FROM tools.hypopg()')).rows[0]?.[0]),
    );
    expect(left).toEqual([0n, 0n]);
  });

  it('does with the only client of a pool, and lets others have it in between', async () => {
    const pool = new Pool({ connectionString: subject.url, max: 1 });
    const engine = await PostgresEngine.open(pool, { whatIfIdleMs: 20 });
    const index = { table: 't', columns: [{ name: 'a b' }] };

    const plans = await Promise.all([1, 2, 3].map(async () => engine.whatIf?.([index], query)));
    const { rows } = await ask(engine, 'SELECT count(*) FROM tools.hypopg()');

    expect(plans.map((found) => found?.operator)).toEqual(['search', 'search', 'search']);
    expect(rows).toEqual([[0n]]);
    await engine.whatIf?.([index], query);
    await engine[Symbol.asyncDispose]();
    expect((await pool.query('SELECT count(*)::int AS n FROM tools.hypopg()')).rows).toEqual([{ n: 0 }]);
    await pool.end();
  });

  it('refuses names that the catalogue does not have, and goes on after a statement that fails', async () => {
    const whatIf = subject.engine.whatIf;

    await expect(whatIf?.([{ table: 't"; DROP', columns: [{ name: 'd' }] }], query)).rejects.toMatchObject({
      code: 'ERR_PERF_UNKNOWN_TABLE',
    });
    await expect(whatIf?.([{ table: 't', columns: [{ name: 'x' }] }], query)).rejects.toMatchObject({
      code: 'ERR_PERF_UNKNOWN_FIELD',
    });
    await expect(whatIf?.([{ table: 't', columns: [] }], query)).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_OPTION',
    });
    await expect(whatIf?.([], sql('SELECT nothing FROM t'))).rejects.toMatchObject({
      code: 'ERR_PERF_ENGINE_FAILED',
    });
    await expect(whatIf?.([], query, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ERR_PERF_ABORTED',
    });
    expect((await plan('a b')).operator).toBe('search');
  });

  it('lists what took most time, writes with their rate, and nothing of its own', async () => {
    await subject.run('SELECT tools.pg_stat_statements_reset()');
    for (let i = 0; i < 3; i++) await ask(subject.engine, sql('SELECT count(*) FROM t WHERE d > $1', [i]));
    await subject.run(`UPDATE t SET d = d + 1 WHERE id < 100`);
    await subject.engine.catalog();

    const workload = await subject.engine.workload();
    const read = workload.find(({ text }) => text === 'SELECT count(*) FROM t WHERE d > $1');
    expect(read).toMatchObject({ calls: 3 });
    expect(read?.meanMs).toBeGreaterThan(0);
    expect(read).not.toHaveProperty('writesPerS');
    expect(workload.find(({ text }) => text.startsWith('UPDATE'))?.writesPerS).toBeGreaterThan(0);
    expect(workload.filter(({ text }) => text.includes('perf') || text.includes('set_config'))).toEqual([]);
    expect(await subject.engine.workload({ limit: 1 })).toHaveLength(1);
  });
});

describeWith('postgres', 'Postgres without extensions', (url) => {
  it('has no whatIf and an empty workload', async () => {
    await using subject = await openSubject(url);

    expect(subject.engine.whatIf).toBeUndefined();
    expect(subject.engine.capabilities.whatIf).toBe(false);
    expect(await subject.engine.workload()).toEqual([]);
  });
});
