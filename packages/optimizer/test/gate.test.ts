import { setTimeout as wait } from 'node:timers/promises';
import type { ExecuteOptions, QueryEngine, ResultStream, Statement } from '@perf/contracts';
import { SqliteEngine } from '@perf/engine-sqlite';
import type { LedgerEntry, OptimizedSql } from '@perf/optimizer';
import { RewriteGate, optimizeSql } from '@perf/optimizer';
import { FaultyEngine } from '@perf/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shop } from './shop.ts';

const SQL = 'select i.id, i.price from items i join orders o on o.id = i.order_id order by i.price';
const optimized = optimizeSql(SQL, { dialect: 'sqlite', catalog: shop });

let engine: SqliteEngine;
beforeEach(async () => {
  engine = await SqliteEngine.open(':memory:');
  await run('CREATE TABLE orders (id INTEGER PRIMARY KEY)');
  await run('CREATE TABLE items (id INTEGER PRIMARY KEY, order_id INTEGER NOT NULL, price INTEGER)');
  await run('INSERT INTO orders VALUES (1), (2)');
  await run('INSERT INTO items VALUES (1, 1, 5), (2, 1, 5), (3, 2, 9)');
});
afterEach(() => engine[Symbol.asyncDispose]());

async function run(text: string): Promise<void> {
  await using stream = await engine.execute({ dialect: 'sqlite', text, parameters: [] });
  await Array.fromAsync(stream);
}

/** The engine with something that happens before each statement. */
class WatchedEngine extends FaultyEngine {
  readonly texts: string[] = [];
  readonly #before: (text: string, nth: number) => Promise<void> | void;

  constructor(
    inner: QueryEngine,
    before: (text: string, nth: number) => Promise<void> | void = () => undefined,
  ) {
    super(inner);
    this.#before = before;
  }

  override async execute(statement: Statement, options?: ExecuteOptions): Promise<ResultStream> {
    this.texts.push(statement.text);
    await this.#before(statement.text, this.texts.length);
    return super.execute(statement, options);
  }
}

/** A rewrite as a broken rule would make it. */
const broken: OptimizedSql = {
  ...optimized,
  text: 'select id, price from items where price = 5 order by price',
  steps: ['select id, price from items where price = 5 order by price'],
};

describe('a gate without a shadow run', () => {
  it('goes by the estimate, keeps the verdict for a while, and writes it down', async () => {
    const clock = { now: 1000 };
    const gate = new RewriteGate({ verdictTtlMs: 50, now: () => clock.now });

    const first = await gate.decide(optimized);
    expect(first).toMatchObject({ use: 'optimized', text: optimized.text });
    expect(await gate.decide(optimized)).toBe(first);
    clock.now += 50;
    expect(await gate.decide(optimized)).not.toBe(first);
    expect(gate.ledger).toEqual([
      { statement: SQL, use: 'optimized', rules: ['unused-join'], reason: first.reason, at: 1050 },
    ]);
  });

  it('keeps a bounded number of verdicts', async () => {
    const gate = new RewriteGate({ mostVerdicts: 2 });
    for (const name of ['a', 'b', 'c'])
      await gate.decide(optimizeSql(SQL.replaceAll(' i', ` ${name}`), { dialect: 'sqlite', catalog: shop }));

    expect(gate.ledger).toHaveLength(2);
  });

  it('uses nothing that is switched off, from the next call on', async () => {
    const gate = new RewriteGate();
    await gate.decide(optimized);

    for (const target of ['all', { rule: 'unused-join' }, { statement: SQL }] as const) {
      gate.kill(target, 'it is suspect');
      expect(await gate.decide(optimized)).toMatchObject({ use: 'original', text: SQL, rules: [] });
      gate.revive(target);
      expect(await gate.decide(optimized)).toMatchObject({ use: 'optimized' });
    }
    gate.kill({ rule: 'date-range' }, 'it is another');
    expect(await gate.decide(optimized)).toMatchObject({ use: 'optimized' });
  });
});

