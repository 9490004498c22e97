import type { ExportTemplate } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type {
  BigNumbers,
  ClassifiedPolicy,
  Compression,
  CompressionStyle,
  HashThread,
  TemplatePlan,
} from '@perf/export-core';
import { compressionStyle, templatePlan } from '@perf/export-core';

/** How JSON is written. */
export interface JsonOptions {
  /** `json` is one array of objects, `ndjson` one object a line. @default 'json' */
  readonly format?: 'json' | 'ndjson';
  /**
   * How int64 and decimal are written: `number` as literals with every digit, which readers without big numbers round;
   * `string` as text. @default 'number'
   */
  readonly bigNumbers?: BigNumbers;
  /** Whether a null is written as `null` or its key left out. @default 'include' */
  readonly nulls?: 'include' | 'omit';
  /** What the export looks like, instead of `columns`; its headers are the keys. See `parseTemplate`. */
  readonly template?: ExportTemplate;
  /** Columns to write, in this order. @default all, in the source's order */
  readonly columns?: readonly string[];
  /** What happens to columns classified `pii` or `secret`: `mask` writes `"***"` for every value but null. @default 'mask' */
  readonly classified?: ClassifiedPolicy;
  /** Compresses the whole output, blocks side by side. @default none */
  readonly compression?: Compression;
  /** Clock in ms for progress and `elapsedMs`, for tests. @default performance.now */
  readonly now?: () => number;
  /** Where outputs of more than one block are hashed: in a worker thread, or in the caller's. @default 'worker' */
  readonly hashOn?: HashThread;
}

/** The options with their defaults, checked. */
export interface JsonStyle {
  readonly format: 'json' | 'ndjson';
  readonly bigNumbers: BigNumbers;
  readonly nulls: 'include' | 'omit';
  readonly template: TemplatePlan | undefined;
  readonly columns: readonly string[] | undefined;
  readonly classified: ClassifiedPolicy;
  readonly compression: CompressionStyle | undefined;
  readonly now: (() => number) | undefined;
  readonly hashOn: HashThread | undefined;
}

/** Checks the options and fills in the defaults. */
export function jsonStyle(options: JsonOptions): JsonStyle {
  const { format = 'json', bigNumbers = 'number', nulls = 'include', classified = 'mask' } = options;
  mustBeOneOf('format', format, ['json', 'ndjson']);
  mustBeOneOf('bigNumbers', bigNumbers, ['number', 'string']);
  mustBeOneOf('nulls', nulls, ['include', 'omit']);
  mustBeOneOf('classified', classified, ['mask', 'include']);
  const compression = compressionStyle(options.compression);
  const { now, hashOn } = options;
  const template =
    options.template === undefined ? undefined : templatePlan(options.template, { columns: options.columns });
  const columns = template?.columns ?? options.columns;
  return { format, bigNumbers, nulls, classified, template, columns, compression, now, hashOn };
}

function mustBeOneOf(name: string, value: unknown, allowed: readonly string[]): void {
  if (typeof value === 'string' && allowed.includes(value)) return;
  throw new PerfError(
    'ERR_PERF_INVALID_OPTION',
    `${name} must be ${allowed.map((text) => `'${text}'`).join(' or ')}, got ${JSON.stringify(value) ?? typeof value}`,
  );
}
