/** Sizes above which `checkQuery` refuses a query, so that hostile JSON cannot exhaust the checker or the database's parser. */
export const QUERY_LIMITS = {
  /** Nesting of `and`, `or`, `not`. */
  filterDepth: 32,
  /** Comparisons in one filter. */
  comparisons: 1_000,
  /** Values of one `in` or `notIn`. */
  listValues: 10_000,
  /** Values of one filter in all; `where` and `having` together stay under SQLite's 32,766 parameters. */
  values: 15_000,
  /** Keys of an order beside `after`: the condition of a keyset page grows with their square. */
  keysetKeys: 32,
  /** Tables of one query. */
  tables: 32,
  /** Selected columns, group keys, order keys: each. */
  columns: 1_000,
  /** UTF-16 units of one text value. */
  textLength: 1_000_000,
  /** UTF-16 units of one `regex` pattern. */
  patternLength: 1_000,
  /** Largest `limit` and `offset`. */
  rows: 2_147_483_647,
} as const;
