import type { Field } from '@perf/contracts';
import type { CellWriter, ValueWriter } from './cell-writer.ts';
import type { TableColumn } from './table-layout.ts';
import { writeBytes } from './write-integer.ts';

/** Given back by `writeNull` when null is left out together with its separator. */
export const OMITTED = -3;

/** Given back by `writeNull` when the column must not hold null. */
export const NOT_NULLABLE = -4;

/** A column as the row loops want it: every one of the same shape, whatever its writer's is. */
export class PlannedColumn {
  readonly field: Field;
  /** Where rows hold the value: the field's name, or its position. */
  readonly key: string | number;
  readonly prefix: Uint8Array;
  readonly hasPrefix: boolean;
  readonly cell: CellWriter;
  readonly write: ValueWriter;
  readonly #nullBytes: Uint8Array | undefined;

  constructor({ field, index, prefix, nullBytes, cell }: TableColumn, layout: 'objects' | 'arrays') {
    this.field = field;
    this.key = layout === 'objects' ? field.name : index;
    this.prefix = prefix;
    this.hasPrefix = prefix.length > 0;
    this.cell = cell;
    this.#nullBytes = nullBytes;
    this.write =
      layout === 'objects' && field.name in Object.prototype ? this.#ownOnly(cell.value) : cell.value;
  }

  /** A writer for a name that every object inherits: what was inherited is a missing property, so null. */
  #ownOnly(write: ValueWriter): ValueWriter {
    return (bytes, position, value) => {
      const isMissing = typeof value === 'function' || value === Object.prototype;
      if (!isMissing) return write(bytes, position, value);
      return this.writeNull(bytes, position - this.prefix.length);
    };
  }

  /** Writes prefix and null. Gives the position after it, `OMITTED` or `NOT_NULLABLE`. */
  writeNull(bytes: Buffer, position: number): number {
    if (!this.field.nullable) return NOT_NULLABLE;
    if (this.#nullBytes === undefined) return OMITTED;
    return writeBytes(bytes, writeBytes(bytes, position, this.prefix), this.#nullBytes);
  }
}
