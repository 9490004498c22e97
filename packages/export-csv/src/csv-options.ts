import type { ExportTemplate, Field } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type {
  ClassifiedPolicy,
  Compression,
  CompressionStyle,
  HashThread,
  TemplatePlan,
} from '@perf/export-core';
import { compressionStyle, templatePlan } from '@perf/export-core';

/**
 * How timestamp columns are written: `iso` is ISO 8601 in UTC, `epochMs` whole milliseconds since 1970. A function gets the
 * value in its row form (`Date` for s and ms, bigint for µs and ns) and gives the text.
 */
export type DateFormat = 'iso' | 'epochMs' | ((value: Date | bigint, field: Field) => string);

/** How CSV is written. */
export interface CsvOptions {
  /** One ASCII character between values; no letter, digit, `+`, `-`, `.` or `:`. @default ',' */
  readonly delimiter?: string;
  /** One ASCII character around values that need it; doubled inside. Same rule as `delimiter`. @default '"' */
  readonly quote?: string;
  /** @default '\n' */
  readonly lineEnding?: '\n' | '\r\n';
  /** Whether the last line ends with the line ending too. @default true */
  readonly finalNewline?: boolean;
  /** False: no header line. A map gives titles by column name; columns without a title keep their name. @default true */
  readonly header?: boolean | Readonly<Record<string, string>>;
  /** Whether the file begins with the UTF-8 byte order mark, which Excel needs to see UTF-8. @default false */
  readonly bom?: boolean;
  /** Text of null, never quoted. A string with the same text is quoted, so that both can be told apart. @default '' */
  readonly nullText?: string;
  /** Whether every value but null is quoted. @default false: only where the value needs it */
  readonly quoteAll?: boolean;
  /** @default 'iso' */
  readonly dateFormat?: DateFormat;
  /** What the export looks like, instead of `columns` and titles in `header`; see `parseTemplate`. */
  readonly template?: ExportTemplate;
  /** Columns to write, in this order. @default all, in the source's order */
  readonly columns?: readonly string[];
  /**
   * Whether text that a spreadsheet would run as a formula gets a `'` in front: text that begins with `= + - @`, one of their
   * full-width forms, tab, CR or LF. Typed numbers and text that is a number (`-5`, `+1.5e3`) stay as they are.
   * Every case is counted in the manifest's warnings as `formula-guarded`. @default true
   */
  readonly formulaGuard?: boolean;
  /** What happens to columns classified `pii` or `secret`: `mask` writes `***` for every value but null. @default 'mask' */
  readonly classified?: ClassifiedPolicy;
  /** Compresses the whole output, blocks side by side. @default none */
  readonly compression?: Compression;
  /** Clock in ms for progress and `elapsedMs`, for tests. @default performance.now */
  readonly now?: () => number;
  /** Where outputs of more than one block are hashed: in a worker thread, or in the caller's. @default 'worker' */
  readonly hashOn?: HashThread;
}

/** The options with their defaults, checked. */
export interface CsvStyle {
  readonly delimiter: number;
  readonly quote: number;
  readonly lineEnding: string;
  readonly finalNewline: boolean;
  readonly header: boolean;
  readonly titles: ReadonlyMap<string, string>;
  readonly bom: boolean;
  readonly nullText: string;
  readonly quoteAll: boolean;
  readonly dateFormat: DateFormat;
  readonly template: TemplatePlan | undefined;
  readonly columns: readonly string[] | undefined;
  readonly formulaGuard: boolean;
  readonly classified: ClassifiedPolicy;
  readonly compression: CompressionStyle | undefined;
  readonly now: (() => number) | undefined;
  readonly hashOn: HashThread | undefined;
}

/** Checks the options and fills in the defaults. */
export function csvStyle(options: CsvOptions): CsvStyle {
  const delimiter = mark('delimiter', options.delimiter ?? ',');
  const quote = mark('quote', options.quote ?? '"');
  if (delimiter === quote) throw invalid(`delimiter and quote are both ${shown(options.quote ?? '"')}`);
  const {
    lineEnding = '\n',
    nullText = '',
    header = true,
    dateFormat = 'iso',
    classified = 'mask',
  } = options;
  if (lineEnding !== '\n' && lineEnding !== '\r\n')
    throw invalid(`lineEnding must be '\\n' or '\\r\\n', got ${shown(lineEnding)}`);
  if (typeof nullText !== 'string' || hasMark(nullText, [delimiter, quote, 10, 13]))
    throw invalid(`nullText must be text without delimiter, quote or line break, got ${shown(nullText)}`);
  if (typeof dateFormat !== 'function' && dateFormat !== 'iso' && dateFormat !== 'epochMs')
    throw invalid(`dateFormat must be 'iso', 'epochMs' or a function, got ${shown(dateFormat)}`);
  if (classified !== 'mask' && classified !== 'include')
    throw invalid(`classified must be 'mask' or 'include', got ${shown(classified)}`);
  const titles = typeof header === 'object' ? header : undefined;
  const template =
    options.template === undefined
      ? undefined
      : templatePlan(options.template, { columns: options.columns, 'header as titles': titles });
  return {
    delimiter,
    quote,
    lineEnding,
    finalNewline: options.finalNewline ?? true,
    header: header !== false,
    titles: template?.titles ?? new Map(Object.entries(titles ?? {})),
    bom: options.bom ?? false,
    nullText,
    quoteAll: options.quoteAll ?? false,
    dateFormat,
    template,
    columns: template?.columns ?? options.columns,
    formulaGuard: options.formulaGuard ?? true,
    classified,
    compression: compressionStyle(options.compression),
    now: options.now,
    hashOn: options.hashOn,
  };
}

// Characters of numbers, booleans and ISO dates, which are written without a look at the marks.
const IN_TYPED_VALUES = /^[\w+\-.:]$/;

function mark(name: string, text: string): number {
  const code = typeof text === 'string' && text.length === 1 ? text.charCodeAt(0) : -1;
  const isLineBreak = code === 10 || code === 13;
  if (code < 1 || code > 126 || isLineBreak || IN_TYPED_VALUES.test(text))
    throw invalid(
      `${name} must be one ASCII character other than a line break, letter, digit, _ + - . or :, got ${shown(text)}`,
    );
  return code;
}

function hasMark(text: string, marks: readonly number[]): boolean {
  return marks.some((code) => text.includes(String.fromCharCode(code)));
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? typeof value;
}

function invalid(message: string): PerfError {
  return new PerfError('ERR_PERF_INVALID_OPTION', message);
}
