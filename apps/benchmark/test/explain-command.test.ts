import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DuckDbEngine } from '@perf/engine-duckdb';
import { readPlan } from '@perf/optimizer';
import { MissingServerError, serversAreRequired, startMariadb, startPostgres } from '@perf/services';
import type { Server } from '@perf/services';
import { afterAll, describe, expect, it } from 'vitest';
import { Scratch, runBench } from './run-bench.ts';

const timeout = 30_000;
const PLANS = join(import.meta.dirname, '../../../packages/optimizer/test/golden/plans');
const plan = (name: string): string => join(PLANS, `${name}.txt`);

describe('perf-bench explain --plan', () => {
  it(
    'prints the tree, what it rests on, and what to do',
    async () => {
      const { code, stdout, stderr } = await runBench(['explain', '--plan', plan('postgres-15-correlated')]);

      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/^scan airports as a; Filter: \(state = \?::text\) {2}~6 rows/);
      expect(stdout).toContain('execution 16.8 ms');
      expect(stdout).toContain('high: A subquery was run 6 times');
      expect(stdout).not.toContain('\u001B');
    },
    timeout,
  );

  it.each([
    ['svg', /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"[^]*<\/svg>\n$/],
    ['mermaid', /^flowchart TD\n {2}n0\["scan airports/],
    ['html', /^<!doctype html>\n[^]*postgres-15-correlated\.txt/],
  ])(
    'draws it as %s, without literals unless they are wanted',
    async (format, form) => {
      using scratch = new Scratch();
      const args = ['explain', '--plan', plan('postgres-15-correlated'), '--format', format];
      const shown = await runBench([...args, '--show-literals']);
      const written = await runBench([...args, '--out', scratch.file('x')]);

      expect(written).toEqual({ code: 0, stdout: '', stderr: '' });
      expect(readFileSync(scratch.file('x'), 'utf8')).toMatch(form);
      expect(readFileSync(scratch.file('x'), 'utf8')).not.toContain('S7');
      expect(shown.stdout).toContain('S7');
      expect(scratch.names).toEqual(['x']);
    },
    timeout,
  );

  it(
    'sets two plans side by side, as text and as a page',
    async () => {
      const args = [
        'explain',
        '--plan',
        plan('postgres-15-join'),
        '--compare',
        plan('postgres-15-correlated'),
      ];
      const text = await runBench(args);
      const page = await runBench([...args, '--format', 'html']);

      expect(text.stdout).toMatch(
        /^before\nscan airports[^]*\nafter\nlimit[^]*\n3\.2 times faster\nadded: limit\n/,
      );
      expect(page.stdout).toContain('3.2 times faster');
    },
    timeout,
  );

  it(
    'writes JSON that holds the findings and is a plan again',
    async () => {
      using scratch = new Scratch();
      await runBench(['explain', '--plan', plan('mariadb-10.11-join'), '--json', scratch.file('p.json')]);
      const again = await runBench(['explain', '--plan', scratch.file('p.json')]);
      const json = readFileSync(scratch.file('p.json'), 'utf8');

      expect(readPlan(json).format).toBe('perf');
      expect(JSON.parse(json)).toMatchObject({ format: 'mariadb', actuals: 'nodes', findings: [] });
      expect(json).not.toContain('Airport');
      expect(again.stdout).toContain('search f by flights_origin');
    },
    timeout,
  );

  it.each([
    ['no plan at all', 'ERR_PERF_INVALID_VALUE: the plan cannot be read'],
    [
      'Seq Scan on t  (cost=0.00..1.00 rows=1 width=4)',
      'ERR_PERF_INVALID_VALUE: the plan cannot be read: expected JSON',
    ],
    ['\u00FF', 'ERR_PERF_INVALID_VALUE: '],
  ])(
    'ends with 1 for %j and says why',
    async (text, message) => {
      using scratch = new Scratch();
      writeFileSync(scratch.file('p'), Buffer.from(text, 'latin1'));

      const { code, stdout, stderr } = await runBench(['explain', '--plan', scratch.file('p')]);

      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr.startsWith(`perf-bench: ${message}`)).toBe(true);
    },
    timeout,
  );

  it(
    'reads what a shell on Windows has saved',
    async () => {
      using scratch = new Scratch();
      const text = `\uFEFF${readFileSync(plan('sqlite-3.53-shell'), 'utf8')}`;
      writeFileSync(scratch.file('p'), text, 'utf16le');

      const { stdout } = await runBench(['explain', '--plan', scratch.file('p')]);

      expect(stdout).toMatch(/^query\n├─ materialize/);
    },
    timeout,
  );
});

describe('perf-bench explain --url', () => {
  const SQL = "SELECT count(*) FROM t WHERE b = 'SECRET' AND a > 4711;\n";

  it.each(['sqlite', 'duckdb'] as const)(
    'asks a file of %s, which it leaves as it is',
    async (engine) => {
      using scratch = new Scratch();
      const file = scratch.file('db');
      await (engine === 'sqlite' ? fillSqlite(file) : fillDuckDb(file));
      const before = readFileSync(file);
      writeFileSync(scratch.file('q.sql'), SQL);

      const args = ['explain', '--url', `${engine}:${file}`, '--sql', scratch.file('q.sql')];
      const estimated = await runBench(args);
      const analyzed = await runBench([...args, '--analyze', '--show-literals']);

      expect(estimated).toMatchObject({ code: 0, stderr: '' });
      expect(estimated.stdout).toMatch(/scan t\b/);
      expect(estimated.stdout).toContain('estimates only');
      expect(analyzed.stdout).toMatch(/\d actual/);
      expect(analyzed.stdout).not.toMatch(/SECRET|4711/);
      expect(readFileSync(file).equals(before)).toBe(true);
    },
    timeout,
  );

  it.each([
    ['oracle://u:hunter2@h/d', 2, 'ERR_PERF_INVALID_OPTION: the URL must be sqlite:FILE'],
    ['flights.db', 2, 'ERR_PERF_INVALID_OPTION: the URL must be'],
    ['sqlite:', 2, 'ERR_PERF_INVALID_OPTION: the URL names no file'],
    ['sqlite:/nowhere/x.db', 1, 'ERR_PERF_OPEN_FAILED: cannot read /nowhere/x.db'],
    ['duckdb:/nowhere/x.db', 1, 'ERR_PERF_OPEN_FAILED: cannot read /nowhere/x.db'],
    ['postgres://u:hunter2@127.0.0.1:1/d', 1, 'ERR_PERF_'],
    ['mysql://u:hunter2@127.0.0.1:1/d', 1, 'ERR_PERF_'],
    ['postgres://u:hunter2@[x/d', 2, 'ERR_PERF_INVALID_OPTION: the URL of the database cannot be read'],
  ])(
    'fails for %s with %i, and never tells a password',
    async (url, expected, message) => {
      using scratch = new Scratch();
      writeFileSync(scratch.file('q.sql'), SQL);

      const { code, stdout, stderr } = await runBench([
        'explain',
        '--url',
        url,
        '--sql',
        scratch.file('q.sql'),
      ]);

      expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
      expect(stderr.startsWith(`perf-bench: ${message}`)).toBe(true);
      expect(stderr).not.toContain('hunter2');
      expect(stderr).not.toContain('    at ');
    },
    timeout,
  );
});

const postgres = await started(() => startPostgres());
const mariadb = await started(() => startMariadb());
afterAll(async () => {
  await postgres.server?.[Symbol.asyncDispose]();
  await mariadb.server?.[Symbol.asyncDispose]();
});

describe.each([
  ['Postgres', postgres, "SELECT count(*) FROM pg_class WHERE relname <> 'SECRET'"],
  ['MariaDB', mariadb, "SELECT count(*) FROM information_schema.tables WHERE table_name <> 'SECRET'"],
] as const)('perf-bench explain of %s', (_, { server, reason }, sql) => {
  it.skipIf(server === undefined)(
    `asks the server, without and with running the statement ${reason}`,
    async () => {
      using scratch = new Scratch();
      writeFileSync(scratch.file('q.sql'), sql);
      const args = ['explain', '--url', server?.url ?? '', '--sql', scratch.file('q.sql')];

      const estimated = await runBench(args);
      const analyzed = await runBench([...args, '--analyze']);

      expect(estimated).toMatchObject({ code: 0, stderr: '' });
      expect(estimated.stdout).toContain('estimates only');
      expect(analyzed).toMatchObject({ code: 0, stderr: '' });
      expect(analyzed.stdout).toMatch(/\d ms/);
      expect(analyzed.stdout).not.toContain('SECRET');
    },
    timeout,
  );
});

/** A server, or why there is none. */
async function started(
  start: () => Promise<Server>,
): Promise<{ readonly server?: Server; readonly reason: string }> {
  try {
    return { server: await start(), reason: '' };
  } catch (error) {
    if (!(error instanceof MissingServerError) || serversAreRequired(process.env)) throw error;
    return { reason: `(${error.message})` };
  }
}

async function fillSqlite(file: string): Promise<void> {
  const database = new DatabaseSync(file);
  database.exec("CREATE TABLE t (a INT, b TEXT); INSERT INTO t VALUES (1, 'x'), (5000, 'SECRET')");
  database.close();
}

async function fillDuckDb(file: string): Promise<void> {
  await using engine = await DuckDbEngine.open(file);
  for (const text of [
    "CREATE TABLE t AS SELECT i AS a, CASE i % 3 WHEN 0 THEN 'A' WHEN 1 THEN 'SECRET' ELSE 'Z' END AS b FROM range(20000) r(i)",
    'CHECKPOINT',
  ])
    await Array.fromAsync(await engine.execute({ dialect: 'duckdb', text, parameters: [] }));
}
