import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionPlan } from '@perf/contracts';
import { planFromJson } from '@perf/engine-postgres';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const FOLDER = join(import.meta.dirname, 'plans');

function planOf(file: string): ExecutionPlan {
  const json: unknown = JSON.parse(readFileSync(join(FOLDER, file), 'utf8'));
  const rootOf = (relation: string): string | undefined => (/^days_\d$/.test(relation) ? 'days' : undefined);
  return planFromJson(json, { rootOf });
}

function flatten(plan: ExecutionPlan): ExecutionPlan[] {
  return [plan, ...plan.children.flatMap(flatten)];
}

function nodes(file: string, engineOperator: string): ExecutionPlan[] {
  return flatten(planOf(file)).filter((node) => node.engineOperator === engineOperator);
}

/** One line for each node: everything but its children. */
function lines(plan: ExecutionPlan, level = 0): string[] {
  const { children, operator, engineOperator: _, detail, ...figures } = plan;
  const shown = Object.entries(figures).map(([key, value]) => {
    const rounded: unknown = typeof value === 'number' ? Number(value.toFixed(3)) : value;
    return `${key}=${JSON.stringify(rounded)}`;
  });
  const own = `${'  '.repeat(level)}${operator} [${detail}] ${shown.join(' ')}`;
  return [own, ...children.flatMap((child) => lines(child, level + 1))];
}

