import { DatabaseSync } from 'node:sqlite';
import type { Field, QueryEngine } from '@perf/contracts';
import { throwIfAborted, toRows } from '@perf/contracts';

/** How the copy goes. */
export interface CopyOptions {
  /** Flights that will come, for progress. */
  readonly rows: number;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
}

const SCHEMA = `CREATE TABLE airports (iata TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL, city TEXT, state TEXT, country TEXT NOT NULL,
    latitude REAL NOT NULL, longitude REAL NOT NULL);
  CREATE TABLE flights (id INTEGER PRIMARY KEY, date TIMESTAMP NOT NULL, delay INT NOT NULL, distance INT NOT NULL,
    origin TEXT NOT NULL, destination TEXT NOT NULL, month INT NOT NULL);`;

/** Fills a new SQLite file with the tables of the DuckDB engine, in one transaction, and indexes flights by origin. */
export async function copyToSqlite(source: QueryEngine, path: string, options: CopyOptions): Promise<void> {
  const database = new DatabaseSync(path);
  try {
    database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF');
    database.exec(SCHEMA);
    database.exec('BEGIN');
    let copied = 0;
    for (const table of ['airports', 'flights']) {
      const stream = await source.execute(
        { dialect: source.dialect, text: `SELECT * FROM ${table}`, parameters: [] },
        { signal: options.signal },
      );
      const stored = stream.schema.fields.map(storedForm);
      const insert = database.prepare(`INSERT INTO ${table} VALUES (${stored.map(() => '?').join(', ')})`);
      for await (const batch of stream) {
        throwIfAborted(options.signal, 'loading SQLite');
        const { rows } = toRows(batch);
        for (const row of rows)
          insert.run(...stored.map((form, i) => form(Array.isArray(row) ? row[i] : undefined)));
        if (table === 'flights') options.onProgress((copied += rows.length) / options.rows);
      }
    }
    database.exec('COMMIT; CREATE INDEX flights_origin ON flights (origin); ANALYZE');
  } finally {
    database.close();
  }
}

type Stored = null | number | bigint | string;

/** How SQLite keeps a field: instants as UTC text, everything else as it is. */
function storedForm({ type }: Field): (value: unknown) => Stored {
  if (type.kind === 'timestamp') return (value) => (typeof value === 'bigint' ? instantText(value) : null);
  return (value) =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint' ? value : null;
}

/** Whole seconds as text, days kept: flights repeat few of them. */
const days = new Map<number, string>();

function instantText(micros: bigint): string {
  const ms = Number(micros / 1000n);
  const day = Math.floor(ms / 86_400_000);
  let date = days.get(day);
  if (date === undefined) days.set(day, (date = new Date(day * 86_400_000).toISOString().slice(0, 10)));
  const seconds = Math.floor((ms - day * 86_400_000) / 1000);
  const two = (value: number): string => (value < 10 ? `0${value}` : String(value));
  return `${date} ${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}
