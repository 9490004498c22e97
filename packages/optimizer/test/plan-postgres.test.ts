import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionPlan } from '@perf/contracts';
import { planFigures, readPlan } from '@perf/optimizer';
import { describe, expect, it } from 'vitest';

const golden = (name: string): string =>
  readFileSync(join(import.meta.dirname, 'golden/plans', `${name}.txt`), 'utf8');
const nodes = (plan: ExecutionPlan): ExecutionPlan[] => [plan, ...plan.children.flatMap(nodes)];
const read = (json: unknown): ExecutionPlan => readPlan(JSON.stringify(json)).plan;
const listIn = (text: string): readonly object[] => {
  const json: unknown = JSON.parse(text);
  const items: readonly unknown[] = Array.isArray(json) ? json : [];
  return items.filter((item) => typeof item === 'object' && item !== null);
};
const pg = (type: string, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  'Node Type': type,
  'Plan Rows': 10,
  ...more,
});

describe('a plan of Postgres', () => {
  it('multiplies what is told of one loop: rows, times and removed rows', () => {
    const found = nodes(readPlan(golden('postgres-15-correlated')).plan).find(
      ({ table }) => table === 'flights',
    );

    expect(found).toMatchObject({ loops: 6, actualRows: 0, rowsRemoved: 360_000, estimatedRows: 30 });
    expect(found?.totalMs).toBeCloseTo(6 * 2.791, 6);
    expect(found?.buffers).toEqual({ hit: 2952, read: 0 });
  });

  it('takes the time of children out of their parents', () => {
    const plan = read(
      pg('Sort', {
        'Actual Total Time': 10,
        'Actual Rows': 5,
        'Actual Loops': 1,
        Plans: [pg('Seq Scan', { 'Actual Total Time': 2, 'Actual Rows': 5, 'Actual Loops': 3 })],
      }),
    );

    expect(plan).toMatchObject({ selfMs: 4, totalMs: 10 });
    expect(plan.children[0]).toMatchObject({ selfMs: 6, totalMs: 6, actualRows: 15 });
  });

  it('says of a node that was never run that it ran 0 times, and never that its estimate was wrong', () => {
    const { nodes: figures } = planFigures(readPlan(golden('postgres-15-never')).plan);
    const never = figures.find(({ node }) => node.table === 'flights');

    expect(never?.node).toMatchObject({ loops: 0, actualRows: 0, selfMs: 0, totalMs: 0 });
    expect(never?.qError).toBeUndefined();
  });

  it.each(['postgres-15-cte-twice', 'postgres-18-cte-twice'])(
    'counts the time of a common table expression once: %s',
    (name) => {
      const { plan, executionMs = 0 } = readPlan(golden(name));
      const all = nodes(plan);
      const self = all.reduce((sum, { selfMs = 0 }) => sum + selfMs, 0);
      const scan = all.find(({ detail }) => detail.startsWith('as b'));

      expect(self).toBeLessThanOrEqual(executionMs);
      expect(self).toBeGreaterThan(0.9 * executionMs);
      expect(scan?.totalMs).toBeGreaterThan(10);
      expect(scan?.selfMs).toBeLessThan(0.1);
      expect(scan).toMatchObject({ table: 'busy', operator: 'scan' });
    },
  );

  it.each(['postgres-15-init', 'postgres-18-init'])(
    'takes an init plan out of the node that reads it: %s',
    (name) => {
      const { plan } = readPlan(golden(name));
      const [init, scan] = plan.children;

      expect(scan?.selfMs).toBeCloseTo((scan?.totalMs ?? 0) - (init?.totalMs ?? 0), 6);
      expect(plan.selfMs).toBeCloseTo((plan.totalMs ?? 0) - (scan?.totalMs ?? 0), 6);
    },
  );

  it('shares the time of an expression that several scans pulled', () => {
    const scan = (alias: string, ms: number): Record<string, unknown> =>
      pg('CTE Scan', {
        'CTE Name': 'c',
        Alias: alias,
        'Actual Total Time': ms,
        'Actual Rows': 1,
        'Actual Loops': 1,
      });
    const plan = read(
      pg('Nested Loop', {
        'Actual Total Time': 20,
        'Actual Rows': 1,
        'Actual Loops': 1,
        Plans: [
          pg('Seq Scan', {
            'Parent Relationship': 'InitPlan',
            'Subplan Name': 'CTE c',
            'Actual Total Time': 10,
            'Actual Rows': 1,
            'Actual Loops': 1,
          }),
          scan('a', 9),
          scan('b', 6),
        ],
      }),
    );

    expect(plan.children.map(({ selfMs }) => selfMs)).toEqual([10, 3, 2]);
    expect(plan.selfMs).toBe(5);
  });

  it('gives the times of parallel processes as one of them sees it, and the rows of all', () => {
    const { plan, executionMs = 0 } = readPlan(golden('postgres-15-parallel'));
    const scan = nodes(plan).find(({ table }) => table === 'flights');

    expect(scan).toMatchObject({
      loops: 3,
      actualRows: 7350,
      rowsRemoved: 52_650,
      engineOperator: 'Parallel Seq Scan',
    });
    expect(scan?.totalMs).toBeCloseTo(1.13, 6);
    expect(nodes(plan).reduce((sum, { selfMs = 0 }) => sum + selfMs, 0)).toBeLessThanOrEqual(executionMs);
  });

  it('takes fractions of rows as they are, and multiplies before it rounds', () => {
    const plan = read(
      pg('Index Scan', { 'Actual Rows': 0.33, 'Actual Loops': 300, 'Actual Total Time': 0.01 }),
    );

    expect(plan.actualRows).toBeCloseTo(99, 6);
  });

  it('tells spills of sorts, of hashes and of what buffers count', () => {
    const spilled = (more: Record<string, unknown>): number | undefined =>
      read(pg('Sort', { 'Actual Rows': 1, 'Actual Loops': 1, ...more })).spilledBytes;

    expect(spilled({ 'Sort Space Type': 'Disk', 'Sort Space Used': 100 })).toBe(102_400);
    expect(spilled({ 'Sort Space Type': 'Memory', 'Sort Space Used': 100 })).toBeUndefined();
    expect(spilled({ 'Disk Usage': 7 })).toBe(7168);
    expect(spilled({ 'Hash Batches': 4, 'Peak Memory Usage': 10 })).toBe(30_720);
    expect(spilled({ 'Temp Written Blocks': 5, Plans: [pg('Seq Scan', { 'Temp Written Blocks': 2 })] })).toBe(
      24_576,
    );
    expect(nodes(readPlan(golden('postgres-15-spill')).plan).map(({ spilledBytes }) => spilledBytes)).toEqual(
      [648 * 8192, 0],
    );
  });

  it('calls a subplan correlated unless it is hashed', () => {
    const over = (filter: string): boolean | undefined =>
      read(
        pg('Seq Scan', {
          Filter: filter,
          Plans: [pg('Result', { 'Parent Relationship': 'SubPlan', 'Subplan Name': 'SubPlan 1' })],
        }),
      ).children[0]?.correlated;

    expect(over('(x > (SubPlan 1))')).toBe(true);
    expect(over('(NOT (hashed SubPlan 1))')).toBeUndefined();
    expect(over('(ANY (x = (hashed SubPlan 1).col1))')).toBeUndefined();
  });

  it('names the partitions that are read, and takes no union for such', () => {
    const member = (table: string, alias: string): Record<string, unknown> =>
      pg('Seq Scan', { 'Relation Name': table, Alias: alias, 'Parent Relationship': 'Member' });

    expect(read(pg('Append', { Plans: [member('p_1', 'p_1'), member('p_2', 'p_2')] })).partitions).toEqual([
      'p_1',
      'p_2',
    ]);
    expect(read(pg('Append', { Plans: [member('t', 't'), member('t', 't_1')] })).partitions).toBeUndefined();
    expect(read(pg('Append', { Plans: [member('t', 't'), member('u', 'u')] })).partitions).toBeUndefined();
  });

  it('expects the inner side of a nested loop to run for every outer row when nothing was run', () => {
    const plan = read(
      pg('Nested Loop', {
        Plans: [
          pg('Seq Scan', { 'Parent Relationship': 'Outer', 'Plan Rows': 50 }),
          pg('Index Scan', { 'Parent Relationship': 'Inner', 'Plan Rows': 2 }),
        ],
      }),
    );

    expect(plan.children.map(({ estimatedRows }) => estimatedRows)).toEqual([50, 100]);
    expect(plan.children[1]).not.toHaveProperty('loops');
  });

  it('is read from auto_explain, from psql, from a driver and from a log', () => {
    const json = golden('postgres-15-join');
    const { plan } = readPlan(json);
    const [first] = listIn(json);
    const psql = [
      '   QUERY PLAN   ',
      '----------',
      ...json
        .trimEnd()
        .split('\n')
        .map((line) => ` ${line}    +`),
    ];

    const log = { 'Query Text': 'SELECT 1', ...first };
    expect(readPlan(JSON.stringify(log))).toMatchObject({ plan, statement: 'SELECT 1' });
    expect(readPlan(`${psql.join('\n').slice(0, -1)}\n(1 row)\n`).plan).toEqual(plan);
    expect(readPlan(JSON.stringify([{ 'QUERY PLAN': [first] }])).plan).toEqual(plan);
    expect(readPlan(`[4711] LOG:  duration: 5 ms  plan:\n\t${JSON.stringify(first)}\n`).plan).toEqual(plan);
  });
});
