import type { Batch, Schema } from '@perf/contracts';
import { batchLength } from '@perf/contracts';
import { checkSameSchema } from '@perf/export-core';
import type { RecordBatch, Schema as ArrowSchema } from 'apache-arrow';
import { arrowSchema } from '../arrow-schema.ts';
import { BatchBuilder } from '../columns/batch-builder.ts';
import type { ColumnPlan } from '../columns/plan-columns.ts';
import { StreamMessages } from '../ipc/messages.ts';

const END_OF_STREAM = new Uint8Array(Int32Array.of(-1, 0).buffer);

/** What streams are made of. */
export interface ArrowStreamsSetting {
  readonly source: Schema;
  readonly plan: ColumnPlan;
  /** Told the first batch, before its stream is given. */
  readonly onFirst: (batch: RecordBatch) => void;
}

/** Gathers batches into whole Arrow streams of one batch each. Holds on to no batch while it waits for the next. */
export class ArrowStreams {
  readonly #setting: ArrowStreamsSetting;
  readonly #batches: AsyncIterator<Batch>;
  readonly #builder: BatchBuilder;
  readonly #schema: ArrowSchema;
  readonly #messages = new StreamMessages(undefined);
  readonly #head: Uint8Array;
  #batch: Batch | undefined;
  #row = 0;
  #isFirst = true;

  constructor(batches: AsyncIterable<Batch>, setting: ArrowStreamsSetting) {
    this.#setting = setting;
    this.#batches = batches[Symbol.asyncIterator]();
    this.#builder = new BatchBuilder(setting.plan);
    this.#schema = arrowSchema(setting.plan.columns);
    this.#head = joined(this.#messages.begin(this.#schema));
  }

  /** The next stream; undefined after the last. The first comes even when there are no rows, as it tells the columns. @param spent memory to use again */
  async next(spent: Uint8Array<ArrayBuffer> | undefined): Promise<Uint8Array<ArrayBuffer> | undefined> {
    while (!this.#builder.isFull && (await this.#load())) this.#gather();
    if (this.#builder.length === 0 && !this.#isFirst) return undefined;
    const batch = this.#builder.finish(this.#schema);
    if (this.#isFirst) this.#setting.onFirst(batch);
    this.#isFirst = false;
    const bytes = joined([this.#head, ...this.#messages.batch(batch, []), END_OF_STREAM], spent);
    this.#builder.reset();
    return bytes;
  }

  /** Tells the source of the batches that nobody reads on. */
  async close(): Promise<void> {
    await this.#batches.return?.();
  }

  /** Whether there are rows to gather. */
  async #load(): Promise<boolean> {
    if (this.#batch !== undefined) return true;
    const step = await this.#batches.next();
    if (step.done === true) return false;
    checkSameSchema(this.#setting.source, step.value.schema);
    this.#batch = step.value;
    this.#row = 0;
    return true;
  }

  #gather(): void {
    const batch = this.#batch;
    if (batch === undefined) return;
    this.#row += this.#builder.put(batch, this.#row, Number.POSITIVE_INFINITY);
    if (this.#row === batchLength(batch)) this.#batch = undefined;
  }
}

/** The pieces one behind the other, in memory that was used before where that is large enough. */
function joined(pieces: readonly Uint8Array[], spent?: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const isEnough = spent !== undefined && spent.buffer.byteLength >= length;
  const bytes = new Uint8Array(isEnough ? spent.buffer : new ArrayBuffer(length + (length >> 3)), 0, length);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
