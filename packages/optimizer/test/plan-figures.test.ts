import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dialect, ExecutionPlan } from '@perf/contracts';
import { planFigures, planFindings, qError, readPlan } from '@perf/optimizer';
import { describe, expect, it } from 'vitest';

const golden = (name: string): ExecutionPlan =>
  readPlan(readFileSync(join(import.meta.dirname, 'golden/plans', `${name}.txt`), 'utf8')).plan;
const step = (operator: string, more: Partial<ExecutionPlan> = {}): ExecutionPlan => ({
  operator,
  detail: '',
  children: [],
  ...more,
});

describe('qError', () => {
  it.each([
    [10, 10, 1],
    [10, 1000, 100],
    [1000, 10, 100],
    [0, 5, 5],
    [5, 0, 5],
    [0.2, 0, 1],
  ])('of %d expected and %d seen is %d', (expected, seen, error) => {
    expect(qError(expected, seen)).toBe(error);
  });
});

describe('planFigures', () => {
  it('follows the child with the largest time from the root', () => {
    const { hotPath, hotBy } = planFigures(golden('postgres-15-join'));

    expect(hotBy).toBe('time');
    expect(hotPath.map(({ node }) => node.operator)).toEqual(['limit', 'sort', 'aggregate', 'join', 'scan']);
    expect(hotPath.at(-1)?.node.table).toBe('flights');
  });

  it('follows the cost where nothing was measured, and nothing where there is none', () => {
    expect(planFigures(golden('postgres-15-estimate')).hotBy).toBe('cost');
    expect(planFigures(golden('sqlite-3.53-cte'))).toMatchObject({ hotBy: 'nothing', hotPath: [] });
  });

  it('sums what is known below a step that tells no time', () => {
    const plan = step('join', {
      children: [
        step('scan', { selfMs: 2 }),
        step('sort', { selfMs: 1, children: [step('scan', { selfMs: 3 })] }),
      ],
    });
    const { totalMs, nodes, hotPath } = planFigures(plan);

    expect(totalMs).toBe(6);
    expect(nodes.map(({ selfShare }) => selfShare)).toEqual([undefined, 2 / 6, 1 / 6, 3 / 6]);
    expect(hotPath.map(({ at }) => at)).toEqual([0, 2, 3]);
  });

  it('finds the join where the misestimate begins, not those that carry it on', () => {
    const rows = (estimatedRows: number, actualRows: number): Partial<ExecutionPlan> => ({
      estimatedRows,
      actualRows,
    });
    const plan = step('aggregate', {
      ...rows(1, 1),
      children: [
        step('join', {
          ...rows(10, 90_000),
          children: [
            step('join', {
              ...rows(20, 8000),
              children: [step('scan', rows(100, 110)), step('scan', rows(900, 600))],
            }),
            step('scan', rows(5, 5)),
          ],
        }),
      ],
    });

    expect(planFigures(plan).misestimate).toMatchObject({ at: 2, qError: 400 });
  });

  it('does not blame the estimate of what a limit has stopped', () => {
    const few = { estimatedRows: 10_000, actualRows: 5 };
    const plan = step('limit', {
      children: [
        step('join', {
          ...few,
          children: [step('scan', few), step('hash', { children: [step('scan', few)] })],
        }),
      ],
    });
    const { nodes } = planFigures(plan);

    expect(nodes.map(({ qError: error }) => error)).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
      2000,
    ]);
    expect(
      planFigures(step('limit', { children: [step('sort', { ...few, children: [step('scan', few)] })] }))
        .nodes[2]?.qError,
    ).toBe(2000);
  });

  it('takes the buffers of children out of their parents', () => {
    const { nodes } = planFigures(golden('postgres-15-join'));

    expect(nodes.map(({ selfBuffers }) => selfBuffers?.hit)).toEqual([0, 3, 0, 0, 492, 0, 2]);
  });

  it('says where actual figures stand', () => {
    expect(planFigures(golden('postgres-15-join')).actuals).toBe('nodes');
    expect(planFigures(golden('sqlite-3.53-cte')).actuals).toBe('none');
    expect(planFigures({ ...golden('sqlite-3.53-cte'), totalMs: 5, actualRows: 1 }).actuals).toBe('root');
  });
});

describe('planFindings', () => {
  const kinds = (plan: ExecutionPlan, dialect?: Dialect): readonly string[] =>
    planFindings(plan, dialect === undefined ? {} : { dialect }).map(
      ({ kind, severity }) => `${severity} ${kind}`,
    );

  it.each<[string, readonly string[]]>([
    ['postgres-15-correlated', ['high missing-index', 'high correlated-subplan']],
    ['postgres-15-spill', ['high spill']],
    ['postgres-15-join', ['low missing-index']],
    ['postgres-15-partitions', ['medium misestimate']],
    ['postgres-15-estimate', ['low estimates-only']],
    ['mariadb-10.11-semi', ['high missing-index', 'medium misestimate']],
    ['mysql-8-dependent', ['high missing-index', 'high correlated-subplan', 'medium misestimate']],
    ['sqlite-3.53-correlated', ['high correlated-subplan', 'low estimates-only']],
    ['postgres-15-never', []],
  ])('tells of %s: %j', (name, expected) => {
    expect(new Set(kinds(golden(name)))).toEqual(new Set(expected));
  });

  it('knows what helps on which engine', () => {
    const spilled = step('sort', { spilledBytes: 5e6, selfMs: 1 });
    const scanned = step('scan', {
      table: 't',
      rowsRemoved: 1e6,
      actualRows: 1,
      selfMs: 1,
      detail: "Filter: (a = 'SECRET')",
    });
    const actions = (plan: ExecutionPlan, dialect: Dialect): string =>
      planFindings(plan, { dialect })[0]?.action ?? '';

    expect(actions(spilled, 'postgres')).toContain('work_mem');
    expect(actions(spilled, 'mysql')).toContain('sort_buffer_size');
    expect(actions(scanned, 'postgres')).toBe('Try an index on the columns of its condition: (a = ?).');
    expect(actions(scanned, 'duckdb')).toContain('sorted');
  });

  it('asks for an index where the inner side of a join is scanned again and again', () => {
    const plan = step('join', {
      children: [
        step('scan', { table: 'a', loops: 1, selfMs: 1 }),
        step('scan', { table: 'b', loops: 900, selfMs: 9 }),
      ],
    });

    expect(planFindings(plan)).toMatchObject([{ kind: 'repeated-scan', severity: 'high', at: 2 }]);
  });

  it('tells joins that compare nearly everything, and estimates that rest on defaults', () => {
    const plan = step('join', {
      selfMs: 5,
      rowsRemoved: 1e7,
      actualRows: 10,
      detail: 'Join Filter: (a.x < b.y)',
      children: [step('scan', { table: 'a', actualRows: 5, estimateIsDefault: true })],
    });

    expect(kinds(plan)).toEqual(['high join-filter', 'low default-estimate']);
  });

  it('puts what matters most first', () => {
    const severities = planFindings(golden('mysql-8-dependent')).map(({ severity }) => severity);

    expect(severities).toEqual(['high', 'high', 'medium']);
  });
});