describe('planFromJson', () => {
  it.each(readdirSync(FOLDER))('reads %s as before', async (file) => {
    await expect(`${lines(planOf(file)).join('\n')}\n`).toMatchFileSnapshot(
      join(import.meta.dirname, 'golden', file.replace('.json', '.txt')),
    );
  });

  it.each(readdirSync(FOLDER))('shows no literal of %s, and times that add up', (file) => {
    const plan = planOf(file);
    const all = flatten(plan);

    expect(JSON.stringify(plan)).not.toMatch(/hidden|'n7'|2001-02-05/);
    const self = all.reduce((sum, { selfMs = 0 }) => sum + selfMs, 0);
    expect(self).toBeLessThanOrEqual((plan.totalMs ?? 0) * 1.02 + 0.05);
    expect(self).toBeGreaterThan((plan.totalMs ?? 0) * 0.9 - 0.05);
  });

  describe.each(['15', '18'])('of Postgres %s', (version) => {
    it('multiplies what is told of one loop', () => {
      const [loop] = nodes(`nested-loop.${version}.json`, 'Nested Loop');

      expect(loop).toMatchObject({ operator: 'join', actualRows: 49, loops: 1 });
      expect(loop?.children[1]).toMatchObject({
        operator: 'search',
        actualRows: 49,
        loops: 49,
        estimatedRows: 49,
      });
    });

    it('takes the time of a CTE off its scans, and counts it once', () => {
      const plan = planOf(`cte-twice.${version}.json`);
      const cte = flatten(plan).find(({ detail }) => detail.includes('Subplan Name: CTE big'));
      const scans = flatten(plan).filter(({ engineOperator }) => engineOperator === 'CTE Scan');

      expect(scans).toHaveLength(2);
      expect(scans.reduce((sum, { selfMs = 0 }) => sum + selfMs, 0)).toBeLessThan((cte?.totalMs ?? 0) / 2);
    });

    it('tells correlated sub-plans from hashed ones and from those run once', () => {
      const correlated = (file: string): boolean[] =>
        flatten(planOf(`${file}.${version}.json`)).map((node) => node.correlated === true);

      expect(correlated('sub-plan').filter(Boolean)).toHaveLength(1);
      expect(correlated('hashed-sub-plan')).not.toContain(true);
      expect(correlated('init-plan')).not.toContain(true);
    });

    it('names the partitions that were read, by the table that was asked', () => {
      const [append] = nodes(`partitions.${version}.json`, 'Append');
      const scans = nodes(`partitions.${version}.json`, 'Seq Scan');

      expect(append?.partitions).toEqual(['days_2', 'days_3']);
      expect(scans.map(({ table }) => table)).toEqual(['days', 'days']);
      expect(nodes(`partitions-run-time.${version}.json`, 'Append')[0]?.partitions).toEqual(['days_2']);
    });

    it('says 0 loops of what never ran', () => {
      const all = flatten(planOf(`never-executed.${version}.json`));

      expect(all.some(({ loops, selfMs }) => loops === 0 && selfMs === 0)).toBe(true);
    });

    it('tells what went to disk, and the memory of what did not', () => {
      const [sort] = nodes(`spill.${version}.json`, 'Sort');
      const spilled = flatten(planOf(`hash-aggregate-spill.${version}.json`)).filter(
        (node) => (node.spilledBytes ?? 0) > 0,
      );

      expect(sort?.spilledBytes).toBeGreaterThan(500_000);
      expect(sort).not.toHaveProperty('memoryBytes');
      expect(spilled.length).toBeGreaterThan(0);
    });

    it('adds up the rows of processes, and takes their time for one', () => {
      const plan = planOf(`parallel.${version}.json`);
      const scan = flatten(plan).find(({ table }) => table === 'orders');

      expect(Math.abs((scan?.actualRows ?? 0) - 39_174)).toBeLessThan(10);
      expect(Math.abs((scan?.estimatedRows ?? 0) - 39_174)).toBeLessThan(1200);
      expect(scan?.totalMs).toBeLessThanOrEqual(plan.totalMs ?? 0);
      expect(plan.detail).toMatch(/Settings: .*work_mem/);
    });
  });

  it('expects the rows of all runs of the inner side of a nested loop', () => {
    const scan = (rows: number, relationship: string) => ({
      'Node Type': 'Seq Scan',
      'Parent Relationship': relationship,
      'Relation Name': 't',
      'Plan Rows': rows,
    });
    const loop = {
      'Node Type': 'Nested Loop',
      'Plan Rows': 50,
      Plans: [scan(10, 'Outer'), scan(5, 'Inner')],
    };

    expect(planFromJson([{ Plan: loop }]).children.map(({ estimatedRows }) => estimatedRows)).toEqual([
      10, 50,
    ]);
  });

  it('marks estimates of tables that were never analyzed, and gives indexes better names', () => {
    const node = {
      'Node Type': 'Index Scan',
      'Relation Name': 't',
      'Index Name': 'x',
      'Index Cond': '(a = 1)',
    };
    const context = { isUnanalyzed: () => true, indexName: (name: string) => `better ${name}` };

    expect(planFromJson({ Plan: node }, context)).toMatchObject({
      operator: 'search',
      estimateIsDefault: true,
      index: 'better x',
      detail: 'Index Scan; Index Cond: (a = ?)',
    });
  });

  it.each([
    [`(a = 'x''y'::text)`, '(a = ?::text)'],
    [`(a = E'x\\\\''y'::text)`, '(a = ?::text)'],
    [`("a'b" = 'c'::text)`, `("a'b" = ?::text)`],
    [`((t1.c2 > 2.5e10) AND (x1 = -7))`, '((t1.c2 > ?) AND (x1 = ?))'],
    ['(a = $1)', '(a = $1)'],
    ['(NOT (hashed SubPlan 1))', '(NOT (hashed SubPlan 1))'],
    ['(a = (InitPlan 12).col1)', '(a = (InitPlan 12).col1)'],
    [`(b = ANY ('{1,2}'::integer[]))`, '(b = ANY (?::integer[]))'],
    ['(flag = true)', '(flag = ?)'],
    [`('2001-01-01'::date = d)`, '(?::date = d)'],
  ])('shows %s as %s', (filter, shown) => {
    expect(planFromJson({ Plan: { 'Node Type': 'Seq Scan', Filter: filter } }).detail).toBe(
      `Seq Scan; Filter: ${shown}`,
    );
  });

  it.each<[json: unknown]>([
    [undefined],
    [null],
    [[]],
    ['Plan'],
    [{}],
    [{ Plan: [] }],
    [{ Plan: { 'Node Type': 7 } }],
    [{ Plan: { 'Node Type': 'Sort', Plans: {} } }],
    [{ Plan: { 'Node Type': 'Sort', Plans: [null] } }],
  ])('refuses %j', (json) => {
    expect(codeOf(() => planFromJson(json))).toBe('ERR_PERF_INVALID_VALUE');
  });

  it.each([1001, 100_000])('refuses a plan of %i levels', (levels) => {
    const json = { Plan: nested(levels) };

    expect(codeOf(() => planFromJson(json))).toBe('ERR_PERF_INVALID_VALUE');
  });

  it('gives a plan or a PerfError for any JSON', () => {
    const leaf = fc.oneof(fc.jsonValue(), fc.constantFrom(...WORDS));
    const { node } = fc.letrec<{ node: unknown; inner: unknown }>((tie) => ({
      node: fc.oneof({ maxDepth: 5 }, leaf, tie('inner')),
      inner: fc
        .tuple(
          fc.dictionary(fc.constantFrom(...KEYS), leaf),
          fc.array(tie('node'), { maxLength: 3 }),
          fc.boolean(),
        )
        .map(([fields, plans, isNode]) =>
          isNode ? { 'Node Type': 'Sort', ...fields, Plans: plans } : fields,
        ),
    }));
    fc.assert(
      fc.property(node, (plan) => {
        expect(['none', 'ERR_PERF_INVALID_VALUE']).toContain(codeOf(() => planFromJson([{ Plan: plan }])));
      }),
      { numRuns: 500 },
    );
  });
});

const KEYS = [
  'Node Type',
  'Plans',
  'Plan Rows',
  'Actual Rows',
  'Actual Loops',
  'Actual Total Time',
  'Subplan Name',
  'Parent Relationship',
  'CTE Name',
  'Filter',
  'Workers',
  'Workers Planned',
  'Relation Name',
  'Index Cond',
];
const WORDS = ['Gather', 'Nested Loop', 'CTE Scan', 'InitPlan', 'SubPlan', 'CTE x', Number.NaN, -1];

function codeOf(work: () => unknown): unknown {
  try {
    work();
    return 'none';
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
}

/** Nodes in nodes. */
function nested(levels: number): unknown {
  let node: unknown = { 'Node Type': 'Sort' };
  for (let i = 0; i < levels; i++) node = { 'Node Type': 'Sort', Plans: [node] };
  return node;
}
