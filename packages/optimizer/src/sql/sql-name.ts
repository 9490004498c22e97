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
  /** Whether `||` joins texts; else it is OR. */
  readonly barsConcat: boolean;
  /** Whether `/` of whole numbers gives a whole number. */
  readonly wholeDivision: boolean;
  /** Whether `#` begins a comment. */
  readonly hashComment: boolean;
  /** Whether conditions are numbers, 1 and 0. */
  readonly numericConditions: boolean;
  /** Where NULL stands in ascending order. */
  readonly nulls: 'low' | 'high';
  /** Whether an unquoted name is another than the same name in capitals and quotes. */
  readonly foldsNames: boolean;
}

const STANDARD: SqlTraits = {
  nameQuotes: ['"'],
  textQuotes: ["'"],
  backslash: false,
  barsConcat: true,
  wholeDivision: true,
  hashComment: false,
  numericConditions: false,
  nulls: 'high',
  foldsNames: false,
};

/** What is known of each dialect, in its default settings. */
export const TRAITS: Readonly<Record<SqlName, SqlTraits>> = {
  postgres: { ...STANDARD, foldsNames: true },
  duckdb: { ...STANDARD, wholeDivision: false },
  sqlite: { ...STANDARD, nameQuotes: ['"', '`'], numericConditions: true, nulls: 'low' },
  mysql: {
    ...STANDARD,
    nameQuotes: ['`'],
    textQuotes: ["'", '"'],
    backslash: true,
    barsConcat: false,
    wholeDivision: false,
    hashComment: true,
    numericConditions: true,
    nulls: 'low',
  },
  bigquery: {
    ...STANDARD,
    nameQuotes: ['`'],
    textQuotes: ["'", '"'],
    backslash: true,
    wholeDivision: false,
    hashComment: true,
    nulls: 'low',
  },
};
