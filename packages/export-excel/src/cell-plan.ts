import type { CellWriter, Room, Warnings } from '@perf/export-core';
import { MASK, base64Text, isMasked, jsonText } from '@perf/export-core';
import { CellHead } from './cell-head.ts';
import { dateCell, instantCell } from './date-cells.ts';
import type { ExcelStyle } from './excel-options.ts';
import type { Hyperlinks } from './hyperlinks.ts';
import { linkCell } from './link-cell.ts';
import type { ValueContext } from './number-cells.ts';
import { boolCell, decimalCell, float64Cell, int32Cell, int64Cell } from './number-cells.ts';
import type { RowNumber } from './row-number.ts';
import type { SharedStrings } from './shared-strings.ts';
import type { SheetColumn } from './sheet-columns.ts';
import type { TextContext } from './text-cell.ts';
import { convertedCell, textCell } from './text-cell.ts';
import { zoneShift } from './zone-shift.ts';

/** What the cells of a workbook share. */
export interface CellPlan {
  readonly style: ExcelStyle;
  readonly room: Room;
  readonly row: RowNumber;
  readonly warnings: Warnings;
  /** Absent: every cell holds its own text. */
  readonly shared: SharedStrings | undefined;
  readonly links: Hyperlinks;
}

/** How one column's values are written. @param styleId of its cells @param linkStyleId of those that are links */
export function cellFor(
  column: SheetColumn,
  plan: CellPlan,
  styleId: number,
  linkStyleId: number,
): CellWriter {
  const { field, style } = column;
  const attribute = styleAttribute(styleId);
  if (isMasked(field, plan.style.classified)) return maskedCell(column, plan, attribute);
  const text = (): TextContext => textContext(column, plan, attribute);
  if (style.templateFormat?.type === 'boolean') {
    const words = plan.style.template?.formatterOf(field);
    if (words !== undefined) return convertedCell(text(), words);
  }
  if (style.hyperlink === true) {
    const { links, warnings } = plan;
    return linkCell({ column, plain: text(), linkStyle: styleAttribute(linkStyleId), links, warnings });
  }
  return typedCell(column, plan, attribute, text);
}

function typedCell(
  { field, letters }: SheetColumn,
  plan: CellPlan,
  style: string,
  text: () => TextContext,
): CellWriter {
  const { type } = field;
  const value = (message: string): ValueContext => ({
    row: plan.row,
    letters,
    style,
    asText: plan.warnings.counter('number-as-text', message, field.name),
  });
  switch (type.kind) {
    case 'bool':
      return boolCell(value(''));
    case 'int32':
      return int32Cell(value(''));
    case 'int64':
      return int64Cell(value('integers beyond 2^53, whose digits Excel would change, were written as text'));
    case 'float64':
      return float64Cell(
        value('NaN, infinities and numbers too small for Excel are no numbers of a sheet'),
        plan.style.nonFinite,
      );
    case 'decimal':
      return decimalCell(
        value('decimals of more than 15 digits, which Excel would round, were written as text'),
      );
    case 'date':
      return dateCell(value('dates before 1900-03-01 and beyond 9999 were written as text'));
    case 'timestamp': {
      const rounded = plan.warnings.counter(
        'timestamp-rounded',
        'instants finer than a millisecond were cut to the millisecond',
        field.name,
      );
      const shift = zoneShift(plan.style.template?.template.timezone);
      return instantCell(type.unit, {
        ...value('instants before 1900-03-01 and beyond 9999 were written as text'),
        rounded,
        shift,
      });
    }
    case 'utf8':
      return textCell(text());
    case 'binary':
      return convertedCell(text(), (bytes) => (bytes instanceof Uint8Array ? base64Text(bytes) : undefined));
    case 'json':
    case 'list':
      return convertedCell(text(), jsonText(type, 'number'));
  }
}

function textContext({ field, letters }: SheetColumn, plan: CellPlan, style: string): TextContext {
  const { room, row, shared, warnings } = plan;
  return {
    room,
    row,
    letters,
    style,
    shared: field.type.kind === 'utf8' || field.type.kind === 'bool' ? shared?.column() : undefined,
    cut: warnings.counter(
      'text-truncated',
      'text was cut to the 32,767 characters that a cell holds',
      field.name,
    ),
    replaced: warnings.counter(
      'lone-surrogate-replaced',
      'text with half a surrogate pair, which UTF-8 cannot hold, got U+FFFD in its place',
      field.name,
    ),
  };
}

function maskedCell({ field, letters }: SheetColumn, { row, warnings }: CellPlan, style: string): CellWriter {
  const head = new CellHead(row, `<c r="${letters}`, `" ${style}t="inlineStr"><is><t>${MASK}</t></is></c`);
  const masked = warnings.counter(
    'column-masked',
    `values of a ${field.classification ?? 'classified'} column were replaced`,
    field.name,
  );
  const write = (bytes: Buffer, position: number): number => {
    masked.count++;
    return head.write(bytes, position);
  };
  return { value: write, number: write, utf8: write, width: head.width };
}

/** The attribute of a cell for style `id`, ready to stand before another; nothing for the plain one. */
export function styleAttribute(id: number): string {
  return id === 0 ? '' : `s="${id}" `;
}
