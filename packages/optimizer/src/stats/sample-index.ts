import type {
  JoinStatistics,
  SampledColumn,
  SampledDomain,
  SampledPort,
  SampledTable,
} from './join-statistics.ts';

/** Kinds of keys by their number of rows. */
export const KINDS = 40;

/** Values of a column of a pool: numbers, or places in `texts`; NaN is null. */
export interface PoolColumn {
  readonly values: Float64Array;
  readonly texts: readonly string[] | undefined;
}

/** Rows of a table that were kept. */
export interface Pool {
  readonly rows: number;
  readonly length: number;
  readonly even: number;
  readonly columns: ReadonlyMap<string, PoolColumn>;
}

/** A port ready to be walked; places are −1 where there are none. */
export interface IndexedPort {
  readonly table: string;
  readonly columns: readonly string[];
  readonly most: number;
  readonly counts: Float64Array;
  readonly keys: Int32Array;
  readonly starts: Int32Array;
  readonly rows: Int32Array;
}

/** A domain ready to be walked. */
export interface IndexedDomain {
  readonly chances: Float64Array;
  /** Of each key how many rows of all tables have it, as a power of two; the keys of the sample come first. */
  readonly kinds: Uint8Array;
  readonly ports: readonly IndexedPort[];
}

/** Join statistics as typed arrays. */
export class SampleIndex {
  readonly tables: ReadonlyMap<string, Pool>;
  readonly domains: readonly IndexedDomain[];

  constructor({ tables, domains }: JoinStatistics) {
    this.tables = new Map(tables.map((table) => [table.name, poolOf(table)]));
    this.domains = domains.map(indexed);
  }

  /** Bytes of all arrays, and of texts at two bytes a unit. */
  get bytes(): number {
    let bytes = 0;
    for (const { columns } of this.tables.values())
      for (const { values, texts } of columns.values())
        bytes += values.byteLength + (texts ?? []).reduce((sum, text) => sum + 2 * text.length, 0);
    for (const { chances, kinds, ports } of this.domains) {
      bytes += chances.byteLength + kinds.byteLength;
      for (const { counts, keys, starts, rows } of ports)
        bytes += counts.byteLength + keys.byteLength + starts.byteLength + rows.byteLength;
    }
    return bytes;
  }
}

function poolOf({ rows, length, even, columns }: SampledTable): Pool {
  return { rows, length, even, columns: new Map(columns.map((column) => [column.name, columnOf(column)])) };
}

function columnOf({ values, texts }: SampledColumn): PoolColumn {
  return { values: Float64Array.from(values, (value) => value ?? Number.NaN), texts };
}

function indexed({ chances, ports }: SampledDomain): IndexedDomain {
  const kinds = new Uint8Array(ports[0]?.counts.length ?? 0);
  for (let key = 0; key < kinds.length; key++) {
    const rows = ports.reduce((sum, { counts }) => sum + (counts[key] ?? 0), 0);
    kinds[key] = Math.min(KINDS - 1, Math.floor(Math.log2(Math.max(1, rows))));
  }
  return {
    chances: Float64Array.from(chances),
    kinds,
    ports: ports.map(indexedPort),
  };
}

function indexedPort({ table, columns, most, counts, keys, starts, rows }: SampledPort): IndexedPort {
  return {
    table,
    columns,
    most,
    counts: Float64Array.from(counts),
    keys: Int32Array.from(keys, (key) => key ?? -1),
    starts: Int32Array.from(starts),
    rows: Int32Array.from(rows),
  };
}
