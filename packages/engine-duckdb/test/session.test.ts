import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';
import { DuckDbEngine } from '@perf/engine-duckdb';
import { describe, expect, it } from 'vitest';
import { rowsOf } from './open.ts';

const run = promisify(execFile);

describe('a session', () => {
  it('reads instants without zone as UTC, wherever the process is', async () => {
    const script = `import { DuckDbEngine } from '@perf/engine-duckdb';
      await using engine = await DuckDbEngine.open(':memory:');
      const rows = async (text, parameters = []) => {
        const found = [];
        for await (const batch of await engine.execute({ dialect: 'duckdb', text, parameters })) found.push(...batch.rows);
        return found;
      };
      await rows("CREATE TABLE t AS SELECT TIMESTAMPTZ '2020-01-01 00:00:00+00' AS moment");
      const found = await rows('SELECT count(*), max(moment) FROM t WHERE moment = CAST($1 AS TIMESTAMP)', ['2020-01-01 00:00:00']);
      console.log(process.env.TZ, new Date(0).getTimezoneOffset(), found.join());`;
    const { stdout } = await run(
      process.execPath,
      ['--conditions=@perf/source', '--input-type=module', '-e', script],
      {
        cwd: fileURLToPath(new URL('..', import.meta.url)),
        env: { ...process.env, TZ: 'America/New_York' },
        timeout: 20_000,
      },
    );

    expect(stdout).toBe('America/New_York 300 1,1577836800000000\n');
  });

  it('compares text by bytes and knows UTC alone, and leaves other connections as they were', async () => {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run("SET GLOBAL default_collation = 'NOCASE'; SET TimeZone = 'Asia/Tokyo'");
    await connection.run("CREATE TABLE t AS SELECT 'a' AS s");
    const engine = DuckDbEngine.over(instance);

    const found = await rowsOf(
      engine,
      "SELECT s = 'A', current_setting('TimeZone'), current_setting('default_collation') FROM t",
    );
    const [others] = (
      await connection.runAndReadAll(
        "SELECT s = 'A', current_setting('TimeZone'), current_setting('default_collation') FROM t",
      )
    ).getRowsJson();

    expect(found).toEqual([[false, 'UTC', '']]);
    expect(others).toEqual([true, 'Asia/Tokyo', 'NOCASE']);
    await engine[Symbol.asyncDispose]();
    connection.closeSync();
    instance.closeSync();
  });
});
