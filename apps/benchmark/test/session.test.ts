import { TieredCache } from '@perf/cache-core';
import type { ExecuteOptions, ResultStream, Statement } from '@perf/contracts';
import { FaultyEngine } from '@perf/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FlightsHouse } from '../src/data/flights-house.ts';
import { serviceFor } from '../src/data/service-for.ts';
import type { SessionReport } from '../src/demo/session.ts';
import { runSession } from '../src/demo/session.ts';
import type { AppSwitches } from '../src/terminal/switches.ts';
import { ALL_ON, openTinyHouse } from './tiny-flights.ts';

const words = {
  airports: ['JFK', 'LAX', 'SFO', 'ORD'],
  states: ['NY', 'CA'],
  cities: ['New York', 'Chicago'],
};

let house: FlightsHouse;

beforeAll(async () => {
  house = await openTinyHouse();
});
afterAll(() => house[Symbol.asyncDispose]());

/** Remembers what it was asked. */
class AskedEngine extends FaultyEngine {
  readonly asked: Statement[] = [];

  override execute(statement: Statement, options?: ExecuteOptions): Promise<ResultStream> {
    this.asked.push(statement);
    return super.execute(statement, options);
  }
}

async function replay(
  use: { readonly requests: number; readonly population: number; readonly seed: number },
  switches: AppSwitches = ALL_ON,
): Promise<SessionReport & { readonly statements: readonly Statement[] }> {
  const [{ engine, catalog }] = house.engines;
  const counted = new AskedEngine(engine);
  const capacity = 20;
  await using cache = new TieredCache({ memory: { maxEntries: capacity } });
  const { signal } = new AbortController();
  const done: number[] = [];
  const report = await runSession(serviceFor(counted, catalog, { cache }, switches), cache, {
    ...use,
    words,
    capacity,
    signal,
    onProgress: (share) => done.push(share),
  });
  expect(done.at(-1)).toBe(1);
  return { ...report, statements: counted.asked };
}

const USE = { requests: 400, population: 60, seed: 11 };

describe('runSession', () => {
  it('counts every request as hit or miss, and every miss as a statement', async () => {
    const report = await replay(USE);

    expect(report).toMatchObject({ requests: 400, population: 60, capacity: 20, zipf: 1 });
    expect(report.hits + report.misses).toBe(400);
    expect(report.statements).toHaveLength(report.misses);
    expect(report.evictions).toBe(report.misses - 20);
    expect(report.hitRate).toBe(report.hits / 400);
    expect(report.distinct).toBeLessThanOrEqual(60);
    expect(report.hit.p50).toBeLessThanOrEqual(report.hit.p99);
    expect(report.miss.p50).toBeGreaterThan(0);
  });

  it('draws the same requests for one seed, and others for another', async () => {
    const plain = { ...ALL_ON, cache: false };
    const [one, same, other] = [
      await replay(USE, plain),
      await replay(USE, plain),
      await replay({ ...USE, seed: 12 }, plain),
    ];

    expect(same.statements).toEqual(one.statements);
    expect(other.statements).not.toEqual(one.statements);
  });

  it('hits nothing when the cache is switched off', async () => {
    const report = await replay(USE, { ...ALL_ON, cache: false });

    expect(report).toMatchObject({ hits: 0, hitRate: 0 });
    expect(report.statements).toHaveLength(400);
  });
});
