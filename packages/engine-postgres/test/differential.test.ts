import type {
  Answer,
  DataType,
  QueryEngine,
  QueryOptimizer,
  QueryStatistics,
  Scalar,
  Statement,
} from '@perf/contracts';
import { answerRows, compareAnswers } from '@perf/contracts';
import { createOptimizer } from '@perf/optimizer';
import { describeWith } from '@perf/services/vitest';
import { arbitraryQuery, isTotallyOrdered } from '@perf/testkit';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Subject } from './open.ts';
import { openSky } from './sky.ts';

interface Side {
  readonly engine: QueryEngine;
  readonly optimizer: QueryOptimizer;
  readonly statistics: QueryStatistics;
}

function differentialTests(url: string): void {
  let subject: Subject;
  let postgres: Side;
  let sqlite: Side;
  beforeAll(async () => {
    const sky = await openSky(url);
    subject = sky.subject;
    [postgres, sqlite] = await Promise.all([sideOf(sky.subject.engine), sideOf(sky.sqlite)]);
  });
  afterAll(async () => {
    await sqlite.engine[Symbol.asyncDispose]();
    await subject[Symbol.asyncDispose]();
  });

  it('has one answer on Postgres and SQLite, as written and optimized', async () => {
    const { operators } = postgres.engine.capabilities;
    // Postgres folds letters as the database's locale does, so only plain comparisons are the same everywhere.
    const queries = arbitraryQuery(await sqlite.engine.catalog(), {
      samples: await samplesOf(sqlite),
      operators,
    });
    let [rewritten, rows] = [0, 0];
    await fc.assert(
      fc.asyncProperty(queries, async (query) => {
        const expected = await answer(sqlite, sqlite.optimizer.compile(query));
        const optimized = postgres.optimizer.optimizeQuery(query, postgres.statistics);
        rewritten += optimized.rewrites.length;
        rows += answerRows(expected).length;
        for (const statement of [postgres.optimizer.compile(query), optimized.statement]) {
          const found = await answer(postgres, statement);
          const difference = compareAnswers(expected, found, { ordered: isTotallyOrdered(query) });
          expect(
            difference === undefined ? '' : `${difference}\n${statement.text}\n${JSON.stringify(query)}`,
          ).toBe('');
        }
      }),
      { numRuns: 400, seed: 20011 },
    );
    expect(rewritten).toBeGreaterThan(20);
    expect(rows).toBeGreaterThan(1000);
  }, 120_000);

  it('finds a row by its UUID through an index', async () => {
    await subject.run(`CREATE TABLE keyed (id uuid PRIMARY KEY);
      INSERT INTO keyed SELECT gen_random_uuid() FROM generate_series(1, 5000);
      INSERT INTO keyed VALUES ('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'); ANALYZE keyed`);
    const { optimizer } = await sideOf(subject.engine);
    const uuid = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
    const found = async (operator: 'eq' | 'in', value: unknown): Promise<unknown> => {
      const statement = optimizer.compile({ from: 'keyed', where: { field: 'id', operator, value } });
      // Nothing is read at all for what is no UUID.
      expect((await subject.engine.explain(statement)).operator).not.toBe('scan');
      return answerRows(await answer(postgres, statement));
    };

    expect(await found('eq', uuid)).toEqual([[uuid]]);
    expect(await found('in', ['none', uuid])).toEqual([[uuid]]);
    expect(await found('eq', uuid.toUpperCase())).toEqual([]);
    expect(await found('eq', 'none')).toEqual([]);
  });

  it('gives every page by keys once, in order, with nulls in any place', async () => {
    const orders = fc.tuple(
      fc.uniqueArray(fc.constantFrom('delay', 'departed', 'landed', 'fare', 'score', 'destination'), {
        maxLength: 2,
      }),
      fc.array(
        fc.record({ direction: fc.constantFrom('asc', 'desc'), nulls: fc.constantFrom('first', 'last') }),
        { minLength: 3, maxLength: 3 },
      ),
    );
    await fc.assert(
      fc.asyncProperty(orders, fc.integer({ min: 20, max: 60 }), async ([fields, ways], limit) => {
        const orderBy = [...fields, 'id'].map((field, i) => ({ field, ...ways[i] }));
        const query = { from: 'flights', select: [...fields, 'id'], orderBy };
        const whole = answerRows(await answer(postgres, postgres.optimizer.compile(query)));
        const paged: (readonly unknown[])[] = [];
        for (let after: Scalar[] | undefined; ;) {
          const page = postgres.optimizer.compile({
            ...query,
            limit,
            ...(after === undefined ? {} : { after }),
          });
          const rows = answerRows(await answer(postgres, page));
          paged.push(...rows);
          const last = rows.at(-1);
          if (last === undefined) break;
          after = last.map((value, i) => scalarOf(value, page.schema?.fields[i]?.type));
        }
        expect(paged).toEqual(whole);
      }),
      { numRuns: 20, seed: 7 },
    );
  }, 60_000);
}

describe('any valid query', () => {
  describeWith('postgres', 'on Postgres', differentialTests);
  describeWith('postgresHypopg', 'on Postgres 15', differentialTests);
});

async function sideOf(engine: QueryEngine): Promise<Side> {
  const catalog = await engine.catalog();
  const statistics = await engine.statistics([...catalog.tables.keys()]);
  return { engine, optimizer: createOptimizer({ catalog, dialect: engine.dialect }), statistics };
}

async function answer({ engine }: Side, statement: Statement): Promise<Answer> {
  const stream = await engine.execute(statement, { shape: 'columns' });
  return { schema: stream.schema, batches: await Array.fromAsync(stream) };
}

/** Values that stand in the data, so that filters select something. */
async function samplesOf(side: Side): Promise<(table: string, column: string) => readonly Scalar[]> {
  const found = new Map<string, readonly Scalar[]>();
  for (const [table, { columns }] of (await side.engine.catalog()).tables)
    for (const { name, type } of columns) {
      const query = { from: table, select: [name], distinct: true, limit: 20, orderBy: [{ field: name }] };
      const rows = answerRows(await answer(side, side.optimizer.compile(query)));
      found.set(
        `${table}.${name}`,
        rows.map(([value]) => scalarOf(value, type)).filter((value) => value !== null),
      );
    }
  return (table, column) => found.get(`${table}.${column}`) ?? [];
}

/** A value of a row as query JSON writes it. */
function scalarOf(value: unknown, type: DataType | undefined): Scalar {
  if (typeof value !== 'bigint')
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
      ? value
      : null;
  if (type?.kind !== 'timestamp') return String(value);
  const whole = new Date(Number(value / 1_000_000n) * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(value % 1_000_000n).padStart(6, '0')}Z`;
}
