import type { Batch, Field, Schema } from '@perf/contracts';
import { PerfError, batchLength, cellReader } from '@perf/contracts';
import { columnAt } from '../column-cells.ts';
import type { PathText } from './hive-path.ts';
import { hiveSegment } from './hive-path.ts';
import { takeRows } from './take-rows.ts';

interface PartitionColumn {
  readonly field: Field;
  readonly index: number;
  readonly segment: PathText;
}

/** Sorts the rows of batches into folders by the values of some columns. */
export class PartitionRows {
  /** The columns of the files: those that make no folders. */
  readonly schema: Schema;
  readonly #by: readonly PartitionColumn[];
  readonly #kept: readonly number[];
  #rows = 0;

  constructor(schema: Schema, by: readonly string[]) {
    const { fields } = schema;
    this.#by = by.map((name) => {
      const index = fields.findIndex((field) => field.name === name);
      const field = fields[index];
      if (field === undefined)
        throw new PerfError('ERR_PERF_INVALID_OPTION', `by names ${name}, which the source does not have`);
      return { field, index, segment: hiveSegment(field) };
    });
    this.#kept = Array.from(fields.keys()).filter((index) =>
      this.#by.every((column) => column.index !== index),
    );
    this.schema = { fields: fields.filter((_, index) => this.#kept.includes(index)) };
  }

  /** The rows of a batch by folder, in the order in which the folders come up; within each the rows keep their order. */
  split(batch: Batch): ReadonlyMap<string, Batch> {
    const indices = new Map<string, number[]>();
    const paths = this.#paths(batch);
    for (let row = 0; row < batchLength(batch); row++) {
      const path = paths(row);
      const found = indices.get(path);
      if (found === undefined) indices.set(path, [row]);
      else found.push(row);
    }
    this.#rows += batchLength(batch);
    const taken = Array.from(indices, ([path, rows]): [string, Batch] => [
      path,
      takeRows(batch, rows, this.#kept, this.schema),
    ]);
    return new Map(taken);
  }

  /** A function that gives the folder of a row; most rows have the folder of the row before. */
  #paths(batch: Batch): (row: number) => string {
    const readers = this.#by.map(({ field, index }) => valueReader(batch, field, index));
    let last: unknown[] = [];
    let path = '';
    return (row) => {
      if (last.length > 0 && readers.every((read, i) => isSame(read(row), last[i]))) return path;
      last = readers.map((read) => read(row));
      path = this.#by.map(({ segment }, i) => segment(last[i], this.#rows + row)).join('/');
      return path;
    };
  }
}

function valueReader(batch: Batch, field: Field, index: number): (row: number) => unknown {
  if (batch.kind === 'columns') return cellReader(field.type, columnAt(field, batch, index));
  if (batch.layout === 'arrays') return (row) => batch.rows[row]?.[index];
  return (row) => {
    const object = batch.rows[row];
    return object !== undefined && Object.hasOwn(object, field.name) ? object[field.name] : null;
  };
}

function isSame(one: unknown, other: unknown): boolean {
  if (one instanceof Date && other instanceof Date) return one.getTime() === other.getTime();
  return Object.is(one, other);
}
