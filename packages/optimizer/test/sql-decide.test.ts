import { SqliteEngine } from '@perf/engine-sqlite';
import type { ExecutionPlan, QueryEngine, Statement } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { FaultyEngine } from '@perf/testkit';
import { decideSql, optimizeSql } from '@perf/optimizer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shop } from './shop.ts';

const SQL = 'select i.price from items i join orders o on o.id = i.order_id';
const optimized = optimizeSql(SQL, { dialect: 'sqlite', catalog: shop });

let engine: SqliteEngine;
beforeAll(async () => {
  engine = await SqliteEngine.open(':memory:');
  for (const text of [
    'CREATE TABLE orders (id INTEGER PRIMARY KEY)',
    'CREATE TABLE items (id INTEGER PRIMARY KEY, order_id INTEGER, price INTEGER)',
  ]) {
    await using stream = await engine.execute({ dialect: 'sqlite', text, parameters: [] });
    await Array.fromAsync(stream);
  }
});
afterAll(() => engine[Symbol.asyncDispose]());

/** The engine with costs of its own. */
class CostingEngine extends FaultyEngine {
  readonly #costOf: (text: string) => number | 'refused';

  constructor(inner: QueryEngine, costOf: (text: string) => number | 'refused') {
    super(inner);
    this.#costOf = costOf;
  }

  override explain({ text }: Statement): Promise<ExecutionPlan> {
    const cost = this.#costOf(text);
    return cost === 'refused'
      ? Promise.reject(new PerfError('ERR_PERF_ENGINE_FAILED', 'no'))
      : Promise.resolve({ operator: 'scan', detail: '', children: [], cost });
  }
}

describe('decideSql', () => {
  it('takes our own estimate where there is no engine, or one that tells no cost', async () => {
    expect(await decideSql(optimized)).toMatchObject({
      use: 'optimized',
      text: optimized.text,
      rules: ['unused-join'],
    });
    expect(await decideSql(optimized, { engine })).toMatchObject({ use: 'optimized', text: optimized.text });
  });

  it.each([
    [1000, 100, 'optimized'],
    [1000, 990, 'original'],
    [1000, 3000, 'original'],
    [1000, 'refused', 'original'],
    [5, 1, 'original'],
  ] as const)('weighs a cost of %d against %s', async (before, after, use) => {
    const verdict = await decideSql(optimized, {
      engine: new CostingEngine(engine, (text) => (text === SQL ? before : after)),
    });

    expect(verdict.use).toBe(use);
    expect(verdict.text).toBe(use === 'original' ? SQL : optimized.text);
    expect(verdict.reason).not.toBe('');
  });

  it('takes the first rewrites alone where a later one makes the plan dearer', async () => {
    const sql = 'select distinct i.id, i.price from items i join orders o on o.id = i.order_id';
    const both = optimizeSql(sql, { dialect: 'sqlite', catalog: shop });
    const dearer = new CostingEngine(engine, (text) => (text === both.steps[0] ? 10 : 100));

    expect(both.steps).toHaveLength(2);
    expect(await decideSql(both, { engine: dearer })).toMatchObject({
      text: both.steps[0],
      rules: [both.rewrites[0]?.rule],
    });
  });

  it('keeps what no rule has changed', async () => {
    const plain = optimizeSql('select id from orders', { dialect: 'sqlite', catalog: shop });

    expect(await decideSql(plain, { engine })).toMatchObject({ use: 'original', reason: 'no rule applies' });
  });
});

describe('costs of a machine', () => {
  const counted = 'select o.id, (select count(*) from items i where i.order_id = o.id) n from orders o';
  const withStart = (start: number) =>
    optimizeSql(counted, { dialect: 'sqlite', catalog: shop, costs: { start } }).originalEstimate?.cost ?? 0;

  it('count instead of those that are known', () => {
    expect(withStart(10_000)).toBeGreaterThan(2 * withStart(1));
  });
});
