/** A dialect whose text is read and written. BigQuery has no engine here: its statements are judged, not run. */
export type SqlName = 'postgres' | 'mysql' | 'sqlite' | 'duckdb' | 'bigquery';

/** How a dialect writes what SQL leaves open. */
export interface SqlTraits {
  /** What stands around a quoted name, first of all the one to be printed. */
  readonly nameQuotes: readonly ('"' | '`')[];
  /** What stands around text. */
  readonly textQuotes: readonly ("'" | '"')[];
  /** Whether a backslash in text begins an escape. */
  readonly backslash: boolean;
  /** Whether a quote within a text or a name is written twice. */
  readonly doublesQuotes: boolean;
  /** Whether `||` joins texts; else it is OR. */
  readonly barsConcat: boolean;
  /** Whether `#` begins a comment. */
  readonly hashComment: boolean;
  /** Whether an unquoted name is another than the same name in capitals and quotes. */
  readonly foldsNames: boolean;
}

const STANDARD: SqlTraits = {
  nameQuotes: ['"'],
  textQuotes: ["'"],
  backslash: false,
  doublesQuotes: true,
  barsConcat: true,
  hashComment: false,
  foldsNames: false,
};

/** What is known of each dialect, in its default settings. */
export const TRAITS: Readonly<Record<SqlName, SqlTraits>> = {
  postgres: { ...STANDARD, foldsNames: true },
  duckdb: { ...STANDARD },
  sqlite: { ...STANDARD, nameQuotes: ['"', '`'] },
  mysql: {
    ...STANDARD,
    nameQuotes: ['`'],
    textQuotes: ["'", '"'],
    backslash: true,
    barsConcat: false,
    hashComment: true,
  },
  bigquery: {
    ...STANDARD,
    nameQuotes: ['`'],
    textQuotes: ["'", '"'],
    backslash: true,
    doublesQuotes: false,
    hashComment: true,
  },
};
