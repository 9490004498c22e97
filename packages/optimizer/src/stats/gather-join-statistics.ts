import type { Catalog, CatalogTable, QueryEngine } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { printName } from '../sql/print-name.ts';
import type { GatheredDomain } from './assemble-samples.ts';
import { assembleSamples, portsOf } from './assemble-samples.ts';
import type { JoinStatistics } from './join-statistics.ts';
import type { DeclaredJoin } from './key-domain.ts';
import { keyDomains } from './key-domain.ts';
import { sampleKeys } from './key-sample.ts';
import type { RowReading } from './read-rows.ts';
import { readEachRow } from './read-rows.ts';
import type { RowSample } from './row-sample.ts';
import { sampleRows } from './row-sample.ts';

/** What is gathered, and how much of it is kept. */
export interface JoinStatisticsOptions {
  /** Tables to learn about. @default all of the catalogue */
  readonly tables?: readonly string[];
  /** Joins that no foreign key declares. @default none */
  readonly joins?: readonly DeclaredJoin[];
  /**
   * Size of each sample: rows of a table, keys of a domain, and rows that have these keys, by each column that refers to them. What is kept
   * takes about 100 bytes for each of these. @default 10,000
   */
  readonly sampleRows?: number;
  /** Called now and then with what is read and how many rows of it were. @default none */
  readonly onProgress?: (reading: string, rows: number) => void;
}

/**
 * Learns from an engine how tables join: which keys have many rows, where, and what these rows are like. It reads every table once and the keys
 * of every domain twice, counted by the engine; on a large database that takes a while, so it belongs where ANALYZE does. Memory is bounded by
 * `sampleRows`. Keys that are sampled with their rows are correlated samples in the sense of Vengerov et al. (VLDB 2015), in two levels as of
 * Chen and Yi (SIGMOD 2017). Throws `ERR_PERF_ABORTED`, `ERR_PERF_INVALID_OPTION`, and what the engine throws.
 */
export async function gatherJoinStatistics(
  engine: QueryEngine,
  catalog: Catalog,
  options: JoinStatisticsOptions = {},
  signal?: AbortSignal,
): Promise<JoinStatistics> {
  const { sampleRows: most = 10_000, joins = [], onProgress } = options;
  if (!Number.isInteger(most) || most < 1)
    throw new PerfError('ERR_PERF_INVALID_OPTION', `sampleRows must be a positive integer, got ${most}`);
  const wanted = options.tables === undefined ? undefined : new Set(options.tables);
  const tables = [...catalog.tables.values()].filter(({ name }) => wanted?.has(name) ?? true);
  const chosen: Catalog = { ...catalog, tables: new Map(tables.map((table) => [table.name, table])) };
  const reading: RowReading = { engine, signal, onRows: onProgress };
  const domains: GatheredDomain[] = [];
  const counted = new Map<string, number>();
  for (const [seed, ports] of keyDomains(chosen, joins).entries()) {
    const rows: number[] = [];
    for (const { table } of ports) {
      const known = counted.get(table) ?? (await rowsOf(reading, table));
      counted.set(table, known);
      rows.push(known);
    }
    domains.push({ ports, seed, sample: await sampleKeys(reading, { ports, rows, keys: most, seed }) });
  }
  const samples = new Map<string, RowSample>();
  for (const table of tables)
    samples.set(table.name, await readTable(reading, table, { domains, rows: most }));
  return assembleSamples(reading, samples, domains);
}

async function rowsOf(reading: RowReading, table: string): Promise<number> {
  let rows = 0;
  const text = `SELECT count(*) AS n FROM ${printName(table, reading.engine.dialect)}`;
  await readEachRow(reading, { text, reading: `rows of ${table}` }, (cells) => (rows = Number(cells(0))));
  return rows;
}

function readTable(
  reading: RowReading,
  table: CatalogTable,
  { domains, rows }: { readonly domains: readonly GatheredDomain[]; readonly rows: number },
): Promise<RowSample> {
  const ports = portsOf(domains, table.name).map(({ domain, port, place }) => ({
    port,
    place,
    sample: domain.sample,
    seed: domain.seed,
  }));
  return sampleRows(reading, table, { ports, rows });
}
