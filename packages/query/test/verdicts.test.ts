import type { Catalog, OptimizedQuery, QueryOptimizer, Verdict } from '@perf/contracts';
import { createOptimizer } from '@perf/optimizer';
import { createQueryService } from '@perf/query';
import { describe, expect, it } from 'vitest';
import { setUp } from './set-up.ts';

/** A real optimizer whose gate is in the test's hands. */
function gated(
  optimizer: QueryOptimizer,
  decide: (optimized: OptimizedQuery) => Promise<Verdict>,
): QueryOptimizer {
  return {
    optimizeQuery: (query, statistics) => optimizer.optimizeQuery(query, statistics),
    generateExecutionPlan: (query) => optimizer.generateExecutionPlan(query),
    compile: (query) => optimizer.compile(query),
    decide,
  };
}

const optimizerOf = (catalog: Catalog): QueryOptimizer => createOptimizer({ catalog, dialect: 'sqlite' });

/** A cheap filter behind a dear one: the optimizer changes their order. */
const turned = (delay: number): unknown => ({
  from: 'flights',
  select: ['id'],
  where: {
    and: [
      { field: 'origin', operator: 'contains', value: 'F' },
      { field: 'delay', operator: 'eq', value: delay },
    ],
  },
  orderBy: [{ field: 'id' }],
});

const ORIGINAL: Verdict = { use: 'original', reason: 'a test' };

describe('the gate of a query service', () => {
  it('is asked once for each kind of query, and again when statistics are read anew', async () => {
    await using house = await setUp('sqlite');
    let asked = 0;
    let now = 0;
    const optimizer = gated(optimizerOf(house.catalog), async () => {
      asked++;
      return { use: 'optimized', reason: 'a test' };
    });
    const { engine, catalog } = house;
    const service = createQueryService({
      engine,
      optimizer,
      catalog,
      source: 'test',
      now: () => now,
      statisticsTtlMs: 1000,
    });

    for (const delay of [1, 2, 3]) await service.query(turned(delay));
    expect(asked).toBe(1);
    now = 2000;
    await service.query(turned(4));
    expect(asked).toBe(2);
  });

  it('has the query run as it was written, with the same answer', async () => {
    await using house = await setUp('sqlite');
    const { engine, catalog } = house;
    const verdicts = [async () => ORIGINAL, () => Promise.reject(new Error('away'))];

    const [reference] = [await house.service.query(turned(1), { switches: { cache: false } })];
    expect(reference.info.rewrites).toHaveLength(1);
    for (const decide of verdicts) {
      const service = createQueryService({
        engine,
        optimizer: gated(optimizerOf(house.catalog), decide),
        catalog,
        source: 'test',
      });
      const answer = await service.query(turned(1));

      expect(answer.info.rewrites).toEqual([]);
      expect([...answer.objects()]).toEqual([...reference.objects()]);
    }
  });

  it('weighs by the costs of the engine where it tells them', async () => {
    await using house = await setUp('sqlite');
    const { catalog, engine } = house;
    const optimizer = createOptimizer({ catalog, dialect: engine.dialect });
    const optimized = optimizer.optimizeQuery(
      { from: 'flights', distinct: true, select: ['id'] },
      { tables: new Map() },
    );

    expect(optimized.rewrites).toHaveLength(1);
    expect(await optimizer.decide?.(optimized, {})).toMatchObject({ use: 'optimized' });
    expect(await optimizer.decide?.(optimized, { engine })).toMatchObject({ use: 'optimized' });
    expect(await optimizer.decide?.({ ...optimized }, { engine })).toMatchObject({ use: 'original' });
  });
});
