import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportParquet, fileSink, memorySink } from '@perf/export-arrow';
import type { ParquetOptions } from '@perf/export-arrow';
import { describe, expect, it } from 'vitest';
import { askDuckDb } from './duckdb.ts';

describe('row groups', () => {
  it('end early where rows are wide, so that they fit into memory', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'perf-groups-'));
    try {
      const file = join(folder, 'wide.parquet');
      const rows = Array.from({ length: 160 }, (_, id) => ({ id, bytes: randomBytes(1024 * 1024) }));

      await exportParquet(rows, fileSink(file), { encodeOn: 'caller', dictionary: false });

      const groups = `from parquet_metadata('${file}') where path_in_schema = 'id'`;
      const { rows: found } = await askDuckDb(
        `select count(*)::int, sum(row_group_num_rows)::int, max(row_group_num_rows)::int ${groups}`,
      );
      const [count, sum, most] = (found[0] ?? []).map(Number);
      expect(sum).toBe(160);
      expect(count).toBeGreaterThanOrEqual(2);
      expect(most).toBeLessThanOrEqual(80);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('the dictionary of a Parquet file', () => {
  it.each<[ParquetOptions['dictionary'], string]>([
    [['nope'], 'dictionary names nope, which is not written'],
    [JSON.parse('[1, 2]'), "dictionary must be 'auto', true, false or a list of column names"],
  ])('cannot be of %o', async (dictionary, message) => {
    const options: ParquetOptions = { dictionary };

    await expect(exportParquet([{ a: 'x' }], memorySink(), options)).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_OPTION',
      message,
    });
  });
});
