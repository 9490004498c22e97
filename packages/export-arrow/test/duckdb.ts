import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection, DuckDBValue } from '@duckdb/node-api';
import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBListValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
} from '@duckdb/node-api';
import { daysToDate } from '@perf/contracts';

/** An answer of DuckDB. */
export interface DuckAnswer {
  readonly names: readonly string[];
  readonly types: readonly string[];
  /** Values in the row form; timestamps as µs. */
  readonly rows: readonly (readonly unknown[])[];
}

let connecting: Promise<DuckDBConnection> | undefined;

/** Asks a DuckDB in memory, one for the whole test file. */
export async function askDuckDb(sql: string): Promise<DuckAnswer> {
  connecting ??= DuckDBInstance.create(':memory:').then(async (instance) => instance.connect());
  const reader = await (await connecting).runAndReadAll(sql);
  return {
    names: reader.columnNames(),
    types: reader.columnTypes().map(String),
    rows: reader.getRows().map((row) => row.map(rowForm)),
  };
}

/** What DuckDB reads in a Parquet file. Text comes as bytes: its client takes a byte order mark at the start of text away. */
export async function readByDuckDb(bytes: Uint8Array): Promise<DuckAnswer> {
  const folder = mkdtempSync(join(tmpdir(), 'perf-parquet-'));
  try {
    const file = join(folder, 'read.parquet');
    writeFileSync(file, bytes);
    const source = `read_parquet('${file}')`;
    const { names, types } = await askDuckDb(`select * from ${source} limit 0`);
    const columns = names.map((name, i) =>
      types[i] === 'VARCHAR' ? `encode(${quoted(name)})` : quoted(name),
    );
    const { rows } = await askDuckDb(`select ${columns.join(', ')} from ${source}`);
    const text = (value: unknown, i: number): unknown =>
      types[i] === 'VARCHAR' && value instanceof Uint8Array ? Buffer.from(value).toString() : value;
    return { names, types, rows: rows.map((row) => row.map(text)) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function rowForm(value: DuckDBValue): unknown {
  if (value instanceof DuckDBDecimalValue) return String(value);
  if (value instanceof DuckDBDateValue) return daysToDate(value.days);
  if (value instanceof DuckDBTimestampTZValue || value instanceof DuckDBTimestampValue) return value.micros;
  if (value instanceof DuckDBBlobValue) return Uint8Array.from(value.bytes);
  if (value instanceof DuckDBListValue) return value.items.map(rowForm);
  return value;
}
