import type { Field } from '@perf/contracts';
import { PerfError, printDataType } from '@perf/contracts';
import type { CellWriter } from '../cell-writer.ts';
import { misfit } from '../misfit.ts';
import { cellOfType } from '../scalar-cells.ts';

/** What stands for null in a path. */
const NULL_PARTITION = '__HIVE_DEFAULT_PARTITION__';
/** What Hive escapes in a path, and NUL, which no path may hold. */
// oxlint-disable-next-line no-control-regex -- these are what must be escaped
const ESCAPED = /[\u0000-\u001f\u007f"#%'*/:=?\\{[\]^]/g;
const SCRATCH_BYTES = 128;

/** Writes the text of one value of a partition column into a path. */
export type PathText = (value: unknown, row: number) => string;

/** A function that gives `name=value` for values of a column in their row form, as Hive escapes them. */
export function hiveSegment(field: Field): PathText {
  const name = escaped(field.name);
  const text = valueText(field);
  return (value, row) => {
    if (value === null || value === undefined) return `${name}=${NULL_PARTITION}`;
    return `${name}=${escaped(text(value, row))}`;
  };
}

function escaped(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(ESCAPED, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`);
}

function valueText(field: Field): PathText {
  const { type } = field;
  if (type.kind === 'utf8')
    return (value, row) => {
      if (typeof value !== 'string') throw misfit(field, row, value);
      return value;
    };
  const cell = cellOfType(type);
  if (cell === undefined)
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `by names ${field.name}, but values of ${printDataType(type)} make no folders`,
    );
  const text = cellText(field, cell);
  if (type.kind !== 'timestamp') return text;
  return (value, row) =>
    text(value, row)
      .replace('T', ' ')
      .replace(/(?:\.0+)?Z$/, '');
}

function cellText(field: Field, cell: CellWriter): PathText {
  const scratch = Buffer.alloc(Math.max(SCRATCH_BYTES, cell.width));
  return (value, row) => {
    const end = cell.value(scratch, 0, value);
    if (end < 0) throw misfit(field, row, value);
    return scratch.toString('latin1', 0, end);
  };
}
