import type { Field, Schema } from '@perf/contracts';
import type { CellWriter, TableColumn, TableLayout, WarningCounter } from '@perf/export-core';
import {
  MASK,
  Room,
  Warnings,
  base64Text,
  cellOfType,
  chosenFields,
  isMasked,
  jsonText,
  maskCell,
  quotedCell,
} from '@perf/export-core';
import { epochMsCell } from './epoch-cell.ts';
import type { CsvStyle } from './csv-options.ts';
import type { TextContext } from './csv-text.ts';
import { convertedCell, textCell, titleBytes } from './csv-text.ts';

/** Everything the table encoder needs to write CSV of one schema. */
export interface CsvPlan {
  readonly layout: TableLayout;
  readonly room: Room;
  readonly warnings: Warnings;
}

const NO_BYTES = new Uint8Array(0);
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/** Chooses a writer for every column of `schema`, and the bytes around them. */
export function csvPlan(schema: Schema, style: CsvStyle): CsvPlan {
  const room = new Room();
  const warnings = new Warnings();
  const chosen = chosenFields(schema, style.columns).map(({ field, index }) => ({
    field,
    index,
    context: contextOf(field, style, room, warnings),
  }));
  const nullBytes = Buffer.from(style.nullText);
  const columns = chosen.map(({ field, index, context }): TableColumn => ({
    field,
    index,
    prefix: NO_BYTES,
    nullBytes,
    cell: cellFor(field, context, warnings),
  }));
  const titles = chosen.map(({ field, context }) =>
    titleBytes(context, style.titles.get(field.name) ?? field.name),
  );
  style.template?.warn(warnings);
  const mark = style.bom ? BYTE_ORDER_MARK : NO_BYTES;
  const titleLine = style.header && titles.length > 0 ? joined(titles, style.delimiter) : undefined;
  return {
    layout: { columns, separator: style.delimiter, ...lines(style, mark, titleLine) },
    room,
    warnings,
  };
}

/** Where line endings go: after every line, or, without a final one, before every line but the first. */
function lines(
  style: CsvStyle,
  mark: Uint8Array,
  titleLine: Uint8Array | undefined,
): Omit<TableLayout, 'columns' | 'separator'> {
  const ending = Buffer.from(style.lineEnding);
  const header = Buffer.concat([mark, titleLine ?? NO_BYTES]);
  if (style.finalNewline) {
    const full = titleLine === undefined ? header : Buffer.concat([header, ending]);
    return { header: full, firstOpen: NO_BYTES, open: NO_BYTES, close: ending, footer: NO_BYTES };
  }
  const firstOpen = titleLine === undefined ? NO_BYTES : ending;
  return { header, firstOpen, open: ending, close: NO_BYTES, footer: NO_BYTES };
}

function contextOf(field: Field, style: CsvStyle, room: Room, warnings: Warnings): TextContext {
  const guarded: WarningCounter | undefined = style.formulaGuard
    ? warnings.counter(
        'formula-guarded',
        "text that a spreadsheet could run as a formula got a ' in front",
        field.name,
      )
    : undefined;
  const replaced = warnings.counter(
    'lone-surrogate-replaced',
    'text with half a surrogate pair, which UTF-8 cannot hold, got U+FFFD in its place',
    field.name,
  );
  return { style, room, guarded, replaced };
}

function cellFor(field: Field, context: TextContext, warnings: Warnings): CellWriter {
  const { style } = context;
  const quote = String.fromCharCode(style.quote);
  if (isMasked(field, style.classified))
    return maskCell(field, style.quoteAll || MASK === style.nullText ? quote + MASK + quote : MASK, warnings);
  const formatted = style.template?.formatterOf(field);
  if (formatted !== undefined) {
    // What Intl makes of a number is no formula, though it may begin with a minus sign.
    const own = field.type.kind === 'bool' ? context : { ...context, guarded: undefined };
    return convertedCell(own, formatted);
  }
  const typed = typedCell(field, context);
  if (typed === undefined) return otherCell(field, context);
  return style.quoteAll ? quotedCell(typed, style.quote) : typed;
}

/** Writers of values that never need quotes or guard; undefined for the other types. */
function typedCell({ type }: Field, { style: { dateFormat } }: TextContext): CellWriter | undefined {
  if (type.kind !== 'timestamp' || dateFormat === 'iso') return cellOfType(type);
  return dateFormat === 'epochMs' ? epochMsCell(type.unit) : undefined;
}

function otherCell(field: Field, context: TextContext): CellWriter {
  const { type } = field;
  if (type.kind === 'utf8') return textCell(context);
  if (type.kind === 'binary')
    return convertedCell(context, (value) => (value instanceof Uint8Array ? base64Text(value) : undefined));
  const { dateFormat } = context.style;
  if (type.kind === 'timestamp' && typeof dateFormat === 'function')
    return convertedCell(context, (value) =>
      typeof value === 'bigint' || (value instanceof Date && !Number.isNaN(value.getTime()))
        ? dateFormat(value, field)
        : undefined,
    );
  return convertedCell(context, jsonText(type, 'number'));
}

function joined(parts: readonly Uint8Array[], separator: number): Buffer {
  const between = Uint8Array.of(separator);
  return Buffer.concat(parts.flatMap((part, i) => (i === 0 ? [part] : [between, part])));
}
