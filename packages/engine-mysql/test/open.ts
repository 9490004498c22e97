import { MysqlEngine } from '@perf/engine-mysql';
import type { MysqlOptions } from '@perf/engine-mysql';
import mysql from 'mysql2/promise';

/** An engine on an empty database of its own, with access past it. */
export interface OpenEngine {
  readonly engine: MysqlEngine;
  readonly pool: mysql.Pool;
  /** Runs one statement past the engine. */
  readonly run: (sql: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

let databases = 0;

/** Opens an engine over a pool on a new database, which `close` drops. */
export async function openEngine(
  url: string,
  options: MysqlOptions = {},
  poolOptions: mysql.PoolOptions = {},
): Promise<OpenEngine> {
  const database = `perf_${process.pid}_${++databases}`;
  const admin = await mysql.createConnection(url);
  await admin.query(`CREATE DATABASE ${database} CHARACTER SET utf8mb4`);
  await admin.query(`USE ${database}`);
  const pool = mysql.createPool({ uri: url, database, ...poolOptions });
  const engine = new MysqlEngine(pool, options);
  return {
    engine,
    pool,
    run: async (sql) => void (await admin.query(sql)),
    close: async () => {
      await engine[Symbol.asyncDispose]();
      await pool.end();
      await admin.query(`DROP DATABASE ${database}`);
      await admin.end();
    },
  };
}
