import type { Dialect } from '@perf/contracts';

/** A question asked in a way that engines answer badly. */
export interface AntiPattern {
  /** What is wrong with it. */
  readonly kind: string;
  readonly name: string;
  readonly sql: string;
}

/** Words that dialects do not share. */
export interface DialectWords {
  /** First day of the month of a column, to be compared with `day`. */
  readonly monthOf: (column: string) => string;
  /** The month `2023-04` as `monthOf` gives it. */
  readonly month: (text: string) => string;
  /** The month of a column as text, `2023-04`. */
  readonly formattedMonthOf: (column: string) => string;
  readonly yearOf: (column: string) => string;
  readonly year: (text: string) => string;
  readonly dayOf: (column: string) => string;
  /** A column as text. */
  readonly text: (column: string) => string;
}

/** How each dialect says it. */
export const WORDS: Readonly<Record<Dialect, DialectWords>> = {
  postgres: {
    monthOf: (column) => `date_trunc('month', ${column})`,
    month: (text) => `'${text}-01'`,
    formattedMonthOf: (column) => `to_char(${column}, 'YYYY-MM')`,
    yearOf: (column) => `extract(year from ${column})`,
    year: (text) => text,
    dayOf: (column) => `cast(${column} as date)`,
    text: (column) => `cast(${column} as text)`,
  },
  duckdb: {
    monthOf: (column) => `date_trunc('month', ${column})`,
    month: (text) => `DATE '${text}-01'`,
    formattedMonthOf: (column) => `strftime(${column}, '%Y-%m')`,
    yearOf: (column) => `year(${column})`,
    year: (text) => text,
    dayOf: (column) => `cast(${column} as date)`,
    text: (column) => `cast(${column} as varchar)`,
  },
  sqlite: {
    monthOf: (column) => `strftime('%Y-%m', ${column})`,
    month: (text) => `'${text}'`,
    formattedMonthOf: (column) => `strftime('%Y-%m', ${column})`,
    yearOf: (column) => `strftime('%Y', ${column})`,
    year: (text) => `'${text}'`,
    dayOf: (column) => `date(${column})`,
    text: (column) => `cast(${column} as text)`,
  },
  mysql: {
    monthOf: (column) => `date_format(${column}, '%Y-%m')`,
    month: (text) => `'${text}'`,
    formattedMonthOf: (column) => `date_format(${column}, '%Y-%m')`,
    yearOf: (column) => `year(${column})`,
    year: (text) => text,
    dayOf: (column) => `date(${column})`,
    text: (column) => `cast(${column} as char)`,
  },
};
