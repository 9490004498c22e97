import type { Batch, ExportManifest } from '@perf/contracts';
import { PerfError, batchLength, channels, isPerfError } from '@perf/contracts';
import { channel } from 'node:diagnostics_channel';
import { setImmediate } from 'node:timers/promises';
import { BLOCK_BYTES } from './block.ts';
import type { Block } from './block.ts';
import { Checkpoints } from './checkpoints.ts';
import { closeSource, disposeSource, giveUp, settlesSoon } from './clean-up.ts';
import type { Encoder, FillState } from './encoder.ts';
import type { ExportRun } from './export-run.ts';
import { failure, sinkStep } from './failures.ts';
import { Interruption } from './interruption.ts';
import { Limits } from './limits.ts';
import type { Output } from './output.ts';
import { PackedOutput } from './packed-output.ts';
import type { Packer } from './packer.ts';
import { PlainOutput } from './plain-output.ts';
import { ProgressMeter } from './progress-meter.ts';
import { SinkWriter } from './sink-writer.ts';
import type { Transform } from './transform.ts';

/** Longest stretch of work in ms before other work of the process gets its turn. */
const TURN_MS = 8;
/** The same at the end of a batch: a good time, because the collector, which also takes its turn then, finds the batch dead. */
const TURN_AT_END_MS = 3;

/** Bytes with which a stream begins. */
const FIRST_BYTES = 8 * 1024;

