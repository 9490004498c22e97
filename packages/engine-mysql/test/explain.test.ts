import type { Parameter } from '@perf/contracts';
import { describeWith } from '@perf/services/vitest';
import { readRows } from '@perf/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OpenEngine } from './open.ts';
import { openEngine } from './open.ts';

const statement = (text: string, parameters: readonly Parameter[] = []) =>
  ({ dialect: 'mysql', text, parameters }) as const;

describeWith('mariadb', 'plans of MariaDB', (url) => {
  let opened: OpenEngine;
  beforeAll(async () => {
    opened = await openEngine(url, {}, { connectionLimit: 1 });
    await opened.run('CREATE TABLE t (id INT PRIMARY KEY, n INT, KEY by_n (n))');
    await opened.run('INSERT INTO t SELECT seq, seq MOD 10 FROM seq_1_to_1000');
    await opened.run(
      'CREATE FUNCTION writes() RETURNS INT BEGIN INSERT INTO t VALUES (-1, 1); RETURN 1; END',
    );
  });
  afterAll(() => opened.close());

  const count = async (): Promise<unknown> =>
    (await readRows(await opened.engine.execute(statement('SELECT COUNT(*) FROM t'))))[0]?.[0];

  it('tell the index, the estimate and the cost of a statement with parameters', async () => {
    const plan = await opened.engine.explain(statement('SELECT id FROM t WHERE n = ? AND id > ?', [3, 500]));

    expect(plan).toMatchObject({ operator: 'search', table: 't', index: 'by_n' });
    expect(plan.estimatedRows).toBeGreaterThan(1);
    expect(plan.cost).toBeGreaterThan(0);
    expect(plan.detail).not.toContain('500');
  });

  it('tell rows and times of a statement that was run', async () => {
    const plan = await opened.engine.explain(
      statement(
        'SELECT a.id FROM t a JOIN t b ON b.id = a.n WHERE a.id > ? ORDER BY a.n + b.id, a.id LIMIT 5',
        [500],
      ),
      { analyze: true },
    );
    const text = JSON.stringify(plan);

    expect(plan).toMatchObject({ operator: 'sort', actualRows: 5, loops: 1 });
    expect(plan.totalMs).toBeGreaterThan(0);
    expect(text).toContain('"operator":"join"');
    expect(text).toContain('"actualRows":450');
  });

  it.each([
    'DELETE FROM t',
    'INSERT INTO t VALUES (-2, 1)',
    "SELECT * FROM t INTO OUTFILE '/tmp/perf-never'",
    'SELECT n INTO @x FROM t LIMIT 1',
    'SELECT @x := n FROM t',
    'CREATE TABLE u (id INT)',
    'SELECT writes()',
  ])('are not made by running %s', async (text) => {
    const before = await count();

    await expect(opened.engine.explain(statement(text), { analyze: true })).rejects.toMatchObject({
      code: 'ERR_PERF_UNSUPPORTED',
    });
    expect(await count()).toBe(before);
  });

  it('leave the connection outside of any transaction', async () => {
    await opened.engine.explain(statement('SELECT * FROM t'), { analyze: true });
    await opened.engine.explain(statement('SELECT nothing FROM t'), { analyze: true }).catch(() => undefined);

    await readRows(await opened.engine.execute(statement('INSERT INTO t VALUES (-3, 1)')));

    const other = await readRows(await opened.engine.execute(statement('SELECT @@in_transaction + 0')));
    expect(other.map(([value]) => Number(value))).toEqual([0]);
    await opened.run('DELETE FROM t WHERE id = -3');
    expect(await count()).toBe(1000n);
  });

  it('stop for a signal', async () => {
    const controller = new AbortController();
    const slow = statement('SELECT SUM(a.seq * b.seq) FROM seq_1_to_1000000 a JOIN seq_1_to_1000000 b');
    const explaining = opened.engine.explain(slow, { analyze: true, signal: controller.signal });
    setImmediate(() => controller.abort(new Error('too slow')));

    await expect(explaining).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
    expect(await count()).toBe(1000n);
  });
});
