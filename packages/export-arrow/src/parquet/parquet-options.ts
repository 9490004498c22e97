import { PerfError } from '@perf/contracts';
import type { ArrowStyle, ColumnarOptions } from '../arrow-options.ts';
import { columnarStyle, oneOf } from '../arrow-options.ts';
import type { ParquetChoice } from './parquet-settings.ts';

/** How Parquet is written. */
export interface ParquetOptions extends ColumnarOptions {
  /** Compresses every page. `zstd` (level 1) makes smaller files than `snappy`, which every reader knows. @default 'snappy' */
  readonly compression?: 'snappy' | 'zstd' | 'none' | undefined;
  /**
   * Rows of a row group, 1,024 to 1,048,576; fewer of wide rows, which end a group at 64 MiB. Larger ones make smaller files, and hold as
   * many rows in memory. @default 65,536
   */
  readonly rowGroupRows?: number | undefined;
  /** Least and greatest values, for readers to skip what they need not read: of every page, of every chunk of a column, or none. @default 'chunk' */
  readonly statistics?: 'page' | 'chunk' | 'none' | undefined;
  /**
   * Columns whose values are written once per row group, with numbers in their places: all, none, those named, or with `'auto'` those whose
   * values repeat in the first 16,384 rows. @default 'auto'
   */
  readonly dictionary?: 'auto' | boolean | readonly string[] | undefined;
  /**
   * Where rows become Parquet: in a thread of its own, beside the work of the caller, which ends with the file and gives its memory back; or
   * on the calling thread, which starts faster and then works for up to 50 ms at a time. `caller` suits many small files. @default 'worker'
   */
  readonly encodeOn?: 'worker' | 'caller' | undefined;
}

/** `ParquetOptions`, checked and filled in. */
export interface ParquetStyle extends Omit<ArrowStyle, 'format' | 'compression'> {
  readonly settings: ParquetChoice;
  readonly encodeOn: 'worker' | 'caller';
}

const LEAST_ROWS = 1024;
const MOST_ROWS = 1_048_576;

/** Checks the options. Throws `ERR_PERF_INVALID_OPTION`. */
export function parquetStyle(options: ParquetOptions): ParquetStyle {
  const {
    compression = 'snappy',
    rowGroupRows = 65_536,
    statistics = 'chunk',
    encodeOn = 'worker',
  } = options;
  const { dictionary = 'auto' } = options;
  oneOf('compression', compression, ['snappy', 'zstd', 'none']);
  oneOf('statistics', statistics, ['page', 'chunk', 'none']);
  oneOf('encodeOn', encodeOn, ['worker', 'caller']);
  if (!Number.isInteger(rowGroupRows) || rowGroupRows < LEAST_ROWS || rowGroupRows > MOST_ROWS)
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `rowGroupRows must be a whole number from ${LEAST_ROWS} to ${MOST_ROWS}, got ${rowGroupRows}`,
    );
  const isList = Array.isArray(dictionary) && dictionary.every((name) => typeof name === 'string');
  if (typeof dictionary !== 'boolean' && dictionary !== 'auto' && !isList)
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `dictionary must be 'auto', true, false or a list of column names`,
    );
  return {
    ...columnarStyle(options),
    settings: { compression, rowGroupRows, statistics, dictionary },
    encodeOn,
    dictionary: [],
    itemName: 'element',
    msForSeconds: true,
  };
}
