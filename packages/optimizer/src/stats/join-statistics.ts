/**
 * What was learnt about joins: plain JSON. Of each table a pool of rows, and of each domain of keys a sample of keys with how many rows
 * of each table have them and some of these rows. Keys themselves are not kept.
 */
export interface JoinStatistics {
  readonly version: 1;
  readonly tables: readonly SampledTable[];
  readonly domains: readonly SampledDomain[];
}

/** Rows of a table that were kept. */
export interface SampledTable {
  readonly name: string;
  /** Rows of the table. */
  readonly rows: number;
  /** Rows kept. */
  readonly length: number;
  /** The first so many of them are an even sample of the table; the others were kept for their keys. */
  readonly even: number;
  readonly columns: readonly SampledColumn[];
}

/** Values of the rows kept: numbers, dates and instants as epoch ms, booleans as 0 and 1, or places in a list of texts. */
export interface SampledColumn {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly texts?: readonly string[];
}

/** A sample of the keys of a domain. */
export interface SampledDomain {
  /** Chance with which each key of the sample came into it; counts of further keys may follow in `counts`. */
  readonly chances: readonly number[];
  readonly ports: readonly SampledPort[];
}

/** What rows of one table have these keys. */
export interface SampledPort {
  readonly table: string;
  readonly columns: readonly string[];
  /** Most rows of any key. */
  readonly most: number;
  /** Rows of each key. */
  readonly counts: readonly number[];
  /** Of each row of the pool the place of its key in `counts`; null: it has none, or nothing is known of it. */
  readonly keys: readonly (number | null)[];
  /** Rows of the pool that are an even sample of those of key i: `rows` from `starts[i]` to before `starts[i + 1]`. */
  readonly starts: readonly number[];
  readonly rows: readonly number[];
}
