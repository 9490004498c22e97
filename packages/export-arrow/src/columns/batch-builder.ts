import type { Batch, ColumnBatch, RowBatch } from '@perf/contracts';
import { batchLength } from '@perf/contracts';
import { columnAt } from '@perf/export-core';
import type { Data, Field as ArrowField, Schema } from 'apache-arrow';
import { RecordBatch, Struct, makeData } from 'apache-arrow';
import type { ColumnPlan } from './plan-columns.ts';
import type { RowColumn } from './put-rows.ts';
import { OwnOnly, putRows } from './put-rows.ts';

/** Gathers the rows of batches of any size into Arrow batches of one size. Cut by rows and bytes alone: the same rows give the same batches. */
export class BatchBuilder {
  /** Rows gathered. */
  length = 0;
  readonly #plan: ColumnPlan;
  #lanes: { readonly objects: readonly RowColumn[]; readonly arrays: readonly RowColumn[] } | undefined;

  constructor(plan: ColumnPlan) {
    this.#plan = plan;
  }

  /** Whether no more rows may be put before `finish`. */
  get isFull(): boolean {
    return this.length >= this.#plan.batchRows || this.#plan.gauge.isOver;
  }

  /** Takes rows of a batch from `from` on: at most `most`, and only as many as there is room for. Gives how many. */
  put(batch: Batch, from: number, most: number): number {
    const to = Math.min(batchLength(batch), from + Math.min(most, this.#plan.batchRows - this.length));
    if (from >= to) return 0;
    const taken = batch.kind === 'rows' ? this.#putRows(batch, from, to) : this.#putColumns(batch, from, to);
    this.length += taken;
    return taken;
  }

  /** The rows gathered, in the memory of the columns: used up before `reset`. */
  finish(schema: Schema): RecordBatch {
    const { columns } = this.#plan;
    const children: Data[] = columns.map(({ builder }) => builder.finish());
    const fields: ArrowField[] = schema.fields;
    const type = new Struct(fields);
    return new RecordBatch(schema, makeData({ type, length: this.length, nullCount: 0, children }));
  }

  /** Begins the next batch. */
  reset(): void {
    const { columns, gauge, rows } = this.#plan;
    rows.before += this.length;
    this.length = 0;
    for (const { builder } of columns) builder.reset();
    gauge.isOver = false;
  }

  /** Forgets which builders the columns have. */
  replan(): void {
    this.#lanes = undefined;
  }

  #putRows({ rows, layout }: RowBatch, from: number, to: number): number {
    this.#lanes ??= { objects: this.#lanesOf('objects'), arrays: this.#lanesOf('arrays') };
    return putRows(rows, from, to, this.#lanes[layout], this.#plan.gauge);
  }

  #lanesOf(layout: RowBatch['layout']): RowColumn[] {
    return this.#plan.columns.map(({ field, index, builder }) => {
      if (layout === 'arrays') return { key: index, target: builder };
      const target = field.name in Object.prototype ? new OwnOnly(builder) : builder;
      return { key: field.name, target };
    });
  }

  #putColumns(batch: ColumnBatch, from: number, to: number): number {
    const { columns, gauge } = this.#plan;
    let end = to;
    for (const { field, index, builder } of columns)
      end = from + builder.putColumn(columnAt(field, batch, index), from, end);
    const length = this.length + end - from;
    for (const { builder } of columns) if (builder.length > length) builder.truncate(length);
    gauge.isOver = columns.some(({ builder }) => builder.isOver);
    return end - from;
  }
}
