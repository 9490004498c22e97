import type { Batch, ExportWarning, Schema } from '@perf/contracts';
import { PerfError, batchLength } from '@perf/contracts';
import type { Block, Encoder, EncoderCheckpoints, FillState, LastRow } from '@perf/export-core';
import { BLOCK_BYTES, BLOCK_SOFT_LIMIT, checkSameSchema } from '@perf/export-core';
import type { Schema as ArrowSchema } from 'apache-arrow';
import { arrowSchema } from '../arrow-schema.ts';
import { BatchBuilder } from '../columns/batch-builder.ts';
import { chooseDictionaries } from '../columns/choose-dictionaries.ts';
import { DictionaryBuilder } from '../columns/dictionary-builder.ts';
import type { ColumnPlan } from '../columns/plan-columns.ts';
import type { Messages, NumberedDelta } from './messages.ts';

/** Values taken between two looks at the clock. */
const CELLS_PER_FILL = 16_384;

/** Messages after which a block ends with one though it is not full, so that a checkpoint can be taken. */
const MESSAGES_INSIDE = 8;

/** Writes batches as Arrow messages. A message may run over several blocks; now and then a block ends with a message. */
export class ArrowEncoder implements Encoder {
  readonly blockBytes: number = BLOCK_BYTES;
  readonly checkpoints: EncoderCheckpoints = {
    lastRow: () => this.#lastRow(),
    state: () => this.#state(),
    resume: (rows, state) => this.#resume(rows, state),
  };
  rows = 0;

  readonly #source: Schema;
  readonly #plan: ColumnPlan;
  readonly #builder: BatchBuilder;
  readonly #messages: Messages;
  readonly #rowsPerFill: number;
  #schema: ArrowSchema | undefined;
  #pieces: readonly Uint8Array[] = [];
  /** The piece to write next, and the byte in it. */
  #piece = 0;
  #byte = 0;
  /** Messages ended since a block last ended with one. */
  #messagesInside = 0;
  #batch: Batch | undefined;
  #row = 0;

  constructor(source: Schema, plan: ColumnPlan, messages: Messages) {
    this.#source = source;
    this.#plan = plan;
    this.#builder = new BatchBuilder(plan);
    this.#messages = messages;
    this.#rowsPerFill = Math.max(1, Math.floor(CELLS_PER_FILL / Math.max(1, plan.columns.length)));
  }

  begin(): void {
    // The schema says which columns have dictionaries, which the first batch may decide.
    if (this.#plan.columns.every(({ asDictionary }) => asDictionary === undefined))
      this.#write(this.#begun());
  }

  load(batch: Batch): void {
    checkSameSchema(this.#source, batch.schema);
    this.#batch = batch;
    this.#row = 0;
  }

  end(): void {
    this.#batch = undefined;
    const pieces = [
      ...(this.#builder.length > 0 ? this.#finishBatch() : this.#begun()),
      ...this.#messages.end(),
    ];
    this.#write(pieces);
  }

  warnings(): ExportWarning[] {
    return this.#plan.warnings.list();
  }

  fillBlock(block: Block): FillState {
    if (!this.#copy(block)) return 'full';
    const batch = this.#batch;
    if (batch === undefined) return 'done';
    if (this.#row === batchLength(batch)) {
      this.#batch = undefined;
      return 'done';
    }
    this.#row += this.#builder.put(batch, this.#row, this.#rowsPerFill);
    if (this.#builder.isFull) this.#write(this.#finishBatch());
    return 'paused';
  }

  /** The start of the output, once. */
  #begun(): readonly Uint8Array[] {
    if (this.#schema !== undefined) return [];
    this.#schema = arrowSchema(this.#plan.columns);
    return this.#messages.begin(this.#schema);
  }

  #finishBatch(): readonly Uint8Array[] {
    if (this.#schema === undefined) {
      chooseDictionaries(this.#plan.columns);
      this.#builder.replan();
    }
    const head = this.#begun();
    const batch = this.#builder.finish(this.#schema ?? arrowSchema(this.#plan.columns));
    return [...head, ...this.#messages.batch(batch, this.#deltas())];
  }

  #deltas(): NumberedDelta[] {
    const deltas: NumberedDelta[] = [];
    for (const { builder } of this.#plan.columns) {
      if (!(builder instanceof DictionaryBuilder)) continue;
      const delta = builder.values.takeFresh();
      if (delta !== undefined) deltas.push({ ...delta, id: builder.type.id });
    }
    return deltas;
  }

  #write(pieces: readonly Uint8Array[]): void {
    this.#pieces = pieces;
    this.#piece = 0;
    this.#byte = 0;
  }

  /** Copies queued pieces; false when the block must go out now. */
  #copy(block: Block): boolean {
    if (this.#pieces.length === 0) return true;
    for (; this.#piece < this.#pieces.length; this.#piece++) {
      const piece = this.#pieces[this.#piece];
      if (piece === undefined) break;
      const room = block.bytes.length - block.length;
      const part =
        this.#byte === 0 && piece.length <= room ? piece : piece.subarray(this.#byte, this.#byte + room);
      block.bytes.set(part, block.length);
      block.length += part.length;
      this.#byte += part.length;
      if (this.#byte < piece.length) return false;
      this.#byte = 0;
    }
    this.#pieces = [];
    this.rows += this.#builder.length;
    this.#builder.reset();
    this.#messagesInside++;
    if (block.length < BLOCK_SOFT_LIMIT && this.#messagesInside < MESSAGES_INSIDE) return true;
    this.#messagesInside = 0;
    return false;
  }

  /** Only between batches are all rows before a place in the output, and all after it behind that place. */
  #lastRow(): LastRow | undefined {
    if (this.#batch === undefined || this.#pieces.length > 0 || this.#builder.length > 0 || this.#row === 0)
      return undefined;
    return { batch: this.#batch, index: this.#row - 1 };
  }

  #state(): Readonly<Record<string, unknown>> {
    return {
      warnings: this.#plan.warnings.state(),
      messages: this.#messages.state(),
      dictionaries: this.#plan.columns.map(({ builder }) =>
        builder instanceof DictionaryBuilder ? builder.values.state() : null,
      ),
    };
  }

  #resume(rows: number, { warnings, messages, dictionaries }: Readonly<Record<string, unknown>>): void {
    const { columns } = this.#plan;
    if (!Array.isArray(dictionaries) || dictionaries.length !== columns.length)
      throw new PerfError(
        'ERR_PERF_CHECKPOINT_MISMATCH',
        'the checkpoint lacks its dictionaries; remove it and start again',
      );
    for (const [i, column] of columns.entries()) {
      const state: unknown = dictionaries[i];
      if (state === null) continue;
      const builder = column.builder instanceof DictionaryBuilder ? column.builder : column.asDictionary?.();
      builder?.values.resume(state);
      if (builder !== undefined) column.builder = builder;
    }
    this.rows = rows;
    this.#plan.rows.before = rows;
    this.#plan.warnings.resume(warnings);
    this.#schema = arrowSchema(this.#plan.columns);
    this.#messages.resume(this.#schema, messages);
  }
}
