import type { Catalog, ExecutionPlan } from '@perf/contracts';
import { SqliteEngine } from '@perf/engine-sqlite';
import { nestedLoopCost } from '@perf/optimizer';
import { readRows } from '@perf/testkit';
import { expect, it } from 'vitest';
import { CATALOG, STATISTICS } from './advisor-shop.ts';

const CONTEXT = { dialect: 'sqlite', catalog: CATALOG, statistics: STATISTICS } as const;
const LATEST = 'select id, at from requests where user_id = 7 order by at desc limit 10';

it('is less for every column that a real plan of SQLite searches by, and for rows that come in order', async () => {
  await using engine = await SqliteEngine.open(':memory:');
  const run = async (text: string): Promise<void> => {
    await readRows(await engine.execute({ dialect: 'sqlite', text, parameters: [] }));
  };
  await run('CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, country TEXT)');
  await run(`CREATE TABLE requests (id INTEGER PRIMARY KEY, user_id INTEGER, endpoint TEXT, status INTEGER, at TIMESTAMP,
    error TEXT, is_slow BOOLEAN, body TEXT)`);
  const cost = async (text: string): Promise<number> => {
    const plan = await engine.explain({ dialect: 'sqlite', text, parameters: [] });
    return nestedLoopCost(plan, text, CONTEXT) ?? Number.NaN;
  };
  const costs = async (): Promise<readonly number[]> => [
    await cost(LATEST),
    await cost('select r.id from users u join requests r on r.user_id = u.id where u.id = 5'),
  ];

  const scanned = await costs();
  await run('CREATE INDEX of_user ON requests (user_id)');
  const searched = await costs();
  await run('CREATE INDEX of_user_at ON requests (user_id, at DESC)');
  const [ordered = NaN] = await costs();

  for (const [i, before] of scanned.entries()) expect(searched[i]).toBeLessThan(before / 100);
  expect(ordered).toBeLessThan((searched[0] ?? 0) / 3);
});

it('is not known for a statement that is not read', () => {
  const plan: ExecutionPlan = { operator: 'query', detail: '', children: [] };
  const none: Catalog = { version: '0', tables: new Map() };

  expect(nestedLoopCost(plan, LATEST, { ...CONTEXT, catalog: none })).toBeUndefined();
});
