import type { Batch, ExportWarning, Schema } from '@perf/contracts';
import { PerfError, isPerfError } from '@perf/contracts';
import type { Transform } from '@perf/export-core';
import type { ColumnPlan } from '../columns/plan-columns.ts';
import { ArrowStreams } from './arrow-streams.ts';
import { repeatingColumns } from './choose-dictionaries.ts';
import type { NextStream, ParquetEncoding } from './parquet-encoding.ts';
import type { ParquetChoice, ParquetSettings } from './parquet-settings.ts';

/** Gathers batches into Arrow streams, and has them encoded as Parquet. */
export class ParquetTransform implements Transform {
  readonly #source: Schema;
  readonly #plan: ColumnPlan;
  readonly #choice: ParquetChoice;
  readonly #encoding: ParquetEncoding;

  constructor(source: Schema, plan: ColumnPlan, choice: ParquetChoice, encoding: ParquetEncoding) {
    this.#source = source;
    this.#plan = plan;
    this.#choice = choice;
    this.#encoding = encoding;
  }

  async *bytes(batches: AsyncIterable<Batch>): AsyncGenerator<Uint8Array> {
    const choice = this.#choice.dictionary;
    let dictionary: ParquetSettings['dictionary'] = choice === 'auto' ? false : choice;
    const streams = new ArrowStreams(batches, {
      source: this.#source,
      plan: this.#plan,
      onFirst: (batch) => {
        if (choice === 'auto') dictionary = repeatingColumns(batch);
      },
    });
    // What the source or a value did wrong is said as it is; what the encoder says of it is not.
    let failed: { readonly error: unknown } | undefined;
    const next: NextStream = async (spent) => {
      try {
        return await streams.next(spent);
      } catch (error) {
        failed = { error };
        throw error;
      }
    };
    try {
      this.#encoding.begin();
      let first = await next(undefined);
      yield* this.#encoding.encode({ ...this.#choice, dictionary }, async (spent) => {
        const stream = first ?? (await next(spent));
        first = undefined;
        return stream;
      });
      if (failed !== undefined) throw failed.error;
    } catch (error) {
      if (failed !== undefined) throw failed.error;
      if (isPerfError(error)) throw error;
      const text = error instanceof Error ? error.message : String(error);
      throw new PerfError('ERR_PERF_UNSUPPORTED', `encoding Parquet failed: ${text}`, { cause: error });
    } finally {
      await streams.close();
    }
  }

  warnings(): ExportWarning[] {
    return this.#plan.warnings.list();
  }

  close(): void {
    this.#encoding.close();
  }
}
