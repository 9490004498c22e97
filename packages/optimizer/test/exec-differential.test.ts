import type {
  Answer,
  CatalogTable,
  FilterOperator,
  QueryEngine,
  Scalar,
  StructuredQuery,
} from '@perf/contracts';
import { FILTER_OPERATORS, compareAnswers, toRows } from '@perf/contracts';
import { DuckDbEngine } from '@perf/engine-duckdb';
import type { RowRecord } from '@perf/optimizer';
import { createOptimizer, executeRows } from '@perf/optimizer';
import { arbitraryQuery, isTotallyOrdered, readRows, seededRandom } from '@perf/testkit';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSky } from './sky.ts';

const operators = new Set<FilterOperator>(FILTER_OPERATORS.filter((operator) => operator !== 'fuzzy'));
const engines: QueryEngine[] = [];

beforeAll(async () => {
  engines.push(await openSky('duckdb'), await openSky('sqlite'), await openTraps());
});

afterAll(async () => {
  for (const engine of engines) await engine[Symbol.asyncDispose]();
});

/** One table of what JavaScript gets wrong when it is not careful, and no two rows alike in all. */
async function openTraps(): Promise<QueryEngine> {
  const engine = await DuckDbEngine.open(':memory:');
  const run = async (text: string): Promise<void> => {
    await readRows(await engine.execute({ dialect: 'duckdb', text, parameters: [] }));
  };
  await run(
    `CREATE TABLE traps (id BIGINT NOT NULL PRIMARY KEY, big BIGINT, word VARCHAR, exact DECIMAL(30,10), fare DECIMAL(9,2), score DOUBLE,
      finite DOUBLE, moment TIMESTAMP, fine TIMESTAMP_NS, coarse TIMESTAMP_MS, opened DATE, flag BOOLEAN, constructor INTEGER, "__proto__" VARCHAR)`,
  );
  const random = seededRandom(11);
  const words = [
    'ab',
    'aB',
    '\u{1F600}',
    '\u{1F600}b',
    '\uE000',
    '\uFFFDx',
    'ﬁ',
    'Σας',
    'ΣΑΣ',
    '',
    'z',
    'İ',
    'i',
  ];
  const bigs = ['9007199254740992', '9007199254740993', '-9007199254740993', '46116860184273879', '0', '7'];
  const exacts = [
    '12345678901234567890.0000000001',
    '12345678901234567890.0000000002',
    '-0.0000000001',
    '0',
    '1.5',
  ];
  const scores = ["'NaN'", "'Infinity'", "'-Infinity'", "'-0.0'", '0', '1.5', '-2.25', '1e300'];
  const moments = ['2001-03-01 12:00:00', '2001-03-01 12:00:00.5', '1969-12-31 23:59:59.75', '2001-03-02'];
  const pick = (values: readonly string[], quoted: boolean): string => {
    if (random.next() < 0.2) return 'NULL';
    const value = random.pick(values);
    return quoted ? `'${value}'` : value;
  };
  const rows = Array.from({ length: 120 }, (_, i) =>
    [
      String(i),
      pick(bigs, false),
      pick(words, true),
      pick(exacts, false),
      pick(['0.10', '0.20', '-7.05', '1234567.89'], false),
      pick(scores, false),
      pick(['0.1', '0.2', '-3.75', '1e15'], false),
      pick(moments, true),
      pick(moments, true),
      pick(moments, true),
      pick(['2001-02-28', '1999-12-31', '0001-01-01', '9999-12-31'], true),
      pick(['true', 'false'], false),
      pick(['1', '2147483647', '-2147483648'], false),
      pick(words, true),
    ].join(', '),
  );
  await run(`INSERT INTO traps VALUES (${rows.join('), (')})`);
  return engine;
}

async function answer(engine: QueryEngine, query: StructuredQuery): Promise<Answer> {
  const optimizer = createOptimizer({
    catalog: await engine.catalog(),
    dialect: engine === engines[1] ? 'sqlite' : 'duckdb',
  });
  const stream = await engine.execute(optimizer.compile(query), { shape: 'rows' });
  return { schema: stream.schema, batches: await Array.fromAsync(stream) };
}

/** The rows of a table as objects. */
async function rowsOf(engine: QueryEngine, table: CatalogTable): Promise<RowRecord[]> {
  const { batches } = await answer(engine, { from: table.name });
  return batches.flatMap((batch) => {
    const rows = toRows(batch);
    return rows.layout === 'objects'
      ? rows.rows
      : rows.rows.map((row) => Object.fromEntries(table.columns.map(({ name }, i) => [name, row[i]])));
  });
}

function sampleOf(value: unknown): Scalar[] {
  if (typeof value === 'string' || typeof value === 'boolean') return [value];
  return typeof value === 'number' && Number.isFinite(value) ? [value] : [];
}

async function differences(engine: QueryEngine, from: string, runs: number): Promise<{ rows: number }> {
  const catalog = await engine.catalog();
  const table = catalog.tables.get(from);
  if (table === undefined) throw new RangeError(`no table ${from}`);
  const rows = await rowsOf(engine, table);
  const samples = (_: string, column: string): readonly Scalar[] =>
    [...new Set(rows.map((row) => row[column]))].flatMap((value) =>
      typeof value === 'bigint' && !['moment', 'fine', 'departed'].includes(column)
        ? [String(value)]
        : sampleOf(value),
    );
  const queries = arbitraryQuery(catalog, { tables: [from], maxJoins: 0, samples, operators });
  let found = 0;
  await fc.assert(
    fc.asyncProperty(queries, async (query) => {
      const theirs = await answer(engine, query);
      for (const codegen of [true, false]) {
        const ours = executeRows(query, rows, table, { codegen });
        found += ours.rows.length;
        const difference = compareAnswers({ schema: ours.schema, batches: [ours] }, theirs, {
          ordered: isTotallyOrdered(query),
        });
        expect(difference === undefined ? '' : `${difference}\n${JSON.stringify(query)}`).toBe('');
      }
    }),
    { numRuns: runs, seed: 4711 },
  );
  return { rows: found };
}

describe('executeRows', () => {
  it.each(['flights', 'airports'])(
    'answers any query on %s as DuckDB and SQLite do',
    async (table) => {
      for (const engine of engines.slice(0, 2)) {
        const { rows } = await differences(engine, table, 400);
        expect(rows).toBeGreaterThan(1000);
      }
    },
    120_000,
  );

  it('answers any query on signs beyond UTF-16 units, on large numbers, exact decimals, NaN and instants as DuckDB does', async () => {
    const [, , traps] = engines;
    if (traps === undefined) throw new RangeError('no engine');
    const { rows } = await differences(traps, 'traps', 800);
    expect(rows).toBeGreaterThan(1000);
  }, 120_000);
});
