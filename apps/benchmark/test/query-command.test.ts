import { readFileSync, writeFileSync } from 'node:fs';
import { hostileStrings } from '@perf/testkit/inputs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Scratch, runBench } from './run-bench.ts';
import type { TinyFlights } from './tiny-flights.ts';
import { TINY_ROWS, makeTinyFlights } from './tiny-flights.ts';

const timeout = 30_000;
let tiny: TinyFlights;

beforeAll(async () => {
  tiny = await makeTinyFlights();
});
afterAll(() => tiny[Symbol.dispose]());

async function ask(query: unknown, ...more: readonly string[]) {
  const text = typeof query === 'string' ? query : JSON.stringify(query);
  return runBench(['query', '--text', text, ...tiny.args, ...more]);
}

const BY_ORIGIN = {
  from: 'flights',
  select: ['origin', { aggregate: 'count', as: 'flights' }, { aggregate: 'min', field: 'date', as: 'first' }],
  where: { field: 'origin', operator: 'in', value: ['SFO', 'JFK'] },
  groupBy: ['origin'],
  orderBy: [{ field: 'origin' }],
};

describe.each(['duckdb', 'sqlite'])('perf-bench query on %s', (engine) => {
  it(
    'writes the answer to stdout as CSV and as NDJSON',
    async () => {
      const csv = await ask(BY_ORIGIN, '--engine', engine);
      const ndjson = await ask(BY_ORIGIN, '--engine', engine, '--format', 'ndjson');

      const [head, first, second, ...rest] = csv.stdout.split('\n');
      expect([csv.code, ndjson.code]).toEqual([0, 0]);
      expect(head?.trim()).toBe('origin,flights,first');
      expect(first).toMatch(/^JFK,334,2001-01-01T00:00:00/);
      expect(second).toMatch(/^SFO,333,2001-01-01T04:00:00/);
      expect(rest.join('').trim()).toBe('');
      const objects = ndjson.stdout
        .trim()
        .split('\n')
        .map((line): unknown => JSON.parse(line));
      expect(objects).toMatchObject([
        { origin: 'JFK', flights: 334 },
        { origin: 'SFO', flights: 333 },
      ]);
    },
    timeout,
  );

  it(
    'writes a whole file under its name and nothing else',
    async () => {
      using scratch = new Scratch();

      const { code, stdout } = await ask(
        { from: 'flights' },
        '--engine',
        engine,
        '--to',
        scratch.file('all.csv'),
      );

      expect({ code, stdout, names: scratch.names }).toEqual({ code: 0, stdout: '', names: ['all.csv'] });
      expect(readFileSync(scratch.file('all.csv'), 'utf8').trim().split('\n')).toHaveLength(TINY_ROWS + 1);
    },
    timeout,
  );

  it.each([
    ['an unknown table', { from: 'pilots' }, 'ERR_PERF_UNKNOWN_TABLE: from: '],
    ['an unknown column', { from: 'flights', select: ['pilot'] }, 'ERR_PERF_UNKNOWN_FIELD: select[0]'],
    [
      'a value of the wrong type',
      { from: 'flights', where: { field: 'delay', operator: 'gt', value: 'late' } },
      'ERR_PERF_INVALID_VALUE: where.value',
    ],
    ['a query of no form', { from: 'flights', limit: -1 }, 'ERR_PERF_INVALID_QUERY: limit'],
    ['what is no JSON', '{ from: flights', 'ERR_PERF_INVALID_QUERY: query: expected JSON'],
  ])(
    'refuses %s',
    async (_, query, message) => {
      const { code, stdout, stderr } = await ask(query, '--engine', engine);

      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain(`perf-bench: ${message}`);
      expect(stderr).not.toContain('    at ');
    },
    timeout,
  );
});

