import type { PlannedColumn } from './planned-column.ts';
import { writeBytes } from './write-integer.ts';

/** A row by name or by position. */
export type KeyedRow = Readonly<Record<string | number, unknown>>;

/**
 * Writes the first values of a row, each with its separator, as far as that goes without a special case. Gives the position
 * after them; `done.column` tells how many columns it wrote, and the caller's loop does the rest.
 *
 * Unrolled on purpose: every lane is a place of its own in the code, so the engine learns per column which key is read and
 * which writer is called, and compiles both in. A loop has one place for all columns and looks both up for every value;
 * bench/csv.bench.ts of export-csv shows the difference.
 */
export function writeLanes(
  bytes: Buffer,
  position: number,
  row: KeyedRow,
  columns: readonly PlannedColumn[],
  separator: number,
  done: { column: number },
): number {
  let p = position;
  let q = p;
  let value: unknown;

  const c0 = columns[0];
  if (c0 === undefined) return stop(done, 0, p);
  value = row[c0.key];
  q =
    value === null || value === undefined
      ? c0.writeNull(bytes, p)
      : c0.write(bytes, c0.hasPrefix ? writeBytes(bytes, p, c0.prefix) : p, value);
  if (q < 0) return stop(done, 0, p);
  bytes[q] = separator;
  p = q + 1;

  const c1 = columns[1];
  if (c1 === undefined) return stop(done, 1, p);
  value = row[c1.key];
  q =
    value === null || value === undefined
      ? c1.writeNull(bytes, p)
      : c1.write(bytes, c1.hasPrefix ? writeBytes(bytes, p, c1.prefix) : p, value);
  if (q < 0) return stop(done, 1, p);
  bytes[q] = separator;
  p = q + 1;

  const c2 = columns[2];
  if (c2 === undefined) return stop(done, 2, p);
  value = row[c2.key];
  q =
    value === null || value === undefined
      ? c2.writeNull(bytes, p)
      : c2.write(bytes, c2.hasPrefix ? writeBytes(bytes, p, c2.prefix) : p, value);
  if (q < 0) return stop(done, 2, p);
  bytes[q] = separator;
  p = q + 1;

  const c3 = columns[3];
  if (c3 === undefined) return stop(done, 3, p);
  value = row[c3.key];
  q =
    value === null || value === undefined
      ? c3.writeNull(bytes, p)
      : c3.write(bytes, c3.hasPrefix ? writeBytes(bytes, p, c3.prefix) : p, value);
  if (q < 0) return stop(done, 3, p);
  bytes[q] = separator;
  p = q + 1;

  const c4 = columns[4];
  if (c4 === undefined) return stop(done, 4, p);
  value = row[c4.key];
  q =
    value === null || value === undefined
      ? c4.writeNull(bytes, p)
      : c4.write(bytes, c4.hasPrefix ? writeBytes(bytes, p, c4.prefix) : p, value);
  if (q < 0) return stop(done, 4, p);
  bytes[q] = separator;
  p = q + 1;

  const c5 = columns[5];
  if (c5 === undefined) return stop(done, 5, p);
  value = row[c5.key];
  q =
    value === null || value === undefined
      ? c5.writeNull(bytes, p)
      : c5.write(bytes, c5.hasPrefix ? writeBytes(bytes, p, c5.prefix) : p, value);
  if (q < 0) return stop(done, 5, p);
  bytes[q] = separator;
  p = q + 1;

  const c6 = columns[6];
  if (c6 === undefined) return stop(done, 6, p);
  value = row[c6.key];
  q =
    value === null || value === undefined
      ? c6.writeNull(bytes, p)
      : c6.write(bytes, c6.hasPrefix ? writeBytes(bytes, p, c6.prefix) : p, value);
  if (q < 0) return stop(done, 6, p);
  bytes[q] = separator;
  p = q + 1;

  const c7 = columns[7];
  if (c7 === undefined) return stop(done, 7, p);
  value = row[c7.key];
  q =
    value === null || value === undefined
      ? c7.writeNull(bytes, p)
      : c7.write(bytes, c7.hasPrefix ? writeBytes(bytes, p, c7.prefix) : p, value);
  if (q < 0) return stop(done, 7, p);
  bytes[q] = separator;
  p = q + 1;

  const c8 = columns[8];
  if (c8 === undefined) return stop(done, 8, p);
  value = row[c8.key];
  q =
    value === null || value === undefined
      ? c8.writeNull(bytes, p)
      : c8.write(bytes, c8.hasPrefix ? writeBytes(bytes, p, c8.prefix) : p, value);
  if (q < 0) return stop(done, 8, p);
  bytes[q] = separator;
  p = q + 1;

  const c9 = columns[9];
  if (c9 === undefined) return stop(done, 9, p);
  value = row[c9.key];
  q =
    value === null || value === undefined
      ? c9.writeNull(bytes, p)
      : c9.write(bytes, c9.hasPrefix ? writeBytes(bytes, p, c9.prefix) : p, value);
  if (q < 0) return stop(done, 9, p);
  bytes[q] = separator;
  p = q + 1;

  const c10 = columns[10];
  if (c10 === undefined) return stop(done, 10, p);
  value = row[c10.key];
  q =
    value === null || value === undefined
      ? c10.writeNull(bytes, p)
      : c10.write(bytes, c10.hasPrefix ? writeBytes(bytes, p, c10.prefix) : p, value);
  if (q < 0) return stop(done, 10, p);
  bytes[q] = separator;
  p = q + 1;

  const c11 = columns[11];
  if (c11 === undefined) return stop(done, 11, p);
  value = row[c11.key];
  q =
    value === null || value === undefined
      ? c11.writeNull(bytes, p)
      : c11.write(bytes, c11.hasPrefix ? writeBytes(bytes, p, c11.prefix) : p, value);
  if (q < 0) return stop(done, 11, p);
  bytes[q] = separator;
  p = q + 1;

  const c12 = columns[12];
  if (c12 === undefined) return stop(done, 12, p);
  value = row[c12.key];
  q =
    value === null || value === undefined
      ? c12.writeNull(bytes, p)
      : c12.write(bytes, c12.hasPrefix ? writeBytes(bytes, p, c12.prefix) : p, value);
  if (q < 0) return stop(done, 12, p);
  bytes[q] = separator;
  p = q + 1;

  const c13 = columns[13];
  if (c13 === undefined) return stop(done, 13, p);
  value = row[c13.key];
  q =
    value === null || value === undefined
      ? c13.writeNull(bytes, p)
      : c13.write(bytes, c13.hasPrefix ? writeBytes(bytes, p, c13.prefix) : p, value);
  if (q < 0) return stop(done, 13, p);
  bytes[q] = separator;
  p = q + 1;

  const c14 = columns[14];
  if (c14 === undefined) return stop(done, 14, p);
  value = row[c14.key];
  q =
    value === null || value === undefined
      ? c14.writeNull(bytes, p)
      : c14.write(bytes, c14.hasPrefix ? writeBytes(bytes, p, c14.prefix) : p, value);
  if (q < 0) return stop(done, 14, p);
  bytes[q] = separator;
  p = q + 1;

  const c15 = columns[15];
  if (c15 === undefined) return stop(done, 15, p);
  value = row[c15.key];
  q =
    value === null || value === undefined
      ? c15.writeNull(bytes, p)
      : c15.write(bytes, c15.hasPrefix ? writeBytes(bytes, p, c15.prefix) : p, value);
  if (q < 0) return stop(done, 15, p);
  bytes[q] = separator;
  p = q + 1;

  return stop(done, 16, p);
}

function stop(done: { column: number }, column: number, position: number): number {
  done.column = column;
  return position;
}
