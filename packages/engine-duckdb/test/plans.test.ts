import type { ExecutionPlan } from '@perf/contracts';
import { hostileStrings } from '@perf/testkit';
import { DuckDbEngine } from '@perf/engine-duckdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowsOf, sql } from './open.ts';

let engine: DuckDbEngine;
beforeAll(async () => {
  engine = await DuckDbEngine.open(':memory:', { threads: 2 });
  await rowsOf(
    engine,
    "CREATE TABLE f AS SELECT i AS id, 'A' || i % 50 AS origin, i * 0.5 AS delay, DATE '2001-01-01' + (i % 365)::INT AS d FROM range(20000) r(i)",
  );
  await rowsOf(engine, "CREATE TABLE a AS SELECT 'A' || i AS iata, 'name' || i AS name FROM range(50) r(i)");
  await rowsOf(
    engine,
    `CREATE TABLE "we.ird ""t" AS SELECT i AS "it's", 'x' || i AS s FROM range(5000) r(i)`,
  );
});
afterAll(() => engine[Symbol.asyncDispose]());

const nodes = (plan: ExecutionPlan): ExecutionPlan[] => [plan, ...plan.children.flatMap(nodes)];
const explained = async (text: string, analyze = false): Promise<ExecutionPlan[]> =>
  nodes(await engine.explain(sql(text), { analyze }));

describe('explain', () => {
  it('gives the tree in the words of the project', async () => {
    const found = await explained(
      'SELECT name, count(*) AS n FROM f JOIN a ON origin = iata WHERE delay > 17.25 GROUP BY name ORDER BY n DESC LIMIT 3',
    );

    expect(new Set(found.map(({ operator }) => operator))).toEqual(
      new Set(['sort', 'project', 'aggregate', 'join', 'scan']),
    );
    expect(new Set(found.filter(({ operator }) => operator === 'scan').map(({ table }) => table))).toEqual(
      new Set(['a', 'f']),
    );
    expect(found.find(({ operator }) => operator === 'join')?.detail).toContain('origin = iata');
    expect(found.find(({ table }) => table === 'a')?.estimatedRows).toBe(50);
    expect(found.every((node) => node.actualRows === undefined)).toBe(true);
  });

  it('has actual rows and times at every node with analyze', async () => {
    const found = await explained('SELECT count(*) FROM f WHERE delay >= 5000', true);

    expect(found.find(({ table }) => table === 'f')?.actualRows).toBe(10_000);
    expect(found.every(({ selfMs = -1 }) => selfMs >= 0)).toBe(true);
  });

  it('tells what is known besides: the operator, total times, rows removed, memory', async () => {
    const found = await explained('SELECT d, count(*) FROM f WHERE id % 2 = 0 GROUP BY d', true);
    const [root] = found;
    const scan = found.find(({ table }) => table === 'f');

    expect(scan).toMatchObject({ engineOperator: 'SEQ_SCAN', rowsRemoved: 10_000 });
    expect(scan?.totalMs).toBe(scan?.selfMs);
    expect(root?.totalMs).toBeGreaterThan(scan?.totalMs ?? Infinity);
    expect(root?.memoryBytes).toBeGreaterThan(0);
  });

  it('folds projections away that only pack values, and keeps their time', async () => {
    const text = 'SELECT origin, count(*) AS n FROM f GROUP BY origin ORDER BY origin';
    const found = await explained(text, true);
    const self = found.reduce((sum, { selfMs = 0 }) => sum + selfMs, 0);

    expect(found.map(({ operator }) => operator)).toEqual(['sort', 'aggregate', 'project', 'scan']);
    expect(self).toBeCloseTo(found[0]?.totalMs ?? 0, 6);
  });

  it('calls a lookup by a key a search', async () => {
    await rowsOf(engine, 'CREATE TABLE k (id INT PRIMARY KEY)');
    await rowsOf(engine, 'INSERT INTO k SELECT i FROM range(100000) r(i)');

    expect((await explained('SELECT * FROM k WHERE id = 7', true)).map(({ operator }) => operator)).toContain(
      'search',
    );
  });

  it('names a table whatever it is called', async () => {
    expect((await explained('SELECT s FROM "we.ird ""t"')).map(({ table }) => table)).toContain('we.ird "t');
  });

  it.each([
    "SELECT id FROM f WHERE origin = 'SECRET'",
    "SELECT id FROM f WHERE origin > 'it''s SECRET' AND origin <> 'SECRET'''",
    "SELECT id FROM f WHERE origin IN ('SECRETa', 'SECRET''b', 'c', 'd', 'e')",
    "SELECT id FROM f WHERE origin LIKE 'SECRET%' OR origin LIKE '%SECRET'",
    "SELECT 'SECRET' || origin FROM f GROUP BY 'SECRET' || origin HAVING max(origin) <> 'SECRET'",
    "SELECT * FROM f JOIN a ON origin = iata || 'SECRET' WHERE d > DATE '2001-02-03'",
    `SELECT s FROM "we.ird ""t" WHERE "it's" > 4711 AND s > 'SECRET'`,
    `SELECT s FROM "we.ird ""t" WHERE s > 'SECRET' AND s || "it's" <> 'SECRET'`,
  ])('keeps literals to itself: %s', async (text) => {
    expect(JSON.stringify(await explained(text))).not.toMatch(/SECRET|4711|2001-02-03/);
  });

  it.each(['4711', '-4711', '4711.5', '4.711e20', '4.711e-7', '1e4711'])(
    'keeps the number %s to itself',
    async (number) => {
      expect(
        JSON.stringify(
          await explained(`SELECT id FROM f WHERE delay > ${number}::DOUBLE OR id < 5`).catch(() => []),
        ),
      ).not.toMatch(/4\.?711/);
    },
  );

  it('keeps hostile literals to itself', async () => {
    for (const text of hostileStrings) {
      const literal = `'KEEP${text.replaceAll("'", "''")}KEEP'`;
      const found = JSON.stringify(
        await explained(`SELECT id FROM f WHERE origin > ${literal} OR origin || ${literal} = origin`),
      );

      expect([text, found.includes('KEEP')]).toEqual([text, false]);
    }
  });

  it('takes parameters', async () => {
    const plan = await engine.explain(sql('SELECT id FROM f WHERE delay > $1', [17.25]), { analyze: true });

    expect(nodes(plan)[0]?.actualRows).toBe(19_965);
    await expect(engine.explain(sql('SELECT id FROM f WHERE delay > $1'))).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_OPTION',
    });
  });

  it('runs only what reads', async () => {
    for (const text of ['DELETE FROM f', "INSERT INTO a VALUES ('x', 'y')", 'DROP TABLE a'])
      await expect(engine.explain(sql(text), { analyze: true })).rejects.toMatchObject({
        code: 'ERR_PERF_UNSUPPORTED',
      });

    expect(await rowsOf(engine, 'SELECT (SELECT count(*) FROM f), (SELECT count(*) FROM a)')).toEqual([
      [20_000n, 50n],
    ]);
  });

  it('stops for a signal', async () => {
    const options = { analyze: true, signal: AbortSignal.timeout(50) };

    await expect(
      engine.explain(sql('SELECT sum(x.id * y.id * z.id) FROM f x, f y, f z'), options),
    ).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
  });
});
