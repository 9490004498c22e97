import { existsSync } from 'node:fs';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { startMariadb, startPostgres, startPostgresHypopg, startRedis, startServices } from '@perf/services';
import { isAlive } from '../src/temp-folder.ts';
import { redisPing } from './redis-ping.ts';

const local = { ...process.env, REDIS_URL: '', POSTGRES_URL: '', POSTGRES_HYPOPG_URL: '', MYSQL_URL: '' };

async function answerOf(url: string): Promise<unknown> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ answer: string }>("select lower('ÀB') as answer");
    return rows[0]?.answer;
  } finally {
    await client.end();
  }
}

/** The first value of what a MariaDB answers. */
async function mariadbSays(url: string, sql: string): Promise<unknown> {
  const connection = await createConnection(url);
  try {
    const [rows] = await connection.query<RowDataPacket[]>({ sql, rowsAsArray: true });
    return rows[0]?.[0];
  } finally {
    await connection.end();
  }
}

describe('startRedis', () => {
  it('starts a Redis that answers PING', async () => {
    await using redis = await startRedis({ env: local });

    expect(await redisPing(redis.url)).toBe('+PONG');
  });

  it('starts two at once on ports of their own', async () => {
    const [first, second] = await Promise.all([startRedis({ env: local }), startRedis({ env: local })]);
    await using one = first;
    await using two = second;

    expect(one.url).not.toBe(two.url);
    expect(await Promise.all([redisPing(one.url), redisPing(two.url)])).toEqual(['+PONG', '+PONG']);
  });

  it('leaves no process and no folder after it is disposed, twice', async () => {
    const redis = await startRedis({ env: local });

    await redis[Symbol.asyncDispose]();
    await redis[Symbol.asyncDispose]();

    expect(existsSync(redis.folder ?? '')).toBe(false);
    expect(isAlive(redis.pid ?? 0)).toBe(false);
  });

  it('hands out REDIS_URL and does not stop what it did not start', async () => {
    await using redis = await startRedis({ env: local });

    const given = await startRedis({ env: { REDIS_URL: redis.url } });
    await given[Symbol.asyncDispose]();

    expect(given.url).toBe(redis.url);
    expect(await redisPing(redis.url)).toBe('+PONG');
  });
});

describe('startPostgres', () => {
  it('starts a Postgres that answers a query and knows Unicode', async () => {
    await using postgres = await startPostgres({ env: local });

    expect(await answerOf(postgres.url)).toBe('àb');
  });

  it('leaves no process and no folder after it is disposed', async () => {
    const postgres = await startPostgres({ env: local });

    await postgres[Symbol.asyncDispose]();

    expect(existsSync(postgres.folder ?? '')).toBe(false);
    expect(isAlive(postgres.pid ?? 0)).toBe(false);
  });

  it('hands out POSTGRES_URL', async () => {
    const url = 'postgres://somebody@db.example/flights';

    await using postgres = await startPostgres({ env: { POSTGRES_URL: url } });

    expect(postgres.url).toBe(url);
  });
});

describe('startPostgresHypopg', () => {
  it('starts a Postgres in which hypopg and pg_stat_statements work', async () => {
    await using postgres = await startPostgresHypopg({ env: local });
    const client = new Client({ connectionString: postgres.url });
    await client.connect();
    try {
      await client.query(
        'CREATE EXTENSION hypopg; CREATE EXTENSION pg_stat_statements; CREATE TABLE t (a int)',
      );
      const { rowCount } = await client.query(`SELECT * FROM hypopg_create_index('CREATE INDEX ON t (a)')`);

      expect(rowCount).toBe(1);
      expect((await client.query('SELECT count(*) FROM pg_stat_statements')).rowCount).toBe(1);
    } finally {
      await client.end();
    }
  });

  it('hands out POSTGRES_HYPOPG_URL', async () => {
    const url = 'postgres://somebody@db.example/flights';

    await using postgres = await startPostgresHypopg({ env: { POSTGRES_HYPOPG_URL: url } });

    expect(postgres.url).toBe(url);
  });
});

describe('startMariadb', () => {
  it('starts a MariaDB with a database perf that answers a query and knows Unicode', async () => {
    await using mariadb = await startMariadb({ env: local });

    expect(await mariadbSays(mariadb.url, "SELECT LOWER('ÀB😀')")).toBe('àb😀');
    expect(await mariadbSays(mariadb.url, 'SELECT DATABASE()')).toBe('perf');
  });

  it('hands further arguments to the server', async () => {
    await using mariadb = await startMariadb({ env: local, serverArguments: ['--performance-schema=ON'] });

    expect(await mariadbSays(mariadb.url, 'SELECT @@performance_schema')).toBe(1);
  });

  it('leaves no process and no folder after it is disposed', async () => {
    const mariadb = await startMariadb({ env: local });

    await mariadb[Symbol.asyncDispose]();

    expect(existsSync(mariadb.folder ?? '')).toBe(false);
    expect(isAlive(mariadb.pid ?? 0)).toBe(false);
  });

  it('hands out MYSQL_URL', async () => {
    const url = 'mysql://somebody@db.example/flights';

    await using mariadb = await startMariadb({ env: { MYSQL_URL: url } });

    expect(mariadb.url).toBe(url);
  });
});

describe('startServices', () => {
  it('starts the named servers and gives their URLs by name', async () => {
    await using services = await startServices(['redis', 'postgres'], { env: local });

    expect(await redisPing(services.urls.redis)).toBe('+PONG');
    expect(await answerOf(services.urls.postgres)).toBe('àb');
  });

  it('throws the error of the server that cannot start', async () => {
    const withoutRedis = { ...local, PATH: '', PERF_APT: '0' };

    const starting = startServices(['postgres', 'redis'], { env: withoutRedis });

    await expect(starting).rejects.toThrow('no Redis');
  });
});
