import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Dialect, QueryEngine } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { DuckDbEngine } from '@perf/engine-duckdb';
import { MysqlEngine } from '@perf/engine-mysql';
import { PostgresEngine } from '@perf/engine-postgres';
import { SqliteEngine } from '@perf/engine-sqlite';
import { ClosingStack } from '../data/closing-stack.ts';
import { startOwnMariadb, startOwnPostgres } from '../scorecard/servers.ts';

/** A database of this run alone. */
export interface SqlHouse extends AsyncDisposable {
  readonly dialect: Dialect;
  readonly engine: QueryEngine;
  /** Runs a statement past the engine, as one that makes an index. */
  readonly run: (sql: string) => Promise<void>;
}

/** Runs statements on a new database, past the engine. */
export type FillHouse = (run: (sql: string) => Promise<void>) => Promise<void>;

/** All dialects with an engine. */
export const DIALECTS: readonly Dialect[] = ['postgres', 'sqlite', 'mysql', 'duckdb'];

/** The dialects of a list with commas; all when there is none. Throws `ERR_PERF_INVALID_OPTION`. */
export function dialectsIn(list: string | undefined): readonly Dialect[] {
  if (list === undefined) return DIALECTS;
  return list.split(',').map((name) => {
    const found = DIALECTS.find((dialect) => dialect === name.trim());
    if (found !== undefined) return found;
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `--engines must name ${DIALECTS.join(', ')}, got ${JSON.stringify(name)}`,
    );
  });
}

/** What makes statistics of everything. */
const ANALYZE: Readonly<Record<Dialect, string>> = {
  postgres: 'ANALYZE',
  sqlite: 'ANALYZE',
  mysql: '',
  duckdb: 'ANALYZE',
};

/** Opens a new database, fills it, and puts an engine over it. @param folder an empty folder for files */
export async function openSqlHouse(dialect: Dialect, folder: string, fill: FillHouse): Promise<SqlHouse> {
  const closing = new ClosingStack();
  try {
    await mkdir(folder, { recursive: true });
    const { engine, run } = await OPENERS[dialect](closing, folder, fill);
    closing.use(engine);
    return { dialect, engine, run, [Symbol.asyncDispose]: () => closing[Symbol.asyncDispose]() };
  } catch (error) {
    await closing[Symbol.asyncDispose]();
    throw error;
  }
}

type Opener = (
  closing: ClosingStack,
  folder: string,
  fill: FillHouse,
) => Promise<Pick<SqlHouse, 'engine' | 'run'>>;

const OPENERS: Readonly<Record<Dialect, Opener>> = {
  async sqlite(_, folder, fill) {
    const path = join(folder, 'shop.sqlite');
    const change = async (work: (run: (sql: string) => Promise<void>) => Promise<void>): Promise<void> => {
      const database = new DatabaseSync(path);
      try {
        database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN');
        await work(async (sql) => database.exec(sql));
        database.exec(`COMMIT; ${ANALYZE.sqlite}`);
      } finally {
        database.close();
      }
    };
    await change(fill);
    return {
      engine: await SqliteEngine.open(path, { readOnly: true, foreignKeysHold: true }),
      run: (sql) => change((run) => run(sql)),
    };
  },
  async duckdb(_, folder, fill) {
    const engine = await DuckDbEngine.open(join(folder, 'shop.duckdb'), { threads: 1 });
    try {
      await fill((sql) => runToEnd(engine, sql));
      await runToEnd(engine, ANALYZE.duckdb);
      return { engine, run: (sql) => runToEnd(engine, sql) };
    } catch (error) {
      await engine[Symbol.asyncDispose]();
      throw error;
    }
  },
  async postgres(closing, _, fill) {
    const { url } = closing.use(await startOwnPostgres());
    const { default: pg } = await import('pg');
    // One process and no code made at run time, so that two times can be compared.
    const options = '-c jit=off -c max_parallel_workers_per_gather=0 -c work_mem=64MB';
    const pool = new pg.Pool({ connectionString: url, options, max: 4 });
    // The pool replaces a connection that the server ends while nobody uses it.
    pool.on('error', () => undefined);
    closing.defer(() => pool.end());
    await fill(async (sql) => void (await pool.query(sql)));
    await pool.query('CREATE EXTENSION IF NOT EXISTS hypopg');
    await pool.query(ANALYZE.postgres);
    return { engine: await PostgresEngine.open(pool), run: async (sql) => void (await pool.query(sql)) };
  },
  async mysql(closing, _, fill) {
    const { url } = closing.use(await startOwnMariadb());
    const { createPool } = await import('mysql2/promise');
    const pool = createPool({ uri: url, connectionLimit: 4 });
    closing.defer(() => pool.end());
    const tables = new Set<string>();
    await fill(async (sql) => {
      await pool.query(sql);
      const [, table] = /^CREATE TABLE (\w+)/.exec(sql) ?? [];
      if (table !== undefined) tables.add(table);
    });
    for (const table of tables) await pool.query(`ANALYZE TABLE ${table} PERSISTENT FOR ALL`);
    return { engine: new MysqlEngine(pool), run: async (sql) => void (await pool.query(sql)) };
  },
};

/** Runs one statement through an engine, and reads whatever it gives. */
async function runToEnd(engine: QueryEngine, text: string): Promise<void> {
  await using stream = await engine.execute({ dialect: engine.dialect, text, parameters: [] });
  for await (const batch of stream) void batch;
}
