import { randomUUID } from 'node:crypto';
import type { ExecuteOptions, Parameter, Schema, Statement } from '@perf/contracts';
import { answerRows } from '@perf/contracts';
import type { PostgresOptions } from '@perf/engine-postgres';
import { PostgresEngine } from '@perf/engine-postgres';
import type { PoolConfig } from 'pg';
import { Pool } from 'pg';

/** An engine on a database of its own, and a pool past the engine. */
export interface Subject extends AsyncDisposable {
  readonly engine: PostgresEngine;
  readonly pool: Pool;
  /** URL of the database. */
  readonly url: string;
  /** Runs statements past the engine. */
  readonly run: (sql: string) => Promise<void>;
}

/** Makes a database, runs `sql` in it and opens an engine on it. */
export async function openSubject(
  url: string,
  options: PostgresOptions & { readonly pool?: PoolConfig; readonly sql?: string } = {},
): Promise<Subject> {
  const { pool: poolConfig = {}, sql: before = '', ...engineOptions } = options;
  const name = `perf_${randomUUID().replaceAll('-', '')}`;
  await once(url, `CREATE DATABASE ${name}`);
  const own = new URL(url);
  own.pathname = name;
  const pool = new Pool({ connectionString: own.href, ...poolConfig });
  const past = new Pool({ connectionString: own.href, max: 2 });
  const run = async (text: string): Promise<void> => void (await past.query(text));
  await run(before);
  const engine = await PostgresEngine.open(pool, { catalogTtlMs: 0, ...engineOptions });
  return {
    engine,
    pool,
    url: own.href,
    run,
    async [Symbol.asyncDispose]() {
      // A pool has ended before its connections are closed; the database goes without them.
      for (const ending of [pool, past]) ending.on('error', () => undefined);
      await engine[Symbol.asyncDispose]();
      await pool.end();
      await past.end();
      await once(url, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function once(url: string, text: string): Promise<void> {
  const pool = new Pool({ connectionString: url, max: 1 });
  try {
    await pool.query(text);
  } finally {
    await pool.end();
  }
}

/** A statement for Postgres. */
export function sql(text: string, parameters: readonly Parameter[] = [], schema?: Schema): Statement {
  return { dialect: 'postgres', text, parameters, ...(schema === undefined ? {} : { schema }) };
}

/** The whole answer as rows, and its schema. */
export async function ask(
  engine: PostgresEngine,
  statement: Statement | string,
  options: ExecuteOptions = {},
): Promise<{ readonly schema: Schema; readonly rows: readonly (readonly unknown[])[] }> {
  const stream = await engine.execute(typeof statement === 'string' ? sql(statement) : statement, options);
  const batches = await Array.fromAsync(stream);
  return { schema: stream.schema, rows: answerRows({ schema: stream.schema, batches }) };
}
