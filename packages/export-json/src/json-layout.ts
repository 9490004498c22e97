import type { Field, Schema } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { CellWriter, TableColumn, TableLayout } from '@perf/export-core';
import {
  MASK,
  Room,
  Warnings,
  base64Text,
  cellOfType,
  chosenFields,
  float64Cell,
  isMasked,
  jsonText,
  maskCell,
  quotedCell,
} from '@perf/export-core';
import { jsonTextCell, plainStringCell, stringCell } from './json-cells.ts';
import type { JsonStyle } from './json-options.ts';

/** Everything the table encoder needs to write JSON of one schema. */
export interface JsonPlan {
  readonly layout: TableLayout;
  readonly room: Room;
  readonly warnings: Warnings;
}

const QUOTE = 34;
const COMMA = 44;

/** Chooses a writer for every column of `schema`, and the bytes around them. */
export function jsonPlan(schema: Schema, style: JsonStyle): JsonPlan {
  const room = new Room();
  const warnings = new Warnings();
  const chosen = chosenFields(schema, style.columns);
  const keyOf = ({ name }: Field): string => style.template?.titles.get(name) ?? name;
  mustDiffer(chosen.map(({ field }) => keyOf(field)));
  style.template?.warn(warnings);
  const nullBytes = style.nulls === 'omit' ? undefined : Buffer.from('null');
  const columns = chosen.map(({ field, index }): TableColumn => ({
    field,
    index,
    prefix: Buffer.from(`${JSON.stringify(keyOf(field))}:`),
    nullBytes,
    cell: isMasked(field, style.classified)
      ? maskCell(field, JSON.stringify(MASK), warnings)
      : cellFor(field, style, room),
  }));
  return { layout: { columns, separator: COMMA, ...frame(style) }, room, warnings };
}

function frame(style: JsonStyle): Omit<TableLayout, 'columns' | 'separator'> {
  const parts =
    style.format === 'ndjson'
      ? { header: '', firstOpen: '{', open: '{', close: '}\n', footer: '' }
      : { header: '[', firstOpen: '\n{', open: ',\n{', close: '}', footer: '\n]\n' };
  return {
    header: Buffer.from(parts.header),
    firstOpen: Buffer.from(parts.firstOpen),
    open: Buffer.from(parts.open),
    close: Buffer.from(parts.close),
    footer: Buffer.from(parts.footer),
  };
}

function cellFor(field: Field, { bigNumbers, template }: JsonStyle, room: Room): CellWriter {
  const { type } = field;
  const formatted = template?.formatterOf(field);
  if (formatted !== undefined)
    return jsonTextCell(room, (value) => {
      const text = formatted(value);
      return text === undefined ? undefined : JSON.stringify(text);
    });
  if (type.kind === 'float64') return float64Cell('null');
  if (type.kind === 'utf8') return stringCell(room);
  if (type.kind === 'binary')
    return plainStringCell(room, (value) => (value instanceof Uint8Array ? base64Text(value) : undefined));
  const cell = cellOfType(type);
  if (cell === undefined) return jsonTextCell(room, jsonText(type, bigNumbers));
  const isBig = type.kind === 'int64' || type.kind === 'decimal';
  const isQuoted = isBig ? bigNumbers === 'string' : type.kind === 'date' || type.kind === 'timestamp';
  return isQuoted ? quotedCell(cell, QUOTE) : cell;
}

/** Of two values under one key a reader sees one only. */
function mustDiffer(names: readonly string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined)
    throw new PerfError(
      'ERR_PERF_UNSUPPORTED',
      `two columns are named ${twice}, which JSON objects cannot hold`,
    );
}