const published = channel(channels.export);

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
  readonly #limits: Limits;
  #iterator: AsyncIterator<Batch> | undefined;
  #output: Output | undefined;
  #meter: ProgressMeter | undefined;
  #checkpoints: Checkpoints | undefined;
  #rows = 0;
  /** Rows handed to the encoder, which may hold some back. */
  #loaded = 0;
  #pulling = false;
  /** Whether checkpoint and sink have been touched; before that, an abort leaves what an earlier run left. */
  #hasBegun = false;
  #givingUp: Promise<void> | undefined;
  #turnStartedAt = 0;

  constructor(run: ExportRun) {
    this.#run = run;
    this.#now = run.now ?? (() => performance.now());
    this.#startedAt = this.#now();
    this.#interruption = new Interruption(run.options.signal, `the ${run.format} export`);
    this.#limits = new Limits(run.options.limits);
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
    const { format, source, options, encoder: create } = this.#run;
    const meter = (this.#meter = new ProgressMeter(options, this.#now));
    this.#limits.check();
    this.#interruption.check();
    const encoder = await this.#interruption.wait(Promise.resolve(create(source.schema)));
    const packer = this.#run.packer?.();
    const isTransform = 'bytes' in encoder;
    const output = (this.#output = this.#newOutput(isTransform ? BLOCK_BYTES : encoder.blockBytes, packer));
    if (isTransform) await this.#transform(encoder, output, meter);
    else await this.#encode(encoder, output, packer, meter);
    const sha256 = await output.end();
    this.#limits.bytes(output.bytes);
    meter.end(this.#rows, output.bytes);

    const { compression } = this.#run;
    const manifest = (): ExportManifest => ({
      format,
      version: 1,
      schema: source.schema,
      rows: this.#rows,
      bytes: output.bytes,
      sha256,
      ...(compression === undefined ? {} : { compression }),
      warnings: encoder.warnings(),
      elapsedMs: this.#now() - this.#startedAt,
    });
    this.#interruption.check();
    await this.#commit();
    await this.#removeCheckpoint();
    return manifest();
  }

  async #encode(
    encoder: Encoder,
    output: Output,
    packer: Packer | undefined,
    meter: ProgressMeter,
  ): Promise<void> {
    await this.#open(encoder, output, packer);
    this.#turnStartedAt = performance.now();
    await this.#drain(encoder, output, meter);
    while (await this.#loadNext(encoder)) await this.#drain(encoder, output, meter);
    encoder.end();
    await this.#drain(encoder, output, meter);
  }

  /** Copies the pieces of a transform, which pulls the source itself, into blocks. */
  async #transform(transform: Transform, output: Output, meter: ProgressMeter): Promise<void> {
    const { format, sink, options } = this.#run;
    if (options.checkpoint !== undefined || options.resumeFrom !== undefined)
      throw new PerfError(
        'ERR_PERF_UNSUPPORTED',
        `the ${format} export cannot be resumed but by whole parts`,
      );
    await this.#wait('opening the sink', () => sink.open());
    await output.begin();
    this.#turnStartedAt = performance.now();
    const pieces = transform.bytes(this.#batches(output, meter))[Symbol.asyncIterator]();
    try {
      for (;;) {
        const step = await this.#interruption.wait(pieces.next());
        if (step.done === true) return;
        for (let piece = step.value; piece.length > 0;) {
          piece = fillWith(piece, output.block);
          if (piece.length > 0) await this.#flush(output);
        }
        meter.tick(this.#rows, output.bytes);
        this.#interruption.check();
      }
    } catch (error) {
      // It may hang in a pull: it is told, but not waited for.
      Promise.resolve(pieces.return?.()).catch(() => undefined);
      throw failure('ERR_PERF_INVALID_VALUE', `writing ${format}`, error);
    } finally {
      transform.close?.();
    }
  }

  /**
   * The batches as a transform pulls them; an abort is seen by who waits for the transform. No generator: that would hold on to a batch
   * while the next is made.
   */
  #batches(output: Output, meter: ProgressMeter): AsyncIterable<Batch> {
    let isOver = false;
    const next = async (): Promise<IteratorResult<Batch>> => {
      if (isOver) return { done: true, value: undefined };
      const step = await this.#step(output, meter);
      isOver = step.done === true;
      return step;
    };
    return { [Symbol.asyncIterator]: () => ({ next }) };
  }

  async #step(output: Output, meter: ProgressMeter): Promise<IteratorResult<Batch>> {
    meter.tick(this.#rows, output.bytes);
    await this.#giveTurn(TURN_AT_END_MS);
    this.#interruption.check();
    const batch = await this.#next();
    if (batch === undefined) return { done: true, value: undefined };
    this.#rows += batchLength(batch);
    this.#limits.rows(this.#rows);
    return { done: false, value: batch };
  }

  #newOutput(blockBytes: number, packer: Packer | undefined): Output {
    const { sink, options, hashOn = 'worker' } = this.#run;
    const isResumable = options.checkpoint !== undefined || options.resumeFrom !== undefined;
    const writer = new SinkWriter(sink, this.#interruption, isResumable);
    return packer === undefined
      ? new PlainOutput(writer, this.#interruption, blockBytes, hashOn)
      : new PackedOutput(writer, this.#interruption, blockBytes, packer);
  }

  /** Opens the sink, and begins, or goes on where an earlier run stopped. */
  async #open(encoder: Encoder, output: Output, packer: Packer | undefined): Promise<void> {
    const { format, shape, source, sink, options } = this.#run;
    const { checkpoint, resumeFrom } = options;
    if (checkpoint !== undefined || resumeFrom !== undefined) {
      const parts = { format, shape, source, options, encoder, output, packer };
      this.#checkpoints = new Checkpoints(parts);
      if (!sink.canResume)
        throw new PerfError('ERR_PERF_UNSUPPORTED', 'this sink cannot go on from an earlier run');
    }
    if (resumeFrom === undefined) {
      this.#hasBegun = true;
      // One of an earlier run would say that bytes are there which are about to be replaced.
      await this.#wait('removing an old checkpoint', async () => checkpoint?.remove());
      await this.#wait('opening the sink', () => sink.open());
      await output.begin();
      encoder.begin();
      return;
    }
    this.#checkpoints?.check(resumeFrom);
    this.#hasBegun = true;
    await this.#wait('opening the sink', () => sink.open(resumeFrom.bytes));
    await this.#recall(output, resumeFrom.bytes);
    this.#checkpoints?.resume(resumeFrom);
    this.#loaded = encoder.rows;
    this.#meter?.startAt(encoder.rows, output.bytes);
  }

  /** Reads what the earlier run wrote: the hash of the whole needs it, and it must be what was written. */
  async #recall(output: Output, length: number): Promise<void> {
    const { sink } = this.#run;
    const written = sink.read?.(length)[Symbol.asyncIterator]();
    if (written === undefined)
      throw new PerfError('ERR_PERF_UNSUPPORTED', 'this sink cannot read back what it holds');
    for (;;) {
      const step = await this.#wait('reading the sink', async () => written.next());
      if (step.done === true) return;
      await output.recall(step.value);
    }
  }

  /**
   * Hands the next batch to the encoder; false at the end. Nothing here holds on to a batch: one that lived while the next is
   * made would survive collections, and make the engine grow its young heap for good.
   */
  async #loadNext(encoder: Encoder): Promise<boolean> {
    const batch = await this.#interruption.wait(this.#next());
    if (batch === undefined) return false;
    this.#loaded += batchLength(batch);
    this.#limits.rows(this.#loaded);
    load(encoder, batch);
    return true;
  }

  /** Writes all that is loaded, gives blocks away when they are full, and lets others run in between. */
  async #drain(encoder: Encoder, output: Output, meter: ProgressMeter): Promise<void> {
    for (;;) {
      const state = fill(encoder, output);
      this.#rows = encoder.rows;
      const isAwaited = this.#isAwaited(state, output);
      if (state === 'full' || isAwaited) await this.#flush(output);
      if (isAwaited) await output.settle();
      meter.tick(encoder.rows, output.bytes);
      await this.#giveTurn(state === 'done' ? TURN_AT_END_MS : TURN_MS);
      this.#interruption.check();
      if (state === 'done') return;
    }
  }

  /** Lets other work of the process run when this export has worked for a while. */
  async #giveTurn(afterMs: number): Promise<void> {
    if (performance.now() - this.#turnStartedAt <= afterMs) return;
    await setImmediate();
    this.#turnStartedAt = performance.now();
  }

  /** The first bytes of a stream leave at the end of a batch, so that its reader sees them come while a slow source works on. */
  #isAwaited(state: FillState, output: Output): boolean {
    if (state !== 'done' || this.#run.sink.canResume) return false;
    return output.bytes === 0 && output.block.length >= FIRST_BYTES;
  }

  async #flush(output: Output): Promise<void> {
    const last = this.#checkpoints?.due();
    await output.flush();
    this.#limits.bytes(output.bytes);
    if (last === undefined) return;
    await output.settle();
    const { sink } = this.#run;
    await this.#wait('syncing the sink', async () => sink.sync?.());
    await this.#wait('saving a checkpoint', async () => this.#checkpoints?.save(last));
  }

  /** The next batch, or undefined at the end. */
  async #next(): Promise<Batch | undefined> {
    this.#pulling = true;
    try {
      this.#iterator ??= this.#run.source[Symbol.asyncIterator]();
      const step = await this.#iterator.next();
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
      this.#givingUp = giveUp(sink, error, { isAbort: true, keep: this.#mustKeep });
      if (!(await settlesSoon(committing))) throw error;
    }
  }

  /** Whether somebody may go on from here. */
  get #mustKeep(): boolean {
    const { checkpoint, signal } = this.#run.options;
    const isWaste = this.#hasBegun && this.#interruption.isAborted && signal?.reason !== 'pause';
    return checkpoint !== undefined && !isWaste;
  }

  async #cleanUp(error: unknown): Promise<void> {
    const { sink, source } = this.#run;
    const isAbort = this.#interruption.isAborted;
    const keep = this.#mustKeep;
    const closing =
      this.#iterator === undefined
        ? disposeSource(source, isAbort)
        : closeSource(this.#iterator, this.#pulling, isAbort);
    // Side by side, because an abort has not the time for one after the other.
    const removing = keep ? undefined : this.#removeCheckpoint();
    this.#givingUp ??= giveUp(sink, error, { isAbort, keep });
    await this.#givingUp;
    await removing;
    await closing;
  }

  /** The export has ended either way; a checkpoint that cannot be removed is refused when somebody goes on from it. */
  async #removeCheckpoint(): Promise<void> {
    await settlesSoon((async () => this.#run.options.checkpoint?.remove())());
  }

  async #wait<T>(doing: string, step: () => Promise<T>): Promise<T> {
    return this.#interruption.wait(sinkStep(doing, step));
  }

  #publish(error: unknown): void {
    if (!published.hasSubscribers) return;
    const message = {
      format: this.#run.format,
      rows: this.#rows,
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

/** Copies what fits; gives the rest. */
function fillWith(piece: Uint8Array, block: Block): Uint8Array {
  const room = block.bytes.length - block.length;
  block.bytes.set(piece.subarray(0, room), block.length);
  block.length += Math.min(room, piece.length);
  return piece.subarray(room);
}

function fill(encoder: Encoder, output: Output): FillState {
  try {
    return encoder.fillBlock(output.block);
  } catch (error) {
    throw failure('ERR_PERF_INVALID_VALUE', `writing row ${encoder.rows} (from 0)`, error);
  }
}
