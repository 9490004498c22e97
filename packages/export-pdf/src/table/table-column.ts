import type { Field, Schema } from '@perf/contracts';
import { isNumeric } from '@perf/contracts';
import type { ColumnFormatter, WarningCounter, Warnings } from '@perf/export-core';
import { chosenFields, isMasked } from '@perf/export-core';
import type { Align, ColumnStyle, Overflow, PdfStyle } from '../pdf-options.ts';
import type { TextFaults } from '../text/text-faults.ts';
import { CountedFaults } from '../text/text-faults.ts';
import type { CellText } from './cell-text.ts';
import { cellText, maskedText } from './cell-text.ts';

/** A column of the table, as rows are laid out by it. */
export interface TableColumn {
  readonly field: Field;
  /** Its place in the source's schema. */
  readonly index: number;
  readonly title: string;
  readonly align: Align;
  readonly overflow: Overflow;
  /** Points, when given. */
  readonly width: number | undefined;
  /** Widths of a digit, when given. */
  readonly characters: number | undefined;
  readonly isMasked: boolean;
  readonly formatter: ColumnFormatter | undefined;
  readonly text: CellText;
  readonly faults: TextFaults;
  readonly titleFaults: TextFaults;
  readonly truncated: WarningCounter;
}

/** The columns to write. @param rowNumber the row being written, for errors */
export function tableColumns(
  schema: Schema,
  style: PdfStyle,
  warnings: Warnings,
  rowNumber: () => number,
): readonly TableColumn[] {
  const styles = style.columns;
  const chosen = chosenFields(
    schema,
    styles?.map(({ name }) => name),
  );
  return chosen.map(({ field, index }, i) =>
    tableColumn(field, index, styles?.[i], style, warnings, rowNumber),
  );
}

function tableColumn(
  field: Field,
  index: number,
  own: ColumnStyle | undefined,
  style: PdfStyle,
  warnings: Warnings,
  rowNumber: () => number,
): TableColumn {
  const hidden = isMasked(field, style.classified);
  const formatter = hidden ? undefined : own?.formatterOf?.(field);
  return {
    field,
    index,
    title: own?.title ?? field.name,
    align: own?.align ?? (isNumeric(field.type) && !hidden ? 'right' : 'left'),
    overflow: isCuttable(field) && !hidden ? (own?.overflow ?? style.overflow) : 'wrap',
    width: own?.width,
    characters: own?.characters,
    isMasked: hidden,
    formatter,
    text: hidden ? maskedText(field, warnings) : cellText(field, formatter),
    faults: new CountedFaults(
      style.missingGlyphs,
      warnings,
      field.name,
      () => `column ${field.name}, row ${rowNumber()} (from 0)`,
    ),
    titleFaults: new CountedFaults(
      style.missingGlyphs,
      warnings,
      field.name,
      () => `the title of column ${field.name}`,
    ),
    truncated: warnings.counter('text-truncated', 'text wider than its column was cut', field.name),
  };
}

/** Half a number or date would be another one. */
function isCuttable({ type }: Field): boolean {
  return type.kind === 'utf8' || type.kind === 'binary' || type.kind === 'json' || type.kind === 'list';
}
