import { PerfError } from '@perf/contracts';
import type { ClassifiedPolicy, HashThread } from '@perf/export-core';
import type { ColumnStyle } from './columns/plan-columns.ts';

/** What both formats let the caller choose. */
export interface ColumnarOptions {
  /** Columns to write, in this order. @default all */
  readonly columns?: readonly string[] | undefined;
  /** What happens to columns classified `pii` or `secret`: masked ones become text, `***` for every value. @default 'mask' */
  readonly classified?: ClassifiedPolicy | undefined;
  /** What timestamps say of their zone; `null`: nothing, so that readers take them for local time. Values are UTC either way. @default 'UTC' */
  readonly timezone?: string | null | undefined;
  /** Where outputs of more than a block are hashed. @default 'worker' */
  readonly hashOn?: HashThread | undefined;
  /** Clock in ms, for progress and `elapsedMs`. @default performance.now */
  readonly now?: (() => number) | undefined;
}

/** How Arrow IPC is written. */
export interface ArrowOptions extends ColumnarOptions {
  /** `file` can be read at any batch and by mapping it into memory; `stream` can be read as it arrives. @default 'file' */
  readonly format?: 'file' | 'stream' | undefined;
  /**
   * Columns of utf8 to write by dictionary: those named, or with `'auto'` those that hold few different values in the first batch
   * (at most 1,024, each eight times on average). A guess that turns out wrong costs bytes, never memory. @default none
   */
  readonly dictionary?: readonly string[] | 'auto' | undefined;
  /** Compresses every buffer of every batch. `zstd` (level 1) makes smaller files, `lz4` asks less of readers. They need a codec for it. @default none */
  readonly compression?: 'zstd' | 'lz4' | undefined;
}

/** `ArrowOptions`, checked and filled in. */
export interface ArrowStyle extends ColumnStyle {
  readonly format: 'file' | 'stream';
  readonly compression: 'zstd' | 'lz4' | undefined;
  readonly hashOn: HashThread | undefined;
  readonly now: (() => number) | undefined;
}

/** Checks the options. Throws `ERR_PERF_INVALID_OPTION`. */
export function arrowStyle(options: ArrowOptions): ArrowStyle {
  const { format = 'file', dictionary = [], compression } = options;
  oneOf('format', format, ['file', 'stream']);
  oneOf('compression', compression, [undefined, 'zstd', 'lz4']);
  if (dictionary !== 'auto' && !isTextList(dictionary))
    throw new PerfError('ERR_PERF_INVALID_OPTION', `dictionary must be 'auto' or a list of column names`);
  const shared = columnarStyle(options);
  return { ...shared, format, dictionary, compression, itemName: 'item', msForSeconds: false };
}

/** Checks what both formats share. */
export function columnarStyle(
  options: ColumnarOptions,
): Pick<ArrowStyle, 'columns' | 'classified' | 'timezone' | 'hashOn' | 'now'> {
  const { columns, classified = 'mask', timezone = 'UTC', hashOn, now } = options;
  oneOf('classified', classified, ['mask', 'include']);
  oneOf('hashOn', hashOn, [undefined, 'worker', 'caller']);
  if (timezone !== null && (typeof timezone !== 'string' || timezone === ''))
    throw new PerfError('ERR_PERF_INVALID_OPTION', 'timezone must be the name of a zone, or null');
  return { columns, classified, timezone, hashOn, now };
}

/** Throws when `value` is none of `allowed`. */
export function oneOf(
  name: string,
  value: unknown,
  allowed: readonly (string | boolean | undefined)[],
): void {
  if (allowed.some((one) => one === value)) return;
  const shown = allowed.map((one) => (one === undefined ? 'left out' : `'${String(one)}'`)).join(' or ');
  throw new PerfError(
    'ERR_PERF_INVALID_OPTION',
    `${name} must be ${shown}, got ${JSON.stringify(value) ?? typeof value}`,
  );
}

function isTextList(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
