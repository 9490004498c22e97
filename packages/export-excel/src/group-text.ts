import { MASK, base64Text, cellOfType, isMasked, jsonText } from '@perf/export-core';
import type { ExcelStyle } from './excel-options.ts';
import type { SheetColumn } from './sheet-columns.ts';

const SCRATCH_BYTES = 128;

/** How values of a column stand in a heading: as a template shows them, or as their type is written everywhere. */
export function groupText(
  { field }: SheetColumn,
  { template, classified }: ExcelStyle,
): (value: unknown) => string | undefined {
  if (isMasked(field, classified)) return () => MASK;
  const formatter = template?.formatterOf(field);
  if (formatter !== undefined) return formatter;
  const cell = cellOfType(field.type);
  if (cell !== undefined) {
    const scratch = Buffer.alloc(Math.max(SCRATCH_BYTES, cell.width));
    return (value) => {
      const end = cell.value(scratch, 0, value);
      return end < 0 ? undefined : scratch.toString('latin1', 0, end);
    };
  }
  if (field.type.kind === 'utf8') return (value) => (typeof value === 'string' ? value : undefined);
  if (field.type.kind === 'binary')
    return (value) => (value instanceof Uint8Array ? base64Text(value) : undefined);
  return jsonText(field.type, 'number');
}
