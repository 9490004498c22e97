/**
 * How values of one column are shown, for columns that ask for it. Text formats follow the template's locale and time zone; Excel gets a
 * number format of its own, and shows it in the reader's locale.
 */
export type ColumnFormat =
  /**
   * A number with a fixed count of decimals (0 to 15, @default as many as it has, 3 at most); `grouping` @default true. Excel's default is the
   * decimals of the column's type; doubles, which have none, are shown as Excel shows any number, without grouping.
   */
  | { readonly type: 'number'; readonly decimals?: number; readonly grouping?: boolean }
  /** An amount; `currency` is an ISO 4217 code, `decimals` @default those of the currency. */
  | { readonly type: 'currency'; readonly currency: string; readonly decimals?: number }
  /** 0.25 as 25 %; `decimals` @default 0. */
  | { readonly type: 'percent'; readonly decimals?: number }
  /** A date, or the day of an instant in the template's time zone. */
  | { readonly type: 'date'; readonly style: 'short' | 'medium' | 'long' }
  /** An instant in the template's time zone, to the minute (`short`), the second, or with the zone's name (`long`). */
  | { readonly type: 'datetime'; readonly style: 'short' | 'medium' | 'long' }
  /** Words for true and false. */
  | { readonly type: 'boolean'; readonly yes: string; readonly no: string };

/** One column of a template. */
export interface TemplateColumn {
  /** Name of the source's column. */
  readonly field: string;
  /** What stands above it; the key in JSON. @default its name */
  readonly header?: string;
  /** @default as the format writes values of its type */
  readonly format?: ColumnFormat;
  /** In characters of the body text, for Excel and PDF. @default measured */
  readonly width?: number;
  /** For Excel and PDF. @default numbers right, all else left */
  readonly align?: 'left' | 'center' | 'right';
}

/** A figure below the last row. */
export interface TemplateTotal {
  /** Name of the source's column; it must be among the template's. */
  readonly field: string;
  readonly aggregate: 'sum' | 'avg' | 'min' | 'max' | 'count';
}

/**
 * What an export looks like, whatever its format: plain JSON, kept by the caller. Every part is for every format, but for `title`, `logo`,
 * `groups` and `totals`, which only documents (Excel, PDF) have; CSV and JSON leave them out and warn (`template-part-omitted`).
 */
export interface ExportTemplate {
  /** Version of this form. */
  readonly version: 1;
  /** As in `monthly-flights`. */
  readonly name: string;
  /** Raised by its owner with every change. @default 1 */
  readonly revision?: number;
  /** Columns to write, in this order. */
  readonly columns: readonly TemplateColumn[];
  /** BCP 47, as in `de-CH`. @default 'en-US' */
  readonly locale?: string;
  /** IANA name, as in `Europe/Zurich`. @default 'UTC' */
  readonly timezone?: string;
  readonly title?: string;
  /** PNG or JPEG as base64; shown 32 points high unless an option of the format says otherwise. */
  readonly logo?: string;
  /**
   * Columns whose value begins a new group where it changes, with a heading; the rows must be ordered by them. An Excel `table` has no
   * headings.
   */
  readonly groups?: readonly string[];
  readonly totals?: readonly TemplateTotal[];
}
