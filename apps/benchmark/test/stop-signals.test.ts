import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BenchUse } from './run-bench.ts';
import { RunningBench, Scratch } from './run-bench.ts';
import type { TinyFlights } from './tiny-flights.ts';
import { makeTinyFlights } from './tiny-flights.ts';

const timeout = 60_000;
/** Clean-up waits for a statement of SQLite that cannot be interrupted. */
const SOON_MS = 5000;
/** What a person needs to press Ctrl-C again; less counts as the same one. */
const AGAIN_MS = 400;

/** A query with so many rows that its export does not end. */
const ENDLESS = JSON.stringify({
  from: 'flights',
  select: [
    { field: 'flights.id', as: 'a' },
    { field: 'b.id', as: 'b' },
    { field: 'c.id', as: 'c' },
  ],
  joins: ['b', 'c'].map((as) => ({
    table: 'flights',
    as,
    type: 'inner',
    on: [{ left: 'flights.origin', right: `${as}.origin` }],
  })),
});
let tiny: TinyFlights;

beforeAll(async () => {
  tiny = await makeTinyFlights();
});
afterAll(() => tiny[Symbol.dispose]());

function startQuery(scratch: Scratch, use: BenchUse, args: readonly string[]): RunningBench {
  return new RunningBench(['query', '--text', ENDLESS, '--to', scratch.file('all.csv'), ...args], {
    ...use,
    env: { TMPDIR: scratch.path, ...use.env },
  });
}

/** Real flights, enough to take a while. */
const LOAD = ['--quick', '--engine', 'sqlite'];

/** Waits until rows are in the partial file. */
async function writes(running: RunningBench, partial: string): Promise<void> {
  while (!existsSync(partial) || statSync(partial).size === 0) {
    if (running.child.exitCode !== null) throw new Error('ended before it wrote');
    await setTimeout(5);
  }
}

const STOPS = [
  { via: 'bin', to: 'process', name: 'SIGINT', code: 130 },
  { via: 'bin', to: 'group', name: 'SIGINT', code: 130 },
  { via: 'bin', to: 'process', name: 'SIGTERM', code: 143 },
  { via: 'main', to: 'process', name: 'SIGTERM', code: 143 },
] as const;

describe('a signal', () => {
  it.each([...STOPS.map((stop) => ({ ...stop, engine: 'duckdb' })), { ...STOPS[0], engine: 'sqlite' }])(
    '$name to the $to of $via in mid export from $engine leaves no file and no process',
    async ({ via, to, name, code, engine }) => {
      using scratch = new Scratch();
      const running = startQuery(scratch, { via }, [...tiny.args, '--engine', engine]);
      await writes(running, scratch.file('all.csv.partial'));

      const sent = performance.now();
      running.signal(name, to);
      const ended = await running.ended;

      expect(performance.now() - sent).toBeLessThan(SOON_MS);
      expect(ended).toMatchObject({ code, stdout: '' });
      expect(ended.stderr.trimEnd().split('\n').at(-1)).toBe(`perf-bench: stopped by ${name}`);
      expect(scratch.names).toEqual([]);
      expect(running.isAlive).toBe(false);
    },
    timeout,
  );

  it.each(STOPS)(
    '$name to the $to of $via in mid load leaves no temporary folder and no process',
    async ({ via, to, name, code }) => {
      using scratch = new Scratch();
      const running = startQuery(scratch, { via }, LOAD);
      await running.says('loading SQLite');
      expect(scratch.names).toHaveLength(1);

      const sent = performance.now();
      running.signal(name, to);
      const ended = await running.ended;

      expect(performance.now() - sent).toBeLessThan(SOON_MS);
      expect(ended.code).toBe(code);
      expect(scratch.names).toEqual([]);
      expect(running.isAlive).toBe(false);
    },
    timeout,
  );

  it(
    'that comes twice at once, from a terminal and from npm, counts once',
    async () => {
      using scratch = new Scratch();
      const running = startQuery(scratch, {}, LOAD);
      await running.says('loading SQLite');

      running.signal('SIGINT');
      running.signal('SIGINT', 'group');
      const { code, stderr } = await running.ended;

      expect(code).toBe(130);
      expect(stderr).toContain('perf-bench: stopped by SIGINT');
      expect(scratch.names).toEqual([]);
    },
    timeout,
  );

  it(
    'to npm, which ends only the shell between, ends the process too',
    async () => {
      using scratch = new Scratch();
      const running = startQuery(scratch, { inShell: true, env: { npm_lifecycle_event: 'start' } }, LOAD);
      await running.says('loading SQLite');

      running.signal('SIGTERM');
      // Stderr closes when the last process that holds it has ended.
      const { stderr } = await running.ended;

      expect(stderr).toContain('perf-bench: stopped by SIGTERM');
      expect(scratch.names).toEqual([]);
    },
    timeout,
  );

  it(
    'that comes again ends the process at once, and still takes the temporary folder along',
    async () => {
      using scratch = new Scratch();
      const running = new RunningBench([], {
        program: 'test/fixtures/hangs.ts',
        env: { TMPDIR: scratch.path },
      });
      await running.says('ready');
      expect(scratch.names).toHaveLength(1);

      running.signal('SIGINT');
      await running.says('stopping');
      await setTimeout(AGAIN_MS);
      const sent = performance.now();
      running.signal('SIGTERM');
      const { code } = await running.ended;

      expect(code).toBe(143);
      expect(performance.now() - sent).toBeLessThan(1000);
      expect(scratch.names).toEqual([]);
    },
    timeout,
  );

  it(
    'before anything was loaded ends the process too',
    async () => {
      using scratch = new Scratch();
      const running = startQuery(scratch, {}, LOAD);
      await Promise.race([once(running.child, 'spawn'), running.ended]);

      running.signal('SIGTERM');
      const { code } = await running.ended;

      // Node that has not started yet is ended by the system.
      expect([143, null]).toContain(code);
      expect(scratch.names).toEqual([]);
    },
    timeout,
  );
});