describe('perf-bench query', () => {
  it(
    'reads the query from a file and explains it with statement and plans',
    async () => {
      using scratch = new Scratch();
      writeFileSync(scratch.file('q.json'), JSON.stringify(BY_ORIGIN));

      const { code, stdout } = await runBench([
        'query',
        '--file',
        scratch.file('q.json'),
        ...tiny.args,
        '--explain',
      ]);

      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({
        statement: { dialect: 'duckdb' },
        logical: { operator: 'sort' },
      });
    },
    timeout,
  );

  it(
    'reads a query with a byte order mark, and refuses one that is no UTF-8',
    async () => {
      using scratch = new Scratch();
      const text = Buffer.from('{"from":"airports","select":["iata"],"limit":1}');
      writeFileSync(scratch.file('bom.json'), Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), text]));
      writeFileSync(
        scratch.file('latin.json'),
        Buffer.concat([text.subarray(0, 10), Buffer.from([0xfc]), text]),
      );

      const marked = await runBench(['query', '--file', scratch.file('bom.json'), ...tiny.args]);
      const broken = await runBench(['query', '--file', scratch.file('latin.json'), ...tiny.args]);

      expect(marked).toMatchObject({ code: 0, stdout: 'iata\nJFK\n' });
      expect(broken).toMatchObject({ code: 1, stdout: '' });
      expect(broken.stderr).toMatch(/^perf-bench: ERR_PERF_INVALID_QUERY: query: expected UTF-8\n/);
    },
    timeout,
  );

  it.each([
    ['a missing file', (scratch: Scratch) => scratch.file('none.parquet'), 'cannot read'],
    ['a folder', (scratch: Scratch) => scratch.path, 'cannot load'],
    [
      'something else than Parquet',
      (scratch: Scratch) => {
        writeFileSync(scratch.file('x.parquet'), 'iata,name\n'.repeat(99));
        return scratch.file('x.parquet');
      },
      'cannot load',
    ],
  ])(
    'says that it cannot load flights from %s',
    async (_, make, message) => {
      using scratch = new Scratch();
      const flights = make(scratch);

      const { code, stdout, stderr } = await runBench(
        ['query', '--text', '{"from":"flights"}', '--flights', flights, '--airports', tiny.airports],
        { env: { TMPDIR: scratch.path } },
      );

      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain(`ERR_PERF_OPEN_FAILED: ${message} ${flights}\n  because `);
      expect(scratch.names.filter((name) => name.startsWith('perf-'))).toEqual([]);
    },
    timeout,
  );

  it(
    'says that it cannot read the query, or write where it should',
    async () => {
      using scratch = new Scratch();
      const query = '{"from":"flights"}';

      const results = [
        await runBench(['query', '--file', scratch.file('none.json')]),
        await ask(query, '--to', scratch.path),
        await ask(query, '--to', scratch.file('none/x.csv')),
      ];

      for (const { code, stdout, stderr } of results) {
        expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
        expect(stderr).toContain('perf-bench: ERR_PERF_OPEN_FAILED: ');
      }
      expect(scratch.names).toEqual([]);
    },
    timeout,
  );

  it(
    'refuses hostile text as a name and takes it as a value',
    async () => {
      const text = `${hostileStrings.find((one) => one.includes('DROP TABLE')) ?? "'; DROP TABLE flights; --"}8f31`;
      const positions: readonly unknown[] = [
        { from: text },
        { from: 'flights', where: { field: text, operator: 'isNull' } },
        { from: 'flights', where: { field: 'delay', operator: 'eq', value: text } },
        { from: 'flights', orderBy: [{ field: 'id', direction: text }] },
        { from: 'flights', joins: [{ table: text, type: 'inner', on: [{ left: 'origin', right: 'x.y' }] }] },
        { from: 'flights', [text]: 1 },
      ];

      for (const query of positions) {
        const { code, stdout, stderr } = await ask(query);
        expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
        expect(stderr).toMatch(/perf-bench: ERR_PERF_(INVALID|UNKNOWN)_/);
        expect(stderr).not.toContain('    at ');
      }
      const asValue = await ask({
        from: 'flights',
        select: [{ aggregate: 'count', as: 'n' }],
        where: { field: 'origin', operator: 'ne', value: text },
      });
      expect(asValue.code).toBe(0);
      expect(asValue.stdout.split(/\r?\n/).slice(0, 2)).toEqual(['n', String(TINY_ROWS)]);
    },
    2 * timeout,
  );
});
