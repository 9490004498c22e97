import type { Batch, ExportWarning, Schema } from '@perf/contracts';
import { PerfError, batchLength, isPerfError } from '@perf/contracts';
import type { Transform } from '@perf/export-core';
import { checkSameSchema } from '@perf/export-core';
import type { Schema as ArrowSchema } from 'apache-arrow';
import { arrowSchema } from '../arrow-schema.ts';
import { BatchBuilder } from '../columns/batch-builder.ts';
import type { ColumnPlan } from '../columns/plan-columns.ts';
import { StreamMessages } from '../ipc/messages.ts';
import { repeatingColumns } from './choose-dictionaries.ts';
import type { NextStream, ParquetEncoding } from './parquet-encoding.ts';
import type { ParquetChoice, ParquetSettings } from './parquet-settings.ts';

/** Gathers batches into Arrow streams of one batch each, and has them encoded as Parquet. */
export class ParquetTransform implements Transform {
  readonly #source: Schema;
  readonly #plan: ColumnPlan;
  readonly #choice: ParquetChoice;
  readonly #encoding: ParquetEncoding;
  /** What the first rows decided. */
  #dictionary: ParquetSettings['dictionary'] = false;
  readonly #schema: ArrowSchema;
  readonly #messages = new StreamMessages(undefined);
  readonly #head: Uint8Array;

  constructor(source: Schema, plan: ColumnPlan, choice: ParquetChoice, encoding: ParquetEncoding) {
    this.#choice = choice;
    this.#source = source;
    this.#plan = plan;
    this.#encoding = encoding;
    this.#schema = arrowSchema(plan.columns);
    this.#head = joined(this.#messages.begin(this.#schema));
  }

  async *bytes(batches: AsyncIterable<Batch>): AsyncGenerator<Uint8Array> {
    const streams = this.#streams(batches);
    // What the source or a value did wrong is said as it is; what the encoder says of it is not.
    let failed: { readonly error: unknown } | undefined;
    const next: NextStream = async () => {
      try {
        const step = await streams.next();
        return step.done === true ? undefined : step.value;
      } catch (error) {
        failed = { error };
        throw error;
      }
    };
    try {
      this.#encoding.begin();
      let first = await next();
      const settings = { ...this.#choice, dictionary: this.#dictionary };
      yield* this.#encoding.encode(settings, async () => {
        const stream = first ?? (await next());
        first = undefined;
        return stream;
      });
    } catch (error) {
      if (failed !== undefined) throw failed.error;
      if (isPerfError(error)) throw error;
      const text = error instanceof Error ? error.message : String(error);
      throw new PerfError('ERR_PERF_UNSUPPORTED', `encoding Parquet failed: ${text}`, { cause: error });
    } finally {
      await streams.return(undefined);
    }
  }

  warnings(): ExportWarning[] {
    return this.#plan.warnings.list();
  }

  close(): void {
    this.#encoding.close();
  }

  async *#streams(batches: AsyncIterable<Batch>): AsyncGenerator<Uint8Array<ArrayBuffer>, undefined> {
    const builder = new BatchBuilder(this.#plan);
    let isFirst = true;
    for await (const batch of batches) {
      checkSameSchema(this.#source, batch.schema);
      for (let row = 0; row < batchLength(batch);) {
        row += builder.put(batch, row, Number.POSITIVE_INFINITY);
        if (!builder.isFull) continue;
        yield this.#stream(builder, isFirst);
        isFirst = false;
      }
    }
    // The encoder learns the columns from a batch, be it empty.
    if (isFirst || builder.length > 0) yield this.#stream(builder, isFirst);
  }

  #stream(builder: BatchBuilder, isFirst: boolean): Uint8Array<ArrayBuffer> {
    const batch = builder.finish(this.#schema);
    if (isFirst)
      this.#dictionary =
        this.#choice.dictionary === 'auto' ? repeatingColumns(batch) : this.#choice.dictionary;
    const pieces = this.#messages.batch(batch, []);
    const bytes = joined([this.#head, ...pieces, END_OF_STREAM]);
    builder.reset();
    return bytes;
  }
}

const END_OF_STREAM = new Uint8Array(Int32Array.of(-1, 0).buffer);

function joined(pieces: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
