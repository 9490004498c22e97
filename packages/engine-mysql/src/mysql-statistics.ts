import type {
  CatalogTable,
  ColumnStatistics,
  ResultStream,
  Statement,
  TableStatistics,
} from '@perf/contracts';
import { answerRows, isPerfError, sampleStatistics } from '@perf/contracts';
import type { Ask, Row } from './mysql-catalog.ts';
import type { KnownIndex } from './mysql-indexes.ts';
import { quotedName } from './statement-text.ts';

/** Tables up to this many rows are counted; of larger ones the server's own guess is taken. */
const COUNTED_ROWS = 200_000;
/** Tables up to this many rows are read as a whole for a sample; of larger ones stretches of the primary key are. */
const SCANNED_ROWS = 2_000_000;
/** Stretches that a sample of a large table is made of. */
const STRETCHES = 100;

const SIZES = `SELECT TABLE_NAME AS t, TABLE_ROWS AS guess, DATA_LENGTH AS bytes FROM information_schema.tables WHERE TABLE_SCHEMA = DATABASE()`;
const COLUMN_STATS = `SELECT column_name AS c, nulls_ratio AS nulls, avg_length AS length, avg_frequency AS frequency
  FROM mysql.column_stats WHERE db_name = DATABASE() AND table_name = ?`;

/** What the figures of a table are read with. */
export interface StatisticsSource {
  readonly ask: Ask;
  readonly open: (statement: Statement) => Promise<ResultStream>;
  readonly flavour: 'mariadb' | 'mysql';
  readonly sampleRows: number;
  /** Source of randomness, 0 to 1. */
  readonly random: () => number;
}

/** Sizes of all tables as the server knows them, by table. */
export async function readSizes(ask: Ask): Promise<ReadonlyMap<string, Row>> {
  return new Map((await ask(SIZES)).map((row) => [String(row['t']), row]));
}

/** Statistics of one table: rows, a sample of its values, and what the server has learnt itself. */
export async function tableStatistics(
  table: CatalogTable,
  size: Row | undefined,
  indexes: readonly KnownIndex[],
  source: StatisticsSource,
): Promise<TableStatistics> {
  const guess = Number(size?.['guess'] ?? 0);
  const rows = guess > COUNTED_ROWS ? guess : await countRows(table.name, source.ask);
  const sampled = await sample(table, rows, indexes, source);
  const learnt = source.flavour === 'mariadb' ? await learntColumns(table.name, rows, source.ask) : undefined;
  const isWhole = sampled.rows.length >= rows;
  const columns = new Map(
    sampled.names.map((name, i): [string, ColumnStatistics] => {
      const type = table.columns.find((column) => column.name === name)?.type ?? { kind: 'utf8' };
      const own = sampleStatistics(
        type,
        sampled.rows.map((row) => row[i]),
        rows,
      );
      const leading = indexes.find((index) => index.columns[0]?.name === name)?.leadingDistinct;
      const guessed = isWhole || leading === undefined ? {} : { distinct: Math.max(1, leading) };
      return [name, { ...own, ...guessed, ...(isWhole ? {} : learnt?.get(name)) }];
    }),
  );
  const bytes = size?.['bytes'];
  return {
    rows,
    sampledRows: Math.min(rows, sampled.rows.length),
    columns,
    ...(bytes === null || bytes === undefined ? {} : { bytes: Number(bytes) }),
    indexes: indexes.filter(({ whole }) => whole).map((index) => index.columns.map(({ name }) => name)),
  };
}

async function countRows(name: string, ask: Ask): Promise<number> {
  const [row] = await ask(`SELECT COUNT(*) AS n FROM ${quotedName(name)}`);
  return Number(row?.['n'] ?? 0);
}

interface Sample {
  readonly names: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

async function sample(
  table: CatalogTable,
  rows: number,
  indexes: readonly KnownIndex[],
  source: StatisticsSource,
): Promise<Sample> {
  const { sampleRows } = source;
  const from = `SELECT * FROM ${quotedName(table.name)}`;
  if (rows <= sampleRows) return read(from, source);
  const key = rows > SCANNED_ROWS ? wholePrimaryKey(table, indexes) : undefined;
  if (key !== undefined) return stretches(table.name, key, source);
  return read(`${from} WHERE RAND(7) < ${Math.min(1, sampleRows / rows)}`, source);
}

/** A primary key of one whole number, which can be asked from any place. */
function wholePrimaryKey(table: CatalogTable, indexes: readonly KnownIndex[]): string | undefined {
  const primary = indexes.find((index) => index.primary);
  const name = primary?.columns.length === 1 ? primary.columns[0]?.name : undefined;
  const kind = table.columns.find((column) => column.name === name)?.type.kind;
  return kind === 'int32' || kind === 'int64' ? name : undefined;
}

/** Short runs of rows from places that are spread over the key, one at random in each equal part. */
async function stretches(name: string, key: string, source: StatisticsSource): Promise<Sample> {
  const [table, column] = [quotedName(name), quotedName(key)];
  const [ends] = await source.ask(`SELECT MIN(${column}) AS low, MAX(${column}) AS high FROM ${table}`);
  const low = Number(ends?.['low'] ?? 0);
  const width = (Number(ends?.['high'] ?? 0) - low) / STRETCHES;
  const each = Math.ceil(source.sampleRows / STRETCHES);
  let names: readonly string[] = [];
  const rows: (readonly unknown[])[] = [];
  for (let i = 0; i < STRETCHES; i++) {
    const start = BigInt(Math.floor(low + width * (i + source.random())));
    const found = await read(
      `SELECT * FROM ${table} WHERE ${column} >= ${start} ORDER BY ${column} LIMIT ${each}`,
      source,
    );
    names = found.names;
    rows.push(...found.rows);
  }
  return { names, rows: rows.slice(0, source.sampleRows) };
}

async function read(text: string, source: StatisticsSource): Promise<Sample> {
  const stream = await source.open({ dialect: 'mysql', text, parameters: [] });
  const rows = answerRows({ schema: stream.schema, batches: await Array.fromAsync(stream) });
  return { names: stream.schema.fields.map(({ name }) => name), rows };
}

/** What ANALYZE TABLE … PERSISTENT has learnt from all rows. */
async function learntColumns(
  name: string,
  rows: number,
  ask: Ask,
): Promise<ReadonlyMap<string, Partial<ColumnStatistics>>> {
  const found = await ask(COLUMN_STATS, [name]).catch((error: unknown) => {
    // The user may not read the server's own tables.
    if (isPerfError(error, 'ERR_PERF_ENGINE_FAILED')) return [];
    throw error;
  });
  return new Map(
    found.map((row) => {
      const nulls = row['nulls'] === null ? undefined : Number(row['nulls']);
      const frequency = Number(row['frequency'] ?? 0);
      const present = rows * (1 - (nulls ?? 0));
      return [
        String(row['c']),
        {
          ...(nulls === undefined ? {} : { nullFraction: nulls }),
          ...(row['length'] === null ? {} : { averageBytes: Number(row['length']) }),
          ...(frequency > 0 ? { distinct: Math.max(1, Math.round(present / frequency)) } : {}),
        },
      ];
    }),
  );
}
