import type { Field } from '@perf/contracts';
import { PerfError, printDataType } from '@perf/contracts';
import type { ReadValue } from './mysql-value.ts';

/** Collects rows into batches of a fixed size, each value read as its column's type. */
export class RowCollector {
  readonly #fields: readonly Field[];
  readonly #readers: readonly ReadValue[];
  readonly #batchRows: number;
  #rows: unknown[][] = [];
  #taken = 0;

  constructor(fields: readonly Field[], readers: readonly ReadValue[], batchRows: number) {
    this.#fields = fields;
    this.#readers = readers;
    this.#batchRows = batchRows;
  }

  /** Adds a row of the driver and says whether a batch is full. Throws `ERR_PERF_INVALID_VALUE` for a value that does not fit. */
  add(row: unknown): boolean {
    if (!Array.isArray(row)) throw new TypeError('the driver gave a row that is no array');
    const cells: unknown[] = row;
    const values: unknown[] = [];
    for (let i = 0; i < this.#readers.length; i++) {
      const cell = cells[i];
      const value = cell === null || cell === undefined ? null : this.#readers[i]?.(cell);
      if (value === undefined) throw this.#misfit(i);
      values.push(value);
    }
    this.#rows.push(values);
    return this.#rows.length >= this.#batchRows;
  }

  /** The rows so far; the next batch begins. */
  take(): readonly (readonly unknown[])[] {
    const rows = this.#rows;
    this.#taken += rows.length;
    this.#rows = [];
    return rows;
  }

  #misfit(column: number): PerfError {
    const field = this.#fields[column];
    const type = field === undefined ? '' : printDataType(field.type);
    return new PerfError(
      'ERR_PERF_INVALID_VALUE',
      `column ${field?.name}, row ${this.#taken + this.#rows.length}: the server gave a value that does not fit ${type}`,
    );
  }
}
