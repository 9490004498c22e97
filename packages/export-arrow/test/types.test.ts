import type { ArrowOptions } from '@perf/export-arrow';
import { exportArrow, exportParquet, memorySink } from '@perf/export-arrow';
import { parquetReadObjects } from 'hyparquet';
import { describe, expect, it } from 'vitest';
import { readByDuckDb } from './duckdb.ts';
import { edgeRows, edgeSource, everyType } from './every-type.ts';
import { readByFlechette } from './flechette.ts';
import { arrowTypes, readArrow } from './read-arrow.ts';

/** JSON is text in both formats. */
function withJsonText(rows: readonly (readonly unknown[])[]): unknown[][] {
  return rows.map((row) =>
    row.map((value, i) => (i === 12 && value !== null ? JSON.stringify(value) : value)),
  );
}

async function arrowOf(shape: 'rows' | 'columns', options: ArrowOptions = {}): Promise<Uint8Array> {
  const sink = memorySink();
  await exportArrow(edgeSource(shape), sink, options);
  return sink.bytes();
}

async function parquetOf(shape: 'rows' | 'columns'): Promise<Uint8Array> {
  const sink = memorySink();
  await exportParquet(edgeSource(shape), sink, { encodeOn: 'caller' });
  return sink.bytes();
}

describe('Arrow', () => {
  it.each(['rows', 'columns'] as const)('keeps every value of %s', async (shape) => {
    for (const format of ['file', 'stream'] as const)
      expect(readArrow(await arrowOf(shape, { format })).rows).toEqual(withJsonText(edgeRows));
  });

  it('keeps every type', async () => {
    expect(arrowTypes(await arrowOf('rows'))).toEqual([
      'Bool',
      'Int32',
      'Int64',
      'Float64',
      'Decimal[38e+4]',
      'Utf8',
      'Date32<DAY>',
      'Timestamp<SECOND, UTC>',
      'Timestamp<MILLISECOND, UTC>',
      'Timestamp<MICROSECOND, UTC>',
      'Timestamp<NANOSECOND, UTC>',
      'Binary',
      'Utf8',
      'List<Utf8>',
      'List<List<Int64>>',
      'List<Decimal[5e+1]>',
    ]);
  });

  it('is read by flechette', async () => {
    for (const options of [{}, { dictionary: ['text'] }, { format: 'stream', dictionary: 'auto' }] as const) {
      const columns = readByFlechette(await arrowOf('rows', options));

      expect(columns['large']).toEqual(edgeRows.map((row) => row[2]));
      expect(columns['tags']).toEqual(edgeRows.map((row) => row[13]));
      expect(columns['text']?.slice(0, 4)).toEqual(['', null, 'Zürich 😀', 'a\u0000b']);
    }
  });

  it('leaves the zone out when told to', async () => {
    expect(arrowTypes(await arrowOf('rows', { timezone: null }))[8]).toBe('Timestamp<MILLISECOND>');
  });
});

describe('Parquet', () => {
  it.each(['rows', 'columns'] as const)('keeps every value of %s, as DuckDB reads them', async (shape) => {
    const { rows } = await readByDuckDb(await parquetOf(shape));

    const inMicros = (value: unknown, column: number): unknown => {
      if (value instanceof Date) return BigInt(value.getTime()) * 1000n;
      // DuckDB keeps no nanoseconds here.
      return column === 10 && typeof value === 'bigint' ? value / 1000n : value;
    };
    expect(rows).toEqual(withJsonText(edgeRows).map((row) => row.map(inMicros)));
  });

  it('keeps every type, as DuckDB names them', async () => {
    const { names, types } = await readByDuckDb(await parquetOf('rows'));

    expect(names).toEqual(everyType.fields.map(({ name }) => name));
    expect(types).toEqual([
      'BOOLEAN',
      'INTEGER',
      'BIGINT',
      'DOUBLE',
      'DECIMAL(38,4)',
      'VARCHAR',
      'DATE',
      'TIMESTAMP WITH TIME ZONE',
      'TIMESTAMP WITH TIME ZONE',
      'TIMESTAMP WITH TIME ZONE',
      'TIMESTAMP WITH TIME ZONE',
      'BLOB',
      'VARCHAR',
      'VARCHAR[]',
      'BIGINT[][]',
      'DECIMAL(5,1)[]',
    ]);
  });

  it('is read by hyparquet', async () => {
    const bytes = Uint8Array.from(await parquetOf('rows'));
    const rows = await parquetReadObjects({ file: bytes.buffer });

    const column = (name: string): unknown[] => rows.map((row): unknown => row[name] ?? null);
    expect(column('large')).toEqual(edgeRows.map((row) => row[2]));
    expect(column('tags')).toEqual(edgeRows.map((row) => row[13]));
  });
});
