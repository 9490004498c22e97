import type { Answer, QueryEngine, Statement } from '@perf/contracts';
import { checkQuery } from '@perf/contracts';
import { DuckDbEngine } from '@perf/engine-duckdb';
import { SqliteEngine } from '@perf/engine-sqlite';
import { createOptimizer } from '@perf/optimizer';
import { hostileCases, hostileHouse, judgeHostileCase } from '@perf/testkit/inputs';

/** What the attacks showed. */
export interface HostileReport {
  /** Attacks on each engine. */
  readonly cases: number;
  readonly engines: readonly string[];
  /** Attacks that were not contained, with how. */
  readonly escaped: readonly string[];
}

/** Attacks checker and printer through every position of a query; what is printed runs on real engines. */
export async function attack(signal: AbortSignal): Promise<HostileReport> {
  const cases = hostileCases();
  const escaped: string[] = [];
  await using duckdb = await DuckDbEngine.open(':memory:');
  await using sqlite = await SqliteEngine.open(':memory:');
  for (const engine of [duckdb, sqlite]) {
    const run = (statement: Statement): Promise<Answer> => wholeAnswer(engine, statement, signal);
    for (const statement of hostileHouse(engine.dialect)) await run(statement);
    const catalog = await engine.catalog();
    const optimizer = createOptimizer({ catalog, dialect: engine.dialect });
    const compile = (query: unknown): Statement =>
      optimizer.optimizeQuery(checkQuery(query, catalog), { tables: new Map() }).statement;
    for (const one of cases) {
      const escape = await judgeHostileCase(one, { compile, run });
      if (escape !== undefined) escaped.push(`${engine.name}: ${escape}`);
    }
  }
  return { cases: cases.length, engines: [duckdb.name, sqlite.name], escaped };
}

async function wholeAnswer(engine: QueryEngine, statement: Statement, signal: AbortSignal): Promise<Answer> {
  const stream = await engine.execute(statement, { signal });
  return { schema: stream.schema, batches: await Array.fromAsync(stream) };
}