describe('a shadow run', () => {
  it('lets through what gives the same answer', async () => {
    const gate = new RewriteGate({ engine, shadow: {} });
    const { use, reason } = await gate.decide(optimized);

    // The two forms take some microseconds here: either may be the slower one.
    expect(use === 'optimized' || reason.includes('it took')).toBe(true);
    expect(gate.ledger[0]?.shadow).toMatchObject({ answers: 'equal' });
  });

  it('refuses another answer, switches the rule off for all statements, and tells', async () => {
    const told: LedgerEntry[] = [];
    const gate = new RewriteGate({ engine, shadow: {}, onDifference: (entry) => void told.push(entry) });

    expect(await gate.decide(broken)).toMatchObject({ use: 'original', text: SQL });
    expect(told).toMatchObject([
      { use: 'original', rules: ['unused-join'], shadow: { answers: 'different' } },
    ]);
    const other = optimizeSql('select i.id from items i join orders o on o.id = i.order_id', {
      dialect: 'sqlite',
      catalog: shop,
    });
    expect(await gate.decide(other)).toMatchObject({ use: 'original' });
  });

  it('refuses another order by the keys, and takes another order of the rest', async () => {
    const steps = (text: string): OptimizedSql => ({ ...optimized, text, steps: [text] });
    const turned = 'select id, price from items order by price desc';
    const other = 'select id, price from items order by price, id desc';

    const gate = new RewriteGate({ engine, shadow: {} });
    await gate.decide(steps(turned));
    expect(gate.ledger[0]?.shadow?.answers).toBe('different');
    const next = new RewriteGate({ engine, shadow: {} });
    await next.decide(steps(other));
    expect(next.ledger[0]?.shadow?.answers).toBe('equal');
  });

  it('refuses a form that the engine does not take', async () => {
    const bad: OptimizedSql = {
      ...optimized,
      text: 'select nothing from nowhere',
      steps: ['select nothing from nowhere'],
    };
    // The engine would refuse to explain it as well; here it tells no cost, so the run is what notices.
    const blind = new WatchedEngine(engine);
    blind.explain = () => Promise.resolve({ operator: 'scan', detail: '', children: [] });
    const gate = new RewriteGate({ engine: blind, shadow: {} });

    expect(await gate.decide(bad)).toMatchObject({ use: 'original' });
    expect(gate.ledger[0]?.shadow?.answers).toBe('refused');
    // The text is at fault, not the rule.
    blind.explain = (statement) => engine.explain(statement);
    await gate.decide(optimized);
    expect(gate.ledger.at(-1)?.shadow?.answers).toBe('equal');
  });

  it('takes what the estimate of the engine refused, where it is clearly faster', async () => {
    const slow = new WatchedEngine(engine, (asked) => (asked === SQL ? wait(60) : undefined));
    const costs = new Map([[SQL, 100]]);
    slow.explain = ({ text }) =>
      Promise.resolve({ operator: 'scan', detail: '', children: [], cost: costs.get(text) ?? 120 });
    const gate = new RewriteGate({ engine: slow, shadow: {} });

    expect(await gate.decide(optimized)).toMatchObject({ use: 'optimized', text: optimized.text });
    expect(await new RewriteGate({ engine: slow }).decide(optimized)).toMatchObject({ use: 'original' });
    const alike = new WatchedEngine(engine, () => wait(60));
    alike.explain = slow.explain.bind(slow);
    expect(await new RewriteGate({ engine: alike, shadow: {} }).decide(optimized)).toMatchObject({
      use: 'original',
    });
  });

  it('cannot tell when the data change meanwhile, and blames no rule', async () => {
    const changing = new WatchedEngine(engine, (_, nth) =>
      run(`INSERT INTO items VALUES (${nth + 10}, 1, 5)`),
    );
    const gate = new RewriteGate({ engine: changing, shadow: {} });

    expect(await gate.decide(optimized)).toMatchObject({ use: 'original' });
    expect(gate.ledger[0]?.shadow?.answers).toBe('cannot-tell');
    expect(changing.texts).toEqual([SQL, optimized.text, SQL]);
    expect(await new RewriteGate().decide(optimized)).toMatchObject({ use: 'optimized' });
  });

  it('refuses what does not end in time, but not for an original that does not', async () => {
    const slow = (text: string) =>
      new WatchedEngine(engine, (asked) => (asked === text ? wait(300) : undefined));
    const limited = { shadow: { limitMs: 150 } };

    const late = new RewriteGate({ engine: slow(optimized.text), ...limited });
    expect(await late.decide(optimized)).toMatchObject({ use: 'original' });
    const better = new RewriteGate({ engine: slow(SQL), ...limited });
    expect(await better.decide(optimized)).toMatchObject({ use: 'optimized' });
  });

  it('that was aborted leaves no verdict behind', async () => {
    const controller = new AbortController();
    const stopping = new WatchedEngine(engine, () => controller.abort());
    const gate = new RewriteGate({ engine: stopping, shadow: {} });

    await expect(gate.decide(optimized, { signal: controller.signal })).rejects.toMatchObject({
      code: 'ERR_PERF_ABORTED',
    });
    expect(gate.ledger).toEqual([]);
    await gate.decide(optimized);
    expect(gate.ledger).toHaveLength(1);
  });
});
