import type { Batch } from '@perf/contracts';
import type { Piece } from '@perf/export-core';
import { BlockMark } from '@perf/export-core';
import type { RepeatedRow } from './repeated-row.ts';

/** Everything of a workbook that stands around the rows. */
export interface Book {
  /** Rows of the current sheet above its first data row. */
  readonly headRows: number;
  /** Most data rows of the current sheet. */
  readonly dataRows: number;
  /** What every data row has besides its values; undefined: nothing. */
  readonly repeated: RepeatedRow | undefined;
  /** First rows to be seen by `measure` before `begin`; 0: none. */
  readonly sampleRows: number;
  /** Looks at the first batches. */
  measure(batches: readonly Batch[]): void;
  /** What stands before the first row. */
  begin(): Iterable<Piece>;
  /** What ends a sheet of `rows` data rows, and begins the next, which is the current one at once. */
  next(rows: number): Iterable<Piece>;
  /** What ends the last sheet, and the workbook. */
  end(rows: number): Iterable<Piece>;
  /** For a checkpoint. */
  state(): unknown;
  resume(state: unknown): void;
}

/** Begins an entry of the archive. */
export function beginEntry(name: string): BlockMark {
  return new BlockMark('start', { begins: { name } });
}

/** Ends the entry. */
export const END_ENTRY: BlockMark = new BlockMark('end', { ends: true });

/** An entry of its own. */
export function* entry(
  name: string,
  ...contents: readonly (string | Iterable<Uint8Array>)[]
): Generator<Piece> {
  yield beginEntry(name);
  for (const content of contents)
    if (typeof content === 'string') yield Buffer.from(content);
    else yield* content;
  yield END_ENTRY;
}
