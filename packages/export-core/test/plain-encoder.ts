import type { Schema } from '@perf/contracts';
import type { CellWriter, TableLayout } from '@perf/export-core';
import { MISFIT, NO_ROOM, Room, TableEncoder, Warnings, int32Cell } from '@perf/export-core';

/** The columns of the tests' rows. */
export const schema: Schema = {
  fields: [
    { name: 'id', type: { kind: 'int32' }, nullable: false },
    { name: 'text', type: { kind: 'utf8' }, nullable: true },
  ],
};
const bytesOf = (text: string): Uint8Array => Buffer.from(text);

function plainText(room: Room): CellWriter {
  return {
    value: (bytes, position, value) => {
      if (typeof value !== 'string') return MISFIT;
      if (position + value.length * 3 > room.limit) return NO_ROOM;
      return position + bytes.write(value, position, 'utf8');
    },
    width: 0,
    pieces: function* (value) {
      for (let from = 0; from < String(value).length; from += 1000)
        yield Buffer.from(String(value).slice(from, from + 1000));
    },
  };
}

/** An encoder that writes `<(id=1;text=a),(id=2;text=-)>`. */
export function encoderOf(columns: Schema = schema): TableEncoder {
  const room = new Room();
  const layout: TableLayout = {
    columns: columns.fields.map((field, index) => ({
      field,
      index,
      prefix: bytesOf(`${field.name}=`),
      nullBytes: bytesOf('-'),
      cell: field.type.kind === 'utf8' ? plainText(room) : int32Cell(),
    })),
    header: bytesOf('<'),
    firstOpen: bytesOf('('),
    open: bytesOf(',('),
    separator: 59,
    close: bytesOf(')'),
    footer: bytesOf('>'),
  };
  return new TableEncoder(columns, layout, room, new Warnings());
}
