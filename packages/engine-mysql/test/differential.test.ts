import type { Answer, DataType, QueryEngine, QueryOptimizer, Scalar, Statement } from '@perf/contracts';
import { answerRows, compareAnswers } from '@perf/contracts';
import { SqliteEngine } from '@perf/engine-sqlite';
import { createOptimizer } from '@perf/optimizer';
import { describeWith } from '@perf/services/vitest';
import { arbitraryQuery, isTotallyOrdered } from '@perf/testkit';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { OpenEngine } from './open.ts';
import { openEngine } from './open.ts';
import { makeSky, runOn } from './sky.ts';

/** Queries tried; set `PERF_QUERIES` for a longer search. */
const QUERIES = Number(process.env['PERF_QUERIES'] ?? 400);

describeWith('mariadb', 'any valid query on MariaDB', (url) => {
  let opened: OpenEngine;
  let sqlite: SqliteEngine;

  beforeAll(async () => {
    opened = await openEngine(url);
    sqlite = await SqliteEngine.open(':memory:');
    await makeSky('sqlite', runOn(sqlite));
    await makeSky('mysql', runOn(opened.engine));
  });
  afterAll(async () => {
    await sqlite[Symbol.asyncDispose]();
    await opened.close();
  });

  it('has the answer that it has on SQLite, as written and optimized', async () => {
    const reference = await sideOf(sqlite, 'sqlite');
    const side = await sideOf(opened.engine, 'mysql');
    const statistics = await opened.engine.statistics(['airports', 'carriers', 'flights']);
    const queries = arbitraryQuery(await opened.engine.catalog(), {
      operators: opened.engine.capabilities.operators,
      samples: await samplesOf(side),
    });
    let rows = 0;
    let rewritten = 0;
    await fc.assert(
      fc.asyncProperty(queries, async (query) => {
        const ordered = isTotallyOrdered(query);
        const expected = await answer(reference.engine, reference.optimizer.compile(query));
        rows += answerRows(expected).length;
        const optimized = side.optimizer.optimizeQuery(query, statistics);
        rewritten += optimized.rewrites.length;
        for (const statement of [side.optimizer.compile(query), optimized.statement]) {
          const difference = compareAnswers(expected, await answer(side.engine, statement), { ordered });
          expect(
            difference === undefined ? '' : `${difference}\n${statement.text}\n${JSON.stringify(query)}`,
          ).toBe('');
        }
      }),
      { numRuns: QUERIES, seed: 20011 },
    );
    expect(rewritten).toBeGreaterThan(QUERIES / 10);
    expect(rows).toBeGreaterThan(QUERIES);
  }, 600_000);
});

interface Side {
  readonly engine: QueryEngine;
  readonly optimizer: QueryOptimizer;
}

async function sideOf(engine: QueryEngine, dialect: 'mysql' | 'sqlite'): Promise<Side> {
  return { engine, optimizer: createOptimizer({ catalog: await engine.catalog(), dialect }) };
}

async function answer(engine: QueryEngine, statement: Statement): Promise<Answer> {
  const stream = await engine.execute(statement, { shape: 'columns' });
  return { schema: stream.schema, batches: await Array.fromAsync(stream) };
}

/** Values that stand in the data, so that filters select something. */
async function samplesOf({
  engine,
  optimizer,
}: Side): Promise<(table: string, column: string) => readonly Scalar[]> {
  const found = new Map<string, readonly Scalar[]>();
  for (const [from, { columns }] of (await engine.catalog()).tables)
    for (const { name, type } of columns) {
      const query = { from, select: [name], distinct: true, limit: 20, orderBy: [{ field: name }] };
      const rows = answerRows(await answer(engine, optimizer.compile(query)));
      found.set(
        `${from}.${name}`,
        rows.map(([value]) => scalarOf(value, type)).filter((value) => value !== null),
      );
    }
  return (table, column) => found.get(`${table}.${column}`) ?? [];
}

/** A value of a row as query JSON writes it. */
function scalarOf(value: unknown, type: DataType): Scalar {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'bigint') return null;
  if (type.kind !== 'timestamp') return String(value);
  const whole = new Date(Number(value / 1_000_000n) * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(value % 1_000_000n).padStart(6, '0')}Z`;
}
