import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDbEngine } from '@perf/engine-duckdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rowsOf, sql } from './open.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'perf-duckdb-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('open', () => {
  it('makes a file that is there when it is opened again', async () => {
    const path = join(folder, 'a.duckdb');
    {
      await using engine = await DuckDbEngine.open(path);
      await rowsOf(engine, 'CREATE TABLE t AS SELECT 42 AS answer');
    }
    await using engine = await DuckDbEngine.open(path);

    expect(await rowsOf(engine, 'FROM t')).toEqual([[42]]);
  });

  it('reads a file without writing, functions included', async () => {
    const path = join(folder, 'a.duckdb');
    {
      await using engine = await DuckDbEngine.open(path);
      await rowsOf(engine, "CREATE TABLE t AS SELECT 'é' AS s");
    }
    await using engine = await DuckDbEngine.open(path, { readOnly: true });

    expect(await rowsOf(engine, "SELECT perf_distance(s, 'e') FROM t")).toEqual([[1n]]);
    expect((await engine.catalog()).tables.has('t')).toBe(true);
    await expect(engine.execute(sql('CREATE TABLE u (a INT)'))).rejects.toMatchObject({
      code: 'ERR_PERF_ENGINE_FAILED',
    });
  });

  it.each<[string, () => Promise<string>]>([
    ['a file in a folder that is not there', async () => join(folder, 'none', 'a.duckdb')],
    ['a folder', async () => mkdir(join(folder, 'b')).then(() => join(folder, 'b'))],
    [
      'a file that is no database',
      async () => writeFile(join(folder, 'c'), 'x'.repeat(10_000)).then(() => join(folder, 'c')),
    ],
  ])('refuses %s', async (_, make) => {
    const path = await make();

    await expect(DuckDbEngine.open(path)).rejects.toMatchObject({ code: 'ERR_PERF_OPEN_FAILED' });
  });

  it('refuses a missing file that it may only read', async () => {
    await expect(DuckDbEngine.open(join(folder, 'none'), { readOnly: true })).rejects.toMatchObject({
      code: 'ERR_PERF_OPEN_FAILED',
    });
  });

  it.each([{ threads: 0 }, { threads: 1.5 }, { catalogTtlMs: -1 }, { catalogTtlMs: Number.NaN }])(
    'refuses %o',
    async (options) => {
      await expect(DuckDbEngine.open(':memory:', options)).rejects.toMatchObject({
        code: 'ERR_PERF_INVALID_OPTION',
      });
    },
  );

  it('keeps the limits it was given', async () => {
    await using engine = await DuckDbEngine.open(':memory:', { threads: 1, memoryLimit: '64MB' });

    expect(await rowsOf(engine, "SELECT current_setting('threads')")).toEqual([[1n]]);
    await expect(
      rowsOf(engine, "SELECT list(repeat('x', 100) || i) FROM range(10000000) r(i)"),
    ).rejects.toMatchObject({ code: 'ERR_PERF_ENGINE_FAILED' });
    expect(await rowsOf(engine, 'SELECT 1')).toEqual([[1]]);
  });
});
