import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDbEngine } from '@perf/engine-duckdb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rowsOf } from './open.ts';

let engine: DuckDbEngine;
beforeEach(async () => {
  engine = await DuckDbEngine.open(':memory:', { threads: 1 });
});
afterEach(() => engine[Symbol.asyncDispose]());

async function made(...statements: readonly string[]): Promise<void> {
  for (const text of statements) await rowsOf(engine, text);
}

describe('indexes', () => {
  it('lists those of keys and those on columns alone', async () => {
    await made(
      'CREATE TABLE t (a INT PRIMARY KEY, "b c" VARCHAR UNIQUE, s VARCHAR)',
      'CREATE INDEX i1 ON t ("b c", s)',
      'CREATE UNIQUE INDEX i2 ON t (s)',
      'CREATE INDEX i3 ON t (lower(s))',
      'CREATE SCHEMA other',
      'CREATE TABLE other.t (x INT PRIMARY KEY)',
    );

    expect(await engine.indexes()).toEqual([
      { name: 't_a_pkey', table: 't', columns: [{ name: 'a' }], unique: true, primary: true, partial: false },
      {
        name: 't_b c_key',
        table: 't',
        columns: [{ name: 'b c' }],
        unique: true,
        primary: false,
        partial: false,
      },
      {
        name: 'i1',
        table: 't',
        columns: [{ name: 'b c' }, { name: 's' }],
        unique: false,
        primary: false,
        partial: false,
      },
      { name: 'i2', table: 't', columns: [{ name: 's' }], unique: true, primary: false, partial: false },
    ]);
  });

  it('are in the statistics, and the bytes of values where there is no file', async () => {
    await made(
      "CREATE TABLE t AS SELECT i::INT AS a, 'xxxx' AS s FROM range(1000) r(i)",
      'CREATE INDEX i ON t (s, a)',
      'CREATE TABLE none (a INT)',
    );
    const { tables } = await engine.statistics(['t', 'none']);

    expect(tables.get('t')).toMatchObject({ indexes: [['s', 'a']], bytes: 12_000 });
    expect(tables.get('none')).toMatchObject({ indexes: [] });
  });

  it('tells the bytes of blocks of a table in a file, whatever it is called, and of no view', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'perf-duckdb-'));
    try {
      await using onFile = await DuckDbEngine.open(join(folder, 'a.duckdb'));
      for (const text of [
        `CREATE TABLE "we.ird it's" AS SELECT hash(i) AS a FROM range(200000) r(i)`,
        `CREATE VIEW v AS SELECT a FROM "we.ird it's"`,
        'CHECKPOINT',
      ])
        await rowsOf(onFile, text);
      const { tables } = await onFile.statistics([`we.ird it's`, 'v']);

      const bytes = tables.get(`we.ird it's`)?.bytes ?? 0;
      expect(bytes % 262_144).toBe(0);
      expect(bytes).toBeGreaterThan(200_000 * 6);
      expect(tables.get('v')?.bytes).toBe(200_000 * 8);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
