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
import { arbitraryQuery } from '@perf/testkit';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Tables } from './reference.ts';
import { Reference } from './reference.ts';
import { openSky } from './sky.ts';

interface Side {
  readonly engine: QueryEngine;
  readonly optimizer: QueryOptimizer;
  readonly statistics: QueryStatistics;
}

const sides: Side[] = [];

beforeAll(async () => {
  for (const name of ['duckdb', 'sqlite'] as const) {
    const engine = await openSky(name);
    const catalog = await engine.catalog();
    const optimizer = createOptimizer({ catalog, dialect: name });
    sides.push({ engine, optimizer, statistics: await engine.statistics([...catalog.tables.keys()]) });
  }
});

afterAll(async () => {
  for (const { engine } of sides) await engine[Symbol.asyncDispose]();
});

async function answer({ engine }: Side, statement: Statement): Promise<Answer> {
  const stream = await engine.execute(statement, { shape: 'columns' });
  return { schema: stream.schema, batches: await Array.fromAsync(stream) };
}

/** Every row of every table. */
async function allRows(side: Side): Promise<Tables> {
  const tables = [...(await side.engine.catalog()).tables.keys()];
  const rows = await Promise.all(
    tables.map(
      async (from) => [from, answerRows(await answer(side, side.optimizer.compile({ from })))] as const,
    ),
  );
  return new Map(rows);
}

/** Values that stand in the data, so that filters select something. */
async function samplesOf(side: Side): Promise<(table: string, column: string) => readonly Scalar[]> {
  const found = new Map<string, readonly Scalar[]>();
  for (const [table, { columns }] of (await side.engine.catalog()).tables)
    for (const { name, type } of columns) {
      const rows = answerRows(
        await answer(
          side,
          side.optimizer.compile({
            from: table,
            select: [name],
            distinct: true,
            limit: 20,
            orderBy: [{ field: name }],
          }),
        ),
      );
      found.set(
        `${table}.${name}`,
        rows.map(([value]) => scalarOf(value, type)).filter((value) => value !== null),
      );
    }
  return (table, column) => found.get(`${table}.${column}`) ?? [];
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

describe('any valid query', () => {
  it('has one answer: in a plain model, and on both engines as written and optimized', async () => {
    const [duckdb, sqlite] = sides;
    if (duckdb === undefined || sqlite === undefined) throw new RangeError('no engines');
    const queries = arbitraryQuery(await duckdb.engine.catalog(), { samples: await samplesOf(duckdb) });
    const reference = new Reference(await duckdb.engine.catalog(), await allRows(duckdb));
    let rewritten = 0;
    let rows = 0;
    await fc.assert(
      fc.asyncProperty(queries, async (query) => {
        const ordered = query.limit !== undefined;
        const { schema, rows: modelled } = reference.answer(query);
        const expected: Answer = {
          schema,
          batches: [{ kind: 'rows', layout: 'arrays', schema, rows: modelled }],
        };
        rows += modelled.length;
        for (const side of [duckdb, sqlite]) {
          const optimized = side.optimizer.optimizeQuery(query, side.statistics);
          rewritten += optimized.rewrites.length;
          for (const statement of [side.optimizer.compile(query), optimized.statement]) {
            const difference = compareAnswers(expected, await answer(side, statement), { ordered });
            expect(
              difference === undefined ? '' : `${difference}\n${statement.text}\n${JSON.stringify(query)}`,
            ).toBe('');
          }
        }
      }),
      { numRuns: 400, seed: 20011 },
    );
    expect(rewritten).toBeGreaterThan(50);
    expect(rows).toBeGreaterThan(1000);
  }, 120_000);
});

describe('keyset pages', () => {
  const orders = fc.tuple(
    fc.uniqueArray(fc.constantFrom('delay', 'departed', 'fare', 'score', 'destination'), { maxLength: 2 }),
    fc.array(
      fc.record({ direction: fc.constantFrom('asc', 'desc'), nulls: fc.constantFrom('first', 'last') }),
      {
        minLength: 3,
        maxLength: 3,
      },
    ),
  );

  it('give every row once, in order, with nulls in any place', async () => {
    await fc.assert(
      fc.asyncProperty(orders, fc.integer({ min: 7, max: 40 }), async ([fields, ways], limit) => {
        const orderBy = [...fields, 'id'].map((field, i) => ({ field, ...ways[i] }));
        const query = { from: 'flights', select: [...fields, 'id'], orderBy };
        for (const side of sides) {
          const whole = answerRows(await answer(side, side.optimizer.compile(query)));
          const paged: (readonly unknown[])[] = [];
          for (let after: Scalar[] | undefined; ;) {
            const page = side.optimizer.compile({
              ...query,
              limit,
              ...(after === undefined ? {} : { after }),
            });
            const rows = answerRows(await answer(side, page));
            paged.push(...rows);
            const last = rows.at(-1);
            if (last === undefined) break;
            after = last.map((value, i) => scalarOf(value, page.schema?.fields[i]?.type));
          }
          expect(paged).toEqual(whole);
        }
      }),
      { numRuns: 25, seed: 7 },
    );
  }, 60_000);
});

/** A value of a row as query JSON writes it. */
function scalarOf(value: unknown, type: DataType | undefined): Scalar {
  if (typeof value !== 'bigint') return isScalar(value) ? value : null;
  if (type?.kind !== 'timestamp') return String(value);
  const whole = new Date(Number(value / 1_000_000n) * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(value % 1_000_000n).padStart(6, '0')}Z`;
}
