import type { Field } from '@perf/contracts';
import type { CellWriter, ColumnFormatter, Warnings } from '@perf/export-core';
import { MASK, base64Text, cellOfType, jsonText, maskCell } from '@perf/export-core';
import type { GlyphTable } from '../fonts/glyph-table.ts';
import type { GlyphBuffer } from '../text/glyph-buffer.ts';
import type { TextFaults } from '../text/text-faults.ts';

/** Adds the text of a value that is not null to `glyphs`; false when the value does not belong to its column's type. */
export type CellText = (
  value: unknown,
  glyphs: GlyphBuffer,
  table: GlyphTable,
  faults: TextFaults,
) => boolean;

const SCRATCH_BYTES = 128;

/** How values of a column become text: as its format says, or as its type is written everywhere. */
export function cellText(field: Field, formatter: ColumnFormatter | undefined): CellText {
  if (formatter !== undefined) return convertedText(formatter);
  const cell = cellOfType(field.type);
  if (cell !== undefined) return asciiText(cell);
  if (field.type.kind === 'utf8') return plainText;
  if (field.type.kind === 'binary')
    return convertedText((value) => (value instanceof Uint8Array ? base64Text(value) : undefined));
  return convertedText(jsonText(field.type, 'number'));
}

/** Puts `***` in place of every value, and counts them as `column-masked`. */
export function maskedText(field: Field, warnings: Warnings): CellText {
  return asciiText(maskCell(field, MASK, warnings));
}

function asciiText(cell: CellWriter): CellText {
  const scratch = Buffer.alloc(Math.max(SCRATCH_BYTES, cell.width));
  return (value, glyphs, table, faults) => {
    const end = cell.value(scratch, 0, value);
    if (end < 0) return false;
    glyphs.addAscii(table, scratch, end, faults);
    return true;
  };
}

const plainText: CellText = (value, glyphs, table, faults) => {
  if (typeof value !== 'string') return false;
  glyphs.addText(table, value, faults);
  return true;
};

function convertedText(toText: (value: unknown) => string | undefined): CellText {
  return (value, glyphs, table, faults) => {
    const text = toText(value);
    if (typeof text !== 'string') return false;
    glyphs.addText(table, text, faults);
    return true;
  };
}
