import { isPerfError } from '@perf/contracts';
import type { ColumnStatistics, ExecutionPlan, QueryEngine, StatisticValue } from '@perf/contracts';
import { describe, expect, it } from 'vitest';
import type { EngineFixture } from './fixture.ts';
import { NUMBERS_ROWS, statement } from './fixture.ts';

/** Statistics and plans. Figures may come from a sample, so they are held against wide bounds. */
export function statisticsCases(fixture: EngineFixture): void {
  describe('statistics', () => {
    const engine = fixture.engineForGroup();

    it('counts rows, nulls and distinct values', async () => {
      const table = (await engine().statistics(['perf_numbers'])).tables.get('perf_numbers');
      const delay = table?.columns.get('delay');
      const id = table?.columns.get('id');

      expect(table?.rows).toBeGreaterThan(NUMBERS_ROWS * 0.8);
      expect(table?.rows).toBeLessThan(NUMBERS_ROWS * 1.2);
      expect(table?.sampledRows).toBeGreaterThan(0);
      expect(table?.sampledRows).toBeLessThanOrEqual(table?.rows ?? 0);
      expect(delay?.nullFraction).toBeGreaterThan(0.05);
      expect(delay?.nullFraction).toBeLessThan(0.15);
      expect(id?.nullFraction).toBe(0);
      expect(Math.abs((delay?.distinct ?? 90) - 90)).toBeLessThan(45);
      expect(id?.distinct ?? NUMBERS_ROWS).toBeGreaterThan(NUMBERS_ROWS / 2);
    });

    it('keeps within the sample it was given', async () => {
      const table = (await engine().statistics(['perf_numbers'], { sampleRows: 1000 })).tables.get(
        'perf_numbers',
      );

      expect(table?.sampledRows).toBeGreaterThan(0);
      expect(table?.columns.get('carrier')?.nullFraction).toBe(0);
    });

    it('orders borders and common values', async () => {
      const table = (await engine().statistics(['perf_numbers'])).tables.get('perf_numbers');

      expect(table?.columns.size).toBeGreaterThan(0);
      expect([...(table?.columns ?? [])].flatMap(([name, column]) => faultsOf(name, column))).toEqual([]);
      expect(table?.columns.get('carrier')?.commonValues?.[0]?.value ?? 'AA').toBe('AA');
    });

    it('knows nothing of an empty list of tables', async () => {
      expect((await engine().statistics([])).tables.size).toBe(0);
    });

    it('stops for a signal', async () => {
      await expect(
        engine().statistics(['perf_numbers'], { signal: AbortSignal.abort(new Error('no')) }),
      ).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
    });
  });

  describe('plans', () => {
    const engine = fixture.engineForGroup();
    const filtered = "SELECT id FROM perf_numbers WHERE carrier = 'HIDDEN' AND delay > 5";

    it('gives a tree that names the tables and keeps literals to itself', async () => {
      const nodes = flatten(await engine().explain(statement(engine().dialect, filtered)));

      for (const node of nodes) expect(node.operator).not.toBe('');
      expect(nodes.map((node) => node.table)).toContain('perf_numbers');
      expect(JSON.stringify(nodes)).not.toContain('HIDDEN');
    });

    it('runs nothing without analyze', async () => {
      for (const node of flatten(await engine().explain(statement(engine().dialect, filtered)))) {
        expect(node.actualRows).toBeUndefined();
        expect(node.selfMs).toBeUndefined();
      }
    });

    it('gives actual rows as far as its capabilities say', async () => {
      const text = 'SELECT id FROM perf_numbers WHERE delay > 5';
      const plan = await analyzed(engine(), text);

      const counted = flatten(plan).filter((node) => node.actualRows !== undefined);
      const { analyze } = engine().capabilities;

      expect(counted.some((node) => node.table !== undefined)).toBe(analyze === 'nodes');
      expect(counted.length > 0).toBe(analyze !== 'none');
      expect(analyze === 'none' ? MATCHING_ROWS : counted[0]?.actualRows).toBe(MATCHING_ROWS);
    });

    it('refuses a statement that does not hold', async () => {
      await expect(
        engine().explain(statement(engine().dialect, 'SELECT nothing FROM perf_digits')),
      ).rejects.toMatchObject({ code: 'ERR_PERF_ENGINE_FAILED' });
    });
  });
}

/** Rows of perf_numbers with a delay above 5: of 9,000 delays, those of 1 to 5 in each hundred are missing. */
const MATCHING_ROWS = 8_500;
const EMPTY: ExecutionPlan = { operator: 'none', detail: '', children: [] };

/** The analyzed plan; an empty one when the engine has none and says so. */
async function analyzed(engine: QueryEngine, text: string): Promise<ExecutionPlan> {
  try {
    return await engine.explain(statement(engine.dialect, text), { analyze: true });
  } catch (error) {
    if (engine.capabilities.analyze === 'none' && isPerfError(error, 'ERR_PERF_UNSUPPORTED')) return EMPTY;
    throw error;
  }
}

function flatten(plan: ExecutionPlan): ExecutionPlan[] {
  return [plan, ...plan.children.flatMap(flatten)];
}

/** What is out of order in the statistics of one column. */
function faultsOf(
  name: string,
  { commonValues = [], histogram, distinct, nullFraction }: ColumnStatistics,
): string[] {
  const fractions = commonValues.map(({ fraction }) => fraction);
  const total = fractions.reduce((sum, fraction) => sum + fraction, 0);
  const checks: [holds: boolean, fault: string][] = [
    [
      fractions.every((fraction, i) => i === 0 || fraction <= (fractions[i - 1] ?? 1)),
      'most common is not first',
    ],
    [fractions.every((fraction) => fraction > 0) && total <= 1.000001, 'fractions do not add up'],
    [nullFraction >= 0 && nullFraction <= 1, 'nullFraction is no share'],
    [distinct === undefined || distinct >= 1, 'distinct is below 1'],
    [histogram === undefined || histogram.length >= 2, 'a histogram needs two borders'],
    [isAscending(histogram ?? []), 'borders do not ascend'],
  ];
  return checks.filter(([holds]) => !holds).map(([, fault]) => `${name}: ${fault}`);
}

function isAscending(borders: readonly StatisticValue[]): boolean {
  return borders.every((border, i) => i === 0 || compare(borders[i - 1] ?? border, border) <= 0);
}

function compare(a: StatisticValue, b: StatisticValue): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b));
  return a < b ? -1 : a > b ? 1 : 0;
}
