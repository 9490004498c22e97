import { setTimeout } from 'node:timers/promises';
import type { ExecuteOptions, QueryEngine, ResultStream, Statement } from '@perf/contracts';
import { TieredCache } from '@perf/cache-core';
import { FaultyEngine } from '@perf/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlightsHouse } from '../src/data/flights-house.ts';
import { serviceFor } from '../src/data/service-for.ts';
import type { NamedService } from '../src/demo/compare-shapes.ts';
import { compareShape } from '../src/demo/compare-shapes.ts';
import type { Shape } from '../src/demo/shapes.ts';
import { ALL_ON, openTinyHouse } from './tiny-flights.ts';

const { signal } = new AbortController();
const words = { airports: ['JFK'], states: ['NY'], cities: ['New York'] };

/** Costly filters first, so that the optimizer has something to do. */
const SHAPE: Shape = {
  name: 'by origin',
  make: () => ({
    from: 'flights',
    select: ['origin', { aggregate: 'count', as: 'n' }],
    where: {
      and: [
        { field: 'destination', operator: 'regex', value: '^[A-M]..$' },
        { field: 'month', operator: 'eq', value: 2 },
      ],
    },
    groupBy: ['origin'],
    orderBy: [{ field: 'origin' }],
  }),
};

/** Loses all rows but one. */
class LyingEngine extends FaultyEngine {
  override async execute(statement: Statement, options?: ExecuteOptions): Promise<ResultStream> {
    return super.execute({ ...statement, text: `SELECT * FROM (${statement.text}) AS lie LIMIT 1` }, options);
  }
}

/** Takes its time for each statement. */
class SlowEngine extends FaultyEngine {
  override async execute(statement: Statement, options?: ExecuteOptions): Promise<ResultStream> {
    await setTimeout(1001);
    return super.execute(statement, options);
  }
}

let house: FlightsHouse;

beforeAll(async () => {
  house = await openTinyHouse();
});
afterAll(() => house[Symbol.asyncDispose]());

/** Services over the engines of the house, with what `wrap` makes of them; the house closes the engines. */
function servicesOver(wrap: (engine: QueryEngine, at: number) => FaultyEngine, switches = ALL_ON) {
  const wrapped = house.engines.map(({ engine, catalog }, at) => ({ engine: wrap(engine, at), catalog }));
  const services = wrapped.map(({ engine, catalog }): NamedService => {
    const cache = new TieredCache({ memory: { maxEntries: 10 } });
    return { name: engine.name, service: serviceFor(engine, catalog, { cache }, switches) };
  });
  return { engines: wrapped.map(({ engine }) => engine), services };
}

describe('compareShape', () => {
  it('finds all answers equal, and tells times, rows, rewrites and plan', async () => {
    const { services } = servicesOver((engine) => new FaultyEngine(engine));

    const report = await compareShape(SHAPE, services, words, signal);

    expect(report).toMatchObject({ name: 'by origin', rows: 6, differences: [] });
    expect(report.times.map(({ engine }) => engine)).toEqual(['duckdb', 'sqlite']);
    for (const { plainMs, optimizedMs, cachedMs } of report.times)
      expect(Math.min(plainMs, optimizedMs, cachedMs)).toBeGreaterThan(0);
    expect(report.rewrites.map(({ rule }) => rule)).toContain('filter-order');
    expect(report.sql).toContain('"flights"');
    expect(report.logical.children).toHaveLength(1);
  });

  it('tells how the answer of a lying engine differs, each time it lies', async () => {
    const { services } = servicesOver((engine, at) =>
      at === 1 ? new LyingEngine(engine) : new FaultyEngine(engine),
    );

    const { differences } = await compareShape(SHAPE, services, words, signal);

    expect(differences).toHaveLength(9);
    expect(differences[0]).toBe('by origin, sqlite plain: one has 6 rows, the other 1');
  });

  it('leaves off what is switched off', async () => {
    const { engines, services } = servicesOver((engine) => new FaultyEngine(engine), {
      ...ALL_ON,
      cache: false,
      optimizer: false,
    });

    const { differences, rewrites } = await compareShape(SHAPE, services, words, signal);

    expect(differences).toEqual([]);
    expect(rewrites).toEqual([]);
    expect(engines.map((engine) => engine.calls('execute'))).toEqual([9, 9]);
  });

  it('runs one statement for all cached answers of an engine', async () => {
    const { engines, services } = servicesOver((engine) => new FaultyEngine(engine));

    await compareShape(SHAPE, services, words, signal);

    expect(engines.map((engine) => engine.calls('execute'))).toEqual([7, 7]);
  });

  it('asks once plain and once optimized what takes over a second', async () => {
    const { engines, services } = servicesOver((engine) => new SlowEngine(engine));
    const [engine] = engines;

    const { times, differences } = await compareShape(SHAPE, services.slice(0, 1), words, signal);

    expect(differences).toEqual([]);
    expect(engine?.calls('execute')).toBe(3);
    expect(times[0]?.plainMs).toBeGreaterThan(1000);
    expect(times[0]?.cachedMs).toBeLessThan(1000);
  }, 30_000);

  it('ends when it is aborted', async () => {
    const { services } = servicesOver((engine) => new FaultyEngine(engine));

    await expect(compareShape(SHAPE, services, words, AbortSignal.abort())).rejects.toMatchObject({
      code: 'ERR_PERF_ABORTED',
    });
  });
});
