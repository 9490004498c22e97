import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { optimizeCommand } from '../src/optimize/command.ts';
import { statsCommand } from '../src/stats/command.ts';
import { readSwitches } from '../src/terminal/switches.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perf-optimize-test-'));
  const database = new DatabaseSync(join(folder, 'shop.db'));
  database.exec(
    `CREATE TABLE customers (id INTEGER PRIMARY KEY, country TEXT NOT NULL);
    CREATE TABLE reviews (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, rating INTEGER NOT NULL);
    INSERT INTO customers SELECT value, 'DE' FROM generate_series(1, 300);
    INSERT INTO reviews SELECT value, value % 290, value % 5 FROM generate_series(1, 900);`.replaceAll(
      /FROM generate_series\(1, (\d+)\)/g,
      'FROM (WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < $1) SELECT value FROM n)',
    ),
  );
  database.close();
});
afterEach(() => rm(folder, { recursive: true }));

const optimize = (text: string, ...argv: string[]): Promise<string> =>
  optimizeBy(['--url', `sqlite:${join(folder, 'shop.db')}`], text, ...argv);

async function optimizeBy(source: readonly string[], text: string, ...argv: string[]): Promise<string> {
  let shown = '';
  const { signal } = new AbortController();
  const { switches } = readSwitches(undefined);
  const file = join(folder, 'statement.txt');
  await writeFile(file, text);
  const option = text.startsWith('{') ? '--query' : '--sql';
  const argument = [option, file, ...source, ...argv];
  const code = await optimizeCommand(argument, { signal, switches, write: (more) => void (shown += more) });
  expect(code).toBe(0);
  return shown;
}

const COUNTED = 'select c.id, (select count(*) from reviews r where r.customer_id = c.id) n from customers c';

describe('perf-bench optimize', () => {
  it('shows the statement, every rewrite, and what both forms take', { timeout: 60_000 }, async () => {
    const json = join(folder, 'told.json');

    const shown = await optimize(COUNTED, '--run', '--json', json);

    expect(shown).toContain('LEFT JOIN (SELECT');
    expect(shown).toContain('scalar-join');
    expect(shown).toContain('with equal answers');
    expect(JSON.parse(await readFile(json, 'utf8'))).toMatchObject({
      original: COUNTED,
      rewrites: [{ rule: 'scalar-join' }],
      verdict: { use: 'optimized' },
      trial: { timedOut: false },
    });
  });

  it('needs no database where a file says what is known of it', async () => {
    const stats = join(folder, 'stats.json');
    const { signal } = new AbortController();
    const { switches } = readSwitches(undefined);
    const url = `sqlite:${join(folder, 'shop.db')}`;
    await statsCommand(['--url', url, '--json', stats], { signal, switches, write: () => undefined });

    expect(await optimizeBy(['--stats', stats], COUNTED, '--dialect', 'sqlite')).toContain('scalar-join');
    await expect(optimizeBy(['--stats', stats], COUNTED, '--run')).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_OPTION',
    });
    await expect(optimizeBy(['--stats', stats, '--url', url], COUNTED)).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_OPTION',
    });
  });

  it('says why a statement is left as it is', async () => {
    expect(await optimize('select random() from customers')).toContain('left as it is: it calls random');
  });

  it('takes structured queries', async () => {
    const query = { from: 'reviews', where: { field: 'rating', operator: 'gt', value: 3 } };

    expect(await optimize(JSON.stringify(query))).toContain('FROM "reviews"');
  });

  it('refuses what may change something, and arguments that do not fit', async () => {
    await expect(optimize('delete from customers')).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_QUERY' });
    await expect(optimize(COUNTED, '--dialect', 'mysql')).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_OPTION',
    });
  });
});
