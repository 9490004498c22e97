import type { JoinStatistics, SampledPort, SampledTable } from './join-statistics.ts';
import type { JoinPort } from './key-domain.ts';
import type { KeySample } from './key-sample.ts';
import { eachKey } from './key-sample.ts';
import type { RowReading } from './read-rows.ts';
import type { KeptRow, RowSample } from './row-sample.ts';
import { sampledColumn } from './row-sample.ts';

/** Ports of one kind of keys, and the keys of it that were kept. */
export interface GatheredDomain {
  readonly ports: readonly JoinPort[];
  readonly sample: KeySample;
  readonly seed: number;
}

/** Rows that were kept of a table, each with its place. */
type Pool = ReadonlyMap<KeptRow, number>;

/** Keys of a domain with their places, and how many rows of each port have them, in that order. */
interface PlacedKeys {
  readonly places: ReadonlyMap<string, number>;
  readonly counts: readonly (readonly number[])[];
}

/** Gives rows and keys their places, and looks up the counts of keys that only rows have. */
export async function assembleSamples(
  reading: RowReading,
  samples: ReadonlyMap<string, RowSample>,
  domains: readonly GatheredDomain[],
): Promise<JoinStatistics> {
  const pools = new Map([...samples].map(([name, sample]) => [name, poolOf(sample)]));
  const made: JoinStatistics['domains'][number][] = [];
  for (const domain of domains) {
    const ports = domain.ports.map((port) => ({
      port,
      pool: pools.get(port.table) ?? new Map<KeptRow, number>(),
      sample: samples.get(port.table),
      at: portsOf(domains, port.table).findIndex((found) => found.port === port),
    }));
    const keys = await placedKeys(reading, domain, ports);
    made.push({
      chances: [...domain.sample.keys.values()].map(({ chance }) => chance),
      ports: ports.map((port, place) => sampledPort(port, { domain, place, keys })),
    });
  }
  const tables = [...samples].map(([name, sample]) => tableOf(name, sample, pools.get(name) ?? new Map()));
  return { version: 1, tables, domains: made };
}

/** The ports of a table in all domains, in the order in which its rows hold their keys. */
export function portsOf(
  domains: readonly GatheredDomain[],
  table: string,
): readonly { readonly domain: GatheredDomain; readonly port: JoinPort; readonly place: number }[] {
  return domains.flatMap((domain) =>
    domain.ports.flatMap((port, place) => (port.table === table ? [{ domain, port, place }] : [])),
  );
}

/** A port with the rows of its table, and the place of its key in them. */
interface PooledPort {
  readonly port: JoinPort;
  readonly pool: Pool;
  readonly sample: RowSample | undefined;
  readonly at: number;
}

async function placedKeys(
  reading: RowReading,
  { ports, sample }: GatheredDomain,
  pooled: readonly PooledPort[],
): Promise<PlacedKeys> {
  const places = new Map([...sample.keys.keys()].map((key, i) => [key, i]));
  const counts = ports.map((_, i) => [...sample.keys.values()].map((key) => key.counts[i] ?? 0));
  const missing = new Set<string>();
  for (const { pool, at } of pooled)
    for (const { keys } of pool.keys()) {
      const key = keys[at];
      if (key !== undefined && !places.has(key)) missing.add(key);
    }
  if (missing.size === 0) return { places, counts };
  await eachKey(reading, ports, (key, found) => {
    if (!missing.delete(key)) return;
    places.set(key, places.size);
    for (const [i, count] of found.entries()) counts[i]?.push(count);
  });
  return { places, counts };
}

function sampledPort(
  { port, pool, sample, at }: PooledPort,
  {
    domain,
    place: portPlace,
    keys: { places, counts },
  }: { readonly domain: GatheredDomain; readonly place: number; readonly keys: PlacedKeys },
): SampledPort {
  const own = counts[portPlace] ?? [];
  const byKey = Map.groupBy(pool.keys(), ({ keys }) => keys[at]);
  const starts = [0];
  const rows: number[] = [];
  for (const [key, place] of places) {
    const all = byKey.get(key) ?? [];
    const isSampled = place < domain.sample.keys.size;
    // Of keys outside of the sample rows are of use only when all of them are there.
    const kept = isSampled ? sample?.byKey[at]?.get(key) : all.length === own[place] ? all : undefined;
    for (const row of kept ?? []) rows.push(pool.get(row) ?? 0);
    starts.push(rows.length);
  }
  return {
    ...port,
    most: own.reduce((high, count) => Math.max(high, count), domain.sample.most[portPlace] ?? 0),
    counts: own,
    keys: [...pool.keys()].map(({ keys }) => {
      const key = keys[at];
      return key === undefined ? null : (places.get(key) ?? null);
    }),
    starts,
    rows,
  };
}

/** All rows that were kept, each once, those of the even sample first. */
function poolOf({ even, byKey }: RowSample): Pool {
  const pool = new Map<KeptRow, number>();
  const add = (row: KeptRow): void => {
    if (!pool.has(row)) pool.set(row, pool.size);
  };
  for (const row of even) add(row);
  for (const lists of byKey) for (const rows of lists.values()) for (const row of rows) add(row);
  return pool;
}

function tableOf(name: string, { rows, columns, even }: RowSample, pool: Pool): SampledTable {
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
