import { readFileSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DemoReport } from '../src/demo/report.ts';
import { Scratch, runBench } from './run-bench.ts';
import type { TinyFlights } from './tiny-flights.ts';
import { TINY_ROWS, makeTinyFlights } from './tiny-flights.ts';

const timeout = 120_000;
let tiny: TinyFlights;

beforeAll(async () => {
  tiny = await makeTinyFlights();
});
afterAll(() => tiny[Symbol.dispose]());

interface Written {
  readonly figures: readonly { readonly id: string; readonly value: number }[];
  readonly report: DemoReport;
}

async function demo(scratch: Scratch, args: readonly string[], disable = '') {
  const json = scratch.file('figures.json');
  const result = await runBench(
    ['demo', ...tiny.args, '--out', scratch.file('out'), '--json', json, ...args],
    {
      env: { PERF_DISABLE: disable, TMPDIR: scratch.path },
    },
  );
  expect(result.stderr).not.toContain('perf-bench: ');
  expect(result.code).toBe(0);
  const { figures, report } = JSON.parse(readFileSync(json, 'utf8')) as Written;
  return { ...result, report, values: Object.fromEntries(figures.map(({ id, value }) => [id, value])) };
}

describe('perf-bench demo', () => {
  it(
    'does the whole job and leaves its report, its figures and the files that were to be kept',
    async () => {
      using scratch = new Scratch();

      const { stdout, report, values } = await demo(scratch, ['--keep']);

      expect(scratch.names).toEqual(['figures.json', 'out']);
      expect(readFileSync(scratch.file('out/report.html'), 'utf8')).toContain('2,000 real flights');
      for (const format of ['csv', 'ndjson'])
        expect(
          readFileSync(scratch.file(`out/flights.${format}`), 'utf8').split('\n').length,
        ).toBeGreaterThan(TINY_ROWS);
      expect(values).toMatchObject({ 'demo.answers-differing': 0, 'hostile.escaped': 0, 'demo.queries': 24 });
      expect(values['hostile.cases']).toBeGreaterThan(1000);
      const lower = report.session.lowerHits.reduce((sum, { hits }) => sum + hits, 0);
      expect(report.session.hits + lower + report.session.misses).toBe(10_000);
      expect(lower).toBeGreaterThan(0);
      expect(report.exports.map(({ writer, format }) => `${writer} ${format}`)).toEqual(
        expect.arrayContaining([
          'perf csv',
          'perf csv.gz',
          'perf ndjson',
          'perf xlsx',
          'perf pdf',
          'fast-csv csv',
        ]),
      );
      expect(report.exports.filter(({ rows }) => rows !== TINY_ROWS)).toEqual([]);
      expect(report.shapes.some(({ rewrites }) => rewrites.length > 0)).toBe(true);
      expect(stdout).toContain(`report: ${scratch.file('out/report.html')}\n`);
    },
    timeout,
  );

  it(
    'gives the same answers with everything switched off, and leaves the report alone',
    async () => {
      using scratch = new Scratch();

      const { stdout, report, values } = await demo(scratch, [], 'all');

      expect(values).toMatchObject({ 'demo.answers-differing': 0, 'hostile.escaped': 0, 'demo.hit-rate': 0 });
      expect(report.switchedOff).toEqual(['cache', 'optimizer', 'parallel']);
      expect(report.shapes.flatMap(({ rewrites }) => rewrites)).toEqual([]);
      expect(stdout).toContain('switched off: cache, optimizer, parallel');
      expect(readdirSync(scratch.file('out'))).toEqual(['report.html']);
    },
    timeout,
  );
});

describe('PERF_DISABLE', () => {
  const query = JSON.stringify({
    from: 'flights',
    select: ['origin', { aggregate: 'avg', field: 'delay', as: 'mean' }],
    where: {
      and: [
        { field: 'destination', operator: 'regex', value: '^[A-M]' },
        { field: 'month', operator: 'eq', value: 3 },
      ],
    },
    groupBy: ['origin'],
    orderBy: [{ field: 'origin' }],
  });
  const ask = async (disable: string, ...more: readonly string[]) =>
    runBench(['query', '--text', query, ...tiny.args, ...more], { env: { PERF_DISABLE: disable } });

  it(
    'changes no answer, in any combination',
    async () => {
      const { stdout: expected } = await ask('');

      for (const disable of ['all', 'cache', 'optimizer', 'parallel', 'cache,optimizer'])
        expect(await ask(disable, '--engine', disable === 'parallel' ? 'sqlite' : 'duckdb')).toMatchObject({
          code: 0,
          stdout: expected,
        });
      expect(expected.trim().split('\n').length).toBeGreaterThan(3);
    },
    timeout,
  );

  it(
    'really leaves the query as it was written',
    async () => {
      const rewritten = await ask('cache', '--explain');
      const plain = await ask('optimizer', '--explain');

      expect(JSON.parse(rewritten.stdout)).toMatchObject({ rewrites: [{ rule: 'filter-order' }] });
      expect(JSON.parse(plain.stdout)).toMatchObject({ rewrites: [] });
    },
    timeout,
  );
});
