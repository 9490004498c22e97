import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { BatchSource, Checkpoint, Schema } from '@perf/contracts';
import { batchSource } from '@perf/contracts';
import { createParquetExporter, exportPartitioned, exportParts, fileSink } from '@perf/export-arrow';
import { mixedSource } from '@perf/testkit/measure';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askDuckDb } from './duckdb.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perf-parts-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const exporter = createParquetExporter({ encodeOn: 'caller' });

describe('exportParts of Parquet', () => {
  it('goes on after its last whole part, and gives the same files', async () => {
    const rows = 25_000;
    const saved: Checkpoint[] = [];
    const options = (name: string) => ({
      rowsPerPart: 10_000,
      part: (number: number) => ({
        name: `${number}`,
        sink: fileSink(join(folder, `${name}-${number}.parquet`)),
      }),
    });
    const checkpoint = {
      load: async () => undefined,
      save: async (one: Checkpoint) => void saved.push(structuredClone(one)),
      remove: async () => undefined,
    };
    const whole = await exportParts(exporter, mixedSource(rows), { ...options('whole'), checkpoint });
    const [first] = saved;

    const resumed = await exportParts(exporter, mixedSource(rows, { after: first?.cursor }), {
      ...options('again'),
      resumeFrom: first,
    });

    expect(whole.parts?.map((part) => part.rows)).toEqual([10_000, 10_000, 5000]);
    expect({ ...resumed, elapsedMs: 0 }).toEqual({ ...whole, elapsedMs: 0 });
    const { rows: counted } = await askDuckDb(
      `select count(*), sum(id) from read_parquet(['${folder}/whole-1.parquet', '${folder}/again-2.parquet', '${folder}/again-3.parquet'])`,
    );
    expect(counted).toEqual([[25_000n, (25_000n * 25_001n) / 2n]]);
  });
});

describe('exportPartitioned of Parquet', () => {
  const schema: Schema = {
    fields: [
      { name: 'year', type: { kind: 'int32' }, nullable: false },
      { name: 'city', type: { kind: 'utf8' }, nullable: true },
      { name: 'id', type: { kind: 'int64' }, nullable: false },
    ],
  };
  const cities = ['Zürich', 'a/b=c', '50% off', null, 'New York, NY', "it's", '..'];

  /** Rows in no order of their folders. */
  function unordered(count: number): BatchSource {
    const rows = Array.from({ length: count }, (_, id) => [
      2020 + (id % 3),
      cities[id % cities.length],
      BigInt(id),
    ]);
    return batchSource(schema, [{ kind: 'rows', schema, layout: 'arrays', rows }]);
  }

  it('writes folders that DuckDB reads back as columns', async () => {
    const manifest = await exportPartitioned(exporter, unordered(2100), {
      by: ['year', 'city'],
      maxOpen: 4,
      sink: (path) => {
        mkdirSync(join(folder, dirname(path)), { recursive: true });
        return fileSink(join(folder, path), { fsync: false });
      },
    });

    const { rows, types } = await askDuckDb(
      `select year, city, count(*), sum(id)::bigint from read_parquet('${folder}/**/*.parquet', hive_partitioning = true)
       group by all order by min(id)`,
    );
    expect(types.slice(0, 2)).toEqual(['BIGINT', 'VARCHAR']);
    expect(manifest.rows).toBe(2100);
    expect(rows).toHaveLength(21);
    expect(new Set(rows.map(([, city]) => city))).toEqual(new Set(cities));
    for (const [i, [year, city, count, sum]] of rows.entries()) {
      expect([year, city, count]).toEqual([BigInt(2020 + (i % 3)), cities[i % cities.length], 100n]);
      expect(sum).toBe(100n * BigInt(i) + 21n * 4950n);
    }
  });
});
