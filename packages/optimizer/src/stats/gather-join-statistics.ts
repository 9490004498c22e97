import type { Catalog, CatalogTable, QueryEngine } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { DeclaredJoin, JoinPort } from './key-domain.ts';
import { keyDomains } from './key-domain.ts';
import type { JoinStatistics, SampledPort, SampledTable } from './join-statistics.ts';
import type { KeySample } from './key-sample.ts';
import { eachKey, sampleKeys } from './key-sample.ts';
import type { RowReading } from './read-rows.ts';
import { readEachRow } from './read-rows.ts';
import type { KeptRow, RowSample } from './row-sample.ts';
import { sampleRows, sampledColumn } from './row-sample.ts';
import { printName } from '../sql/print-name.ts';

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

interface Domain {
  readonly ports: readonly JoinPort[];
  readonly sample: KeySample;
  readonly seed: number;
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
  const domains: Domain[] = [];
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
  return assembled(reading, samples, domains);
}

async function rowsOf(reading: RowReading, table: string): Promise<number> {
  let rows = 0;
  const text = `SELECT count(*) AS n FROM ${printName(table, reading.engine.dialect)}`;
  await readEachRow(reading, { text, reading: `rows of ${table}` }, (cells) => (rows = Number(cells(0))));
  return rows;
}

function portsOf(
  domains: readonly Domain[],
  table: string,
): { domain: Domain; port: JoinPort; place: number }[] {
  return domains.flatMap((domain) =>
    domain.ports.flatMap((port, place) => (port.table === table ? [{ domain, port, place }] : [])),
  );
}

function readTable(
  reading: RowReading,
  table: CatalogTable,
  { domains, rows }: { readonly domains: readonly Domain[]; readonly rows: number },
): Promise<RowSample> {
  const ports = portsOf(domains, table.name).map(({ domain, port, place }) => ({
    port,
    place,
    sample: domain.sample,
    seed: domain.seed,
  }));
  return sampleRows(reading, table, { ports, rows });
}

/** Gives rows and keys their places, and looks up the counts of keys that only rows have. */
async function assembled(
  reading: RowReading,
  samples: ReadonlyMap<string, RowSample>,
  domains: readonly Domain[],
): Promise<JoinStatistics> {
  const pools = new Map([...samples].map(([name, sample]) => [name, poolOf(sample)]));
  const made: JoinStatistics['domains'][number][] = [];
  for (const domain of domains) {
    const places = new Map([...domain.sample.keys.keys()].map((key, i) => [key, i]));
    const counts = domain.ports.map((_, i) =>
      [...domain.sample.keys.values()].map((key) => key.counts[i] ?? 0),
    );
    const missing = new Set<string>();
    for (const { table, at } of placed(domain, domains))
      for (const row of pools.get(table)?.keys() ?? []) {
        const key = row.keys[at];
        if (key !== undefined && !places.has(key)) missing.add(key);
      }
    if (missing.size > 0)
      await eachKey(reading, domain.ports, (key, found) => {
        if (!missing.delete(key)) return;
        places.set(key, places.size);
        for (const [i, count] of found.entries()) counts[i]?.push(count);
      });
    const ports = placed(domain, domains).map(({ port, table, at }, i): SampledPort => {
      const pool = pools.get(table) ?? new Map<KeptRow, number>();
      const byKey = samples.get(table)?.byKey[at];
      const starts = [0];
      const rows: number[] = [];
      const byPlace = Map.groupBy(pool, ([row]) => places.get(row.keys[at] ?? ''));
      for (const [key, place] of places) {
        const all = byPlace.get(place) ?? [];
        // Of other keys the rows are of use only when all of them are there.
        if (place < domain.sample.keys.size)
          for (const row of byKey?.get(key) ?? []) rows.push(pool.get(row) ?? 0);
        else if (all.length === counts[i]?.[place]) for (const [, row] of all) rows.push(row);
        starts.push(rows.length);
      }
      return {
        ...port,
        most: (counts[i] ?? []).reduce((high, count) => Math.max(high, count), domain.sample.most[i] ?? 0),
        counts: counts[i] ?? [],
        keys: [...pool.keys()].map((row) => places.get(row.keys[at] ?? '') ?? null),
        starts,
        rows,
      };
    });
    made.push({ chances: [...domain.sample.keys.values()].map(({ chance }) => chance), ports });
  }
  const tables = [...samples].map(([name, sample]) => tableOf(name, sample, pools.get(name) ?? new Map()));
  return { version: 1, tables, domains: made };
}

/** The ports of a domain, with the place that each has among those of its table. */
function placed(
  domain: Domain,
  domains: readonly Domain[],
): { readonly port: JoinPort; readonly table: string; readonly at: number }[] {
  return domain.ports.map((port) => ({
    port,
    table: port.table,
    at: portsOf(domains, port.table).findIndex((found) => found.port === port),
  }));
}

/** All rows that were kept, each once, those of the even sample first. */
function poolOf({ even, byKey }: RowSample): Map<KeptRow, number> {
  const pool = new Map<KeptRow, number>();
  const add = (row: KeptRow): void => void (pool.has(row) || pool.set(row, pool.size));
  for (const row of even) add(row);
  for (const lists of byKey) for (const rows of lists.values()) for (const row of rows) add(row);
  return pool;
}

function tableOf(
  name: string,
  { rows, columns, even }: RowSample,
  pool: ReadonlyMap<KeptRow, number>,
): SampledTable {
  const kept = [...pool.keys()];
  return {
    name,
    rows,
    length: kept.length,
    even: even.length,
    columns: columns.flatMap(
      (column, i) =>
        sampledColumn(
          column,
          kept.map(({ values }) => values[i]),
        ) ?? [],
    ),
  };
}
