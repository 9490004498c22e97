/** What the queries of one resource may cost, in US dollars. */
export interface CostLimits {
  /** Most that one query and caller may cost on average over the window. */
  readonly meanUsd: number;
  /** A mean above this is warned of. */
  readonly goalUsd: number;
  /** A query that costs more needs an approval. @default no limit */
  readonly singleUsd?: number;
}

/** The limits a guard has by itself. `bigquery` is known by estimates; `language-model` is reported by the caller, a request at a time. */
export const COST_LIMITS: Readonly<Record<string, CostLimits>> = {
  bigquery: { meanUsd: 0.1, goalUsd: 0.05, singleUsd: 1 },
  'language-model': { meanUsd: 0.02, goalUsd: 0.01 },
};

const TIB = 1024 ** 4;

/** What bytes cost. */
export interface BytePrice {
  /** Dollars for 2^40 bytes, which differ by region. @default 6.25 */
  readonly usdPerTib?: number;
}

/** Dollars for bytes that are billed on demand; what slots cost does not depend on bytes. */
export function bigQueryDollars(bytes: number, { usdPerTib = 6.25 }: BytePrice = {}): number {
  return (bytes / TIB) * usdPerTib;
}

/** Most bytes that dollars pay for: the value of `maximumBytesBilled`, above which BigQuery fails the query at no cost. */
export function bytesForDollars(usd: number, { usdPerTib = 6.25 }: BytePrice = {}): number {
  return Math.floor((usd / usdPerTib) * TIB);
}
