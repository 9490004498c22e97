import { readFile } from 'node:fs/promises';
import { DuckDbEngine } from '@perf/engine-duckdb';
import { createOptimizer } from '@perf/optimizer';
import { createQueryService } from '@perf/query';
import { readRows } from '@perf/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memoryJobQueue, memoryJobStore, querySource } from '@perf/export-jobs';
import { JobHouse } from './job-house.ts';

const TABLE = [
  "CREATE TABLE flights AS SELECT i AS id, ['SFO', 'LAX', 'JFK'][i % 3 + 1] AS origin FROM range(50000) AS r(i)",
  'ALTER TABLE flights ALTER id SET NOT NULL',
  'CREATE UNIQUE INDEX flights_id ON flights (id)',
];
const QUERY = {
  from: 'flights',
  select: ['id', 'origin'],
  where: { field: 'origin', operator: 'eq', value: 'SFO' },
  orderBy: [{ field: 'id', direction: 'desc' }],
};

let engine: DuckDbEngine;
beforeAll(async () => {
  engine = await DuckDbEngine.open(':memory:');
  for (const text of TABLE) await readRows(await engine.execute({ dialect: 'duckdb', text, parameters: [] }));
});
afterAll(() => engine[Symbol.asyncDispose]());

/** A house whose worker answers queries over DuckDB. */
async function houseOfQueries(): Promise<JobHouse> {
  const queue = memoryJobQueue();
  const house = await JobHouse.open({
    queue,
    store: memoryJobStore(),
    [Symbol.asyncDispose]: () => queue[Symbol.asyncDispose](),
  });
  const catalog = await engine.catalog();
  const service = createQueryService({
    engine,
    catalog,
    optimizer: createOptimizer({ catalog, dialect: 'duckdb' }),
    source: 'test',
  });
  await house.work({ sources: { query: querySource(service) } });
  return house;
}

describe('a job whose source is a query', () => {
  it('exports the answer of the database, in its order', async () => {
    await using house = await houseOfQueries();
    const id = await house.jobs.submit({
      source: { name: 'query', params: QUERY },
      format: 'csv',
      owner: 'ada',
    });

    const record = await house.until(id, 'completed', 'failed');

    expect(record).toMatchObject({ state: 'completed', manifest: { rows: 16_667 } });
    const lines = (await readFile(house.outputs.pathOf(record), 'utf8')).split('\n');
    expect(lines.slice(0, 3)).toEqual(['id,origin', '49998,SFO', '49995,SFO']);
  });

  it('fails at once for a query that asks for what is not there', async () => {
    await using house = await houseOfQueries();
    const ask = async (params: unknown): Promise<unknown> => {
      const id = await house.jobs.submit({ source: { name: 'query', params }, format: 'csv', owner: 'ada' });
      const { state, attempts, error } = await house.until(id, 'completed', 'failed');
      return { state, attempts, code: error?.code };
    };

    const unknownTable = await ask({ from: 'passwords' });
    const noQuery = await ask('SELECT * FROM flights');

    expect(unknownTable).toEqual({ state: 'failed', attempts: 1, code: 'ERR_PERF_UNKNOWN_TABLE' });
    expect(noQuery).toEqual({ state: 'failed', attempts: 1, code: 'ERR_PERF_INVALID_QUERY' });
  });
});
