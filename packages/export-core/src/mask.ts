import type { Field } from '@perf/contracts';
import type { CellWriter } from './cell-writer.ts';
import { writeBytes } from './write-integer.ts';
import type { Warnings } from './warnings.ts';

/** What happens to columns classified `pii` or `secret`: every value becomes `***`, or they are written as they are. */
export type ClassifiedPolicy = 'mask' | 'include';

/** What stands in place of a masked value. Null stays null. */
export const MASK = '***';

/** Whether values of `field` must not be written in clear. */
export function isMasked(field: Field, policy: ClassifiedPolicy): boolean {
  return field.classification !== undefined && policy === 'mask';
}

/** A writer that puts `text` in place of every value, and counts them as `column-masked`. */
export function maskCell(field: Field, text: string, warnings: Warnings): CellWriter {
  const encoded = Buffer.from(text);
  const masked = warnings.counter(
    'column-masked',
    `values of a ${field.classification ?? 'classified'} column were replaced`,
    field.name,
  );
  const write = (bytes: Buffer, position: number): number => {
    masked.count++;
    return writeBytes(bytes, position, encoded);
  };
  return { value: write, number: write, utf8: write, width: encoded.length };
}
