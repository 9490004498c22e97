import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PostgresEngine } from '@perf/engine-postgres';
import { startPostgres } from '@perf/services';
import { describeWith } from '@perf/services/vitest';
import { Client, Pool } from 'pg';
import { expect, it } from 'vitest';
import { ask, sql } from './open.ts';

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const isOwn = (process.env['POSTGRES_URL'] ?? '') === '';

describeWith('postgres', 'Postgres behind TLS', () => {
  it.skipIf(!hasOpenssl || !isOwn)(
    'is told to stop behind TLS too, in both ways of beginning it',
    async () => {
      await using server = await startPostgres();
      await turnOnTls(server.url, server.folder ?? '');
      for (const sslnegotiation of ['postgres', 'direct'] as const) {
        const ssl = { rejectUnauthorized: false };
        const pool = new Pool({ connectionString: server.url, max: 1, ssl, sslnegotiation });
        const engine = await PostgresEngine.open(pool);
        const who = 'SELECT p.pid, s.ssl FROM pg_backend_pid() AS p (pid) JOIN pg_stat_ssl s USING (pid)';
        const { rows } = await ask(engine, who);

        const stream = await engine.execute(sql('SELECT count(*) FROM generate_series(1, 1000000000000) i'));
        await stream[Symbol.asyncDispose]();

        // The same process: it was told, and not cut off.
        expect(rows).toEqual([[expect.any(Number), true]]);
        expect((await ask(engine, who)).rows).toEqual(rows);
        pool.on('error', () => undefined);
        await pool.end();
      }
    },
    60_000,
  );
});

/** Gives the server a certificate of its own; resolves when it takes TLS. */
async function turnOnTls(url: string, folder: string): Promise<void> {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'];
  execFileSync('openssl', [...request, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  const { uid, gid } = statSync(folder);
  for (const file of [key, certificate]) {
    chownSync(file, uid, gid);
    chmodSync(file, 0o600);
  }
  const client = new Client({ connectionString: url });
  await client.connect();
  await client.query(`ALTER SYSTEM SET ssl_cert_file = '${certificate}'`);
  await client.query(`ALTER SYSTEM SET ssl_key_file = '${key}'`);
  await client.query('ALTER SYSTEM SET ssl = on');
  await client.query('SELECT pg_reload_conf()');
  // The server tells nobody when it has read its settings.
  while (!(await takesTls(url)));
  await client.end();
}

async function takesTls(connectionString: string): Promise<boolean> {
  const client = new Client({ connectionString, ssl: { rejectUnauthorized: false } });
  try {
    await client.connect();
    await client.end();
    return true;
  } catch {
    // Not yet.
    return false;
  }
}
