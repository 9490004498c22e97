import { MysqlEngine } from '@perf/engine-mysql';
import type { MysqlOptions, MysqlPool } from '@perf/engine-mysql';
import mysql from 'mysql2/promise';

/** A pool of any version of the driver. */
type TestPool = MysqlPool & { end(): Promise<void> };

/** Options that every version of the driver has. */
type TestPoolOptions = Pick<mysql.PoolOptions, 'uri' | 'database' | 'connectionLimit' | 'timezone'>;

/** An engine on an empty database of its own, with access past it. */
export interface OpenEngine {
  readonly engine: MysqlEngine;
  readonly pool: TestPool;
  /** Runs one statement past the engine. */
  readonly run: (sql: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

let databases = 0;

/** Opens an engine over a pool on a new database, which `close` drops. */
export async function openEngine(
  url: string,
  options: MysqlOptions = {},
  poolOptions: TestPoolOptions = {},
  createPool: (options: TestPoolOptions) => TestPool = (given) => mysql.createPool(given),
): Promise<OpenEngine> {
  const database = `perf_${process.pid}_${++databases}`;
  const admin = await mysql.createConnection(url);
  await admin.query(`CREATE DATABASE ${database} CHARACTER SET utf8mb4`);
  await admin.query(`USE ${database}`);
  const pool = createPool({ uri: url, database, ...poolOptions });
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
