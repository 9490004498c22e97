import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, it } from 'vitest';
import { askDuckDb } from './duckdb.ts';

it('leaves rows that live in DuckDB to its own COPY, as the README shows', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'perf-copy-'));
  try {
    const path = join(folder, 'flights.parquet');
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run(
      'create table flights as select range as id, 2020 + range % 3 as year from range(1000)',
    );

    await connection.run(
      `copy (select * from flights where year = 2021) to '${path.replaceAll("'", "''")}.partial' (format parquet, compression zstd)`,
    );

    const { rows } = await askDuckDb(`select count(*), min(year) from read_parquet('${path}.partial')`);
    expect(rows).toEqual([[333n, 2021n]]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
