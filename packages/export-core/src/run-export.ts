import type { Batch, BatchSource, ExportManifest, ExportOptions, ExportSink, Schema } from '@perf/contracts';
import { PerfError, channels, isPerfError } from '@perf/contracts';
import { channel } from 'node:diagnostics_channel';
import { setImmediate } from 'node:timers/promises';
import { closeSource, disposeSource, giveUp, settlesSoon } from './clean-up.ts';
import type { Encoder } from './encoder.ts';
import { failure, sinkStep } from './failures.ts';
import { Interruption } from './interruption.ts';
import type { HashThread } from './output.ts';
import { Output } from './output.ts';
import { ProgressMeter } from './progress-meter.ts';

/** Longest stretch of work in ms before other work of the process gets its turn. */
const TURN_MS = 8;
/** The same at the end of a batch: a good time, because the collector, which also takes its turn then, finds the batch dead. */
const TURN_AT_END_MS = 3;

const published = channel(channels.export);

/** What `runExport` needs of a format. */
export interface ExportRun {
  /** As in the manifest: `csv`. */
  readonly format: string;
  readonly source: BatchSource;
  readonly sink: ExportSink;
  readonly options: ExportOptions;
  /** Makes the encoder; what it throws aborts the sink. */
  readonly encoder: (schema: Schema) => Encoder;
  /** Clock in ms. @default performance.now */
  readonly now?: (() => number) | undefined;
  /** @default 'worker' */
  readonly hashOn?: HashThread | undefined;
}

/**
 * Runs one export: pulls the source, moves full blocks to the sink, hashes them, reports progress, commits, and gives the
 * manifest. On any failure the sink is aborted and the source closed before the error is thrown, and nothing stands under
 * the final name. An abort ends every wait at once, also when source or sink hang.
 */
export async function runExport(run: ExportRun): Promise<ExportManifest> {
  return new Run(run).complete();
}

class Run {
  readonly #run: ExportRun;
  readonly #now: () => number;
  readonly #startedAt: number;
  readonly #interruption: Interruption;
  #iterator: AsyncIterator<Batch> | undefined;
  #output: Output | undefined;
  #encoder: Encoder | undefined;
  #pulling = false;
  #turnStartedAt = 0;

  constructor(run: ExportRun) {
    this.#run = run;
    this.#now = run.now ?? (() => performance.now());
    this.#startedAt = this.#now();
    this.#interruption = new Interruption(run.options.signal, `the ${run.format} export`);
  }

  async complete(): Promise<ExportManifest> {
    try {
      const manifest = await this.#work();
      this.#publish(undefined);
      return manifest;
    } catch (error) {
      await this.#cleanUp(error);
      this.#publish(error);
      throw error;
    } finally {
      this.#output?.close();
      this.#interruption.dispose();
    }
  }

  async #work(): Promise<ExportManifest> {
    const { format, source, sink, options, encoder: create, hashOn } = this.#run;
    if (options.checkpoint !== undefined || options.resumeFrom !== undefined)
      throw new PerfError('ERR_PERF_UNSUPPORTED', `the ${format} exporter cannot resume an export`);
    const meter = new ProgressMeter(options, this.#now);
    this.#interruption.check();
    const encoder = create(source.schema);
    const output = new Output(sink, this.#interruption, encoder.blockBytes, hashOn ?? 'worker');
    this.#encoder = encoder;
    this.#output = output;
    await this.#interruption.wait(sinkStep('opening the sink', () => sink.open()));

    this.#turnStartedAt = performance.now();
    encoder.begin();
    await this.#drain(encoder, output, meter);
    while (await this.#loadNext(encoder, source)) await this.#drain(encoder, output, meter);
    encoder.end();
    await this.#drain(encoder, output, meter);
    const sha256 = await output.end();
    meter.end(encoder.rows, output.bytes);

    const manifest = (): ExportManifest => ({
      format,
      version: 1,
      schema: source.schema,
      rows: encoder.rows,
      bytes: output.bytes,
      sha256,
      warnings: encoder.warnings(),
      elapsedMs: this.#now() - this.#startedAt,
    });
    this.#interruption.check();
    await this.#commit();
    return manifest();
  }

  /**
   * Hands the next batch to the encoder; false at the end. Nothing here holds on to a batch: one that lived while the next is
   * made would survive collections, and make the engine grow its young heap for good.
   */
  async #loadNext(encoder: Encoder, source: BatchSource): Promise<boolean> {
    const batch = await this.#pull(source);
    if (batch === undefined) return false;
    load(encoder, batch);
    return true;
  }

  /** Writes all that is loaded, gives blocks away when they are full, and lets others run in between. */
  async #drain(encoder: Encoder, output: Output, meter: ProgressMeter): Promise<void> {
    for (;;) {
      const state = fill(encoder, output);
      if (state === 'full') await output.flush();
      meter.tick(encoder.rows, output.bytes);
      if (performance.now() - this.#turnStartedAt > (state === 'done' ? TURN_AT_END_MS : TURN_MS)) {
        await setImmediate();
        this.#turnStartedAt = performance.now();
      }
      this.#interruption.check();
      if (state === 'done') return;
    }
  }

  /** The next batch, or undefined at the end. */
  async #pull(source: BatchSource): Promise<Batch | undefined> {
    this.#pulling = true;
    try {
      this.#iterator ??= source[Symbol.asyncIterator]();
      const step = await this.#interruption.wait(Promise.resolve(this.#iterator.next()));
      this.#pulling = false;
      if (step.done !== true) return step.value;
      this.#iterator = undefined;
      return undefined;
    } catch (error) {
      throw failure('ERR_PERF_SOURCE_FAILED', 'reading the source', error);
    }
  }

  /** Commits. An abort that comes while the sink commits counts only when the commit does not come through. */
  async #commit(): Promise<void> {
    const { sink } = this.#run;
    const committing = sinkStep('committing the sink', () => sink.commit());
    try {
      await this.#interruption.wait(committing);
    } catch (error) {
      if (!isPerfError(error, 'ERR_PERF_ABORTED')) throw error;
      await giveUp(sink, error, true);
      if (!(await settlesSoon(committing))) throw error;
    }
  }

  async #cleanUp(error: unknown): Promise<void> {
    const isAbort = this.#interruption.isAborted;
    const closing =
      this.#iterator === undefined
        ? disposeSource(this.#run.source, isAbort)
        : closeSource(this.#iterator, this.#pulling, isAbort);
    await giveUp(this.#run.sink, error, isAbort);
    await closing;
  }

  #publish(error: unknown): void {
    if (!published.hasSubscribers) return;
    const message = {
      format: this.#run.format,
      rows: this.#encoder?.rows ?? 0,
      bytes: this.#output?.bytes ?? 0,
      durationMs: this.#now() - this.#startedAt,
    };
    published.publish(
      error === undefined ? message : { ...message, error: isPerfError(error) ? error.code : 'unknown' },
    );
  }
}

function load(encoder: Encoder, batch: Batch): void {
  try {
    encoder.load(batch);
  } catch (error) {
    throw failure('ERR_PERF_SOURCE_FAILED', 'reading a batch', error);
  }
}

function fill(encoder: Encoder, output: Output): ReturnType<Encoder['fillBlock']> {
  try {
    return encoder.fillBlock(output.block);
  } catch (error) {
    throw failure('ERR_PERF_INVALID_VALUE', `writing row ${encoder.rows} (from 0)`, error);
  }
}
