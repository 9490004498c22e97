import type { Batch } from '@perf/contracts';
import { batchLength } from '@perf/contracts';
import { columnReader } from './column-reader.ts';
import type { SheetColumn } from './sheet-columns.ts';

/** Rows that are measured. */
export const SAMPLE_ROWS = 100;
const MOST_MEASURED = 60;
const LEAST = 6;
/** Room for the filter's button, and for the margins of a cell. */
const BUTTON = 3;
const MARGIN = 1.5;
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\ud83c-\ud83e]/;
const GROUPS = /#,##0/;

/** The width of every column in characters: as given, or enough for header and the first rows, within limits. */
export function measuredWidths(columns: readonly SheetColumn[], batches: readonly Batch[]): number[] {
  return columns.map((column) => {
    const { style, header } = column;
    if (style.width !== undefined) return style.width;
    let most = Math.max(LEAST, textWidth(header) + BUTTON);
    let left = SAMPLE_ROWS;
    for (const batch of batches) {
      const read = columnReader(batch, column);
      const rows = Math.min(left, batchLength(batch));
      for (let r = 0; r < rows; r++) most = Math.max(most, valueWidth(read(r), column));
      left -= rows;
    }
    return Math.round((Math.min(most, MOST_MEASURED) + MARGIN) * 100) / 100;
  });
}

function valueWidth(value: unknown, { field, format = '' }: SheetColumn): number {
  if (value === null || value === undefined) return 0;
  if (typeof value === 'boolean') return 5;
  if (field.type.kind === 'date' || field.type.kind === 'timestamp') return Math.max(10, format.length);
  if (typeof value === 'number' || typeof value === 'bigint') return numberWidth(Number(value), format);
  if (typeof value !== 'string') return MOST_MEASURED / 2;
  if (field.type.kind !== 'decimal') return textWidth(value);
  return Math.max(value.length, numberWidth(Number(value), format));
}

function numberWidth(value: number, format: string): number {
  if (format === '') return Math.min(String(value).length, 11);
  const whole = String(Math.trunc(value)).length;
  const decimals = /\.([0#]+)/.exec(format)?.[1]?.length ?? -1;
  const unit = /\[\$([^\]]*)\]/.exec(format)?.[1]?.length ?? -1;
  return whole + (GROUPS.test(format) ? Math.floor(whole / 3) : 0) + decimals + 1 + unit + 1;
}

/** Characters of the widest line; those of East Asia and pictures count twice. */
function textWidth(text: string): number {
  let most = 0;
  for (const line of text.slice(0, 2000).split('\n', 20)) {
    let width = Math.min(line.length, MOST_MEASURED);
    if (WIDE.test(line)) for (const unit of line.slice(0, MOST_MEASURED)) width += WIDE.test(unit) ? 1 : 0;
    most = Math.max(most, width);
  }
  return most;
}
