import { createHash } from 'node:crypto';
import type {
  BatchSource,
  ExportManifest,
  ExportOptions,
  ExportSink,
  Exporter,
  ExporterCapabilities,
} from '@perf/contracts';
import { PerfError, abortError, throwIfAborted } from '@perf/contracts';
import { rowsOf } from '@perf/testkit';

/** The plainest exporter that keeps the contract: one JSON array a line. Its steps are methods, so that tests can break one. */
export class LineExporter implements Exporter {
  readonly format = 'lines';
  readonly capabilities: ExporterCapabilities = {
    streaming: true,
    resumable: false,
    columnar: false,
    maxRows: Infinity,
  };

  async export(source: BatchSource, sink: ExportSink, options: ExportOptions = {}): Promise<ExportManifest> {
    const { signal } = options;
    if (options.checkpoint !== undefined || options.resumeFrom !== undefined)
      throw new PerfError('ERR_PERF_UNSUPPORTED', 'lines cannot be resumed');
    throwIfAborted(signal, 'the export');
    const start = performance.now();
    const hash = createHash('sha256');
    const batches = source[Symbol.asyncIterator]();
    let [rows, bytes] = [0, 0];
    const progress = (): void =>
      options.onProgress?.({
        rows,
        bytes,
        elapsedMs: performance.now() - start,
        rowsPerSecond: 0,
        bytesPerSecond: 0,
        ...(options.totalRows === undefined ? {} : { totalRows: options.totalRows }),
      });
    let ended = false;
    try {
      await toSink(sink.open());
      for (;;) {
        const next = await this.pull(batches, signal);
        if (next.done === true) break;
        throwIfAborted(signal, 'the export');
        const lines = rowsOf(next.value);
        const text = new TextEncoder().encode(lines.map((row) => `${this.line(row)}\n`).join(''));
        await toSink(sink.write(text));
        hash.update(text);
        rows += lines.length;
        bytes += text.length;
        progress();
      }
      ended = true;
      await toSink(sink.commit());
    } catch (error) {
      await this.giveUp(sink, error);
      throw error;
    } finally {
      if (!ended) void batches.return?.();
    }
    progress();
    const sha256 = hash.digest('hex');
    const elapsedMs = performance.now() - start;
    return {
      format: this.format,
      version: 1,
      schema: source.schema,
      rows,
      bytes,
      sha256,
      warnings: [],
      elapsedMs,
    };
  }

  line(row: readonly unknown[]): string {
    return JSON.stringify(row, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
  }

  async giveUp(sink: ExportSink, reason: unknown): Promise<void> {
    try {
      await sink.abort(reason);
    } catch {
      // What failed first is the story; an abort that fails too cannot be helped.
    }
  }

  async pull<T>(batches: AsyncIterator<T>, signal: AbortSignal | undefined): Promise<IteratorResult<T>> {
    const aborted = Promise.withResolvers<never>();
    const abort = (): void => {
      if (signal !== undefined) aborted.reject(abortError(signal, 'the export'));
    };
    signal?.addEventListener('abort', abort, { once: true });
    try {
      return await Promise.race([fromSource(batches.next()), aborted.promise]);
    } finally {
      signal?.removeEventListener('abort', abort);
    }
  }
}

async function toSink(call: Promise<void>): Promise<void> {
  try {
    await call;
  } catch (cause) {
    throw new PerfError('ERR_PERF_SINK_FAILED', 'the sink failed', { cause });
  }
}

async function fromSource<T>(step: Promise<T>): Promise<T> {
  try {
    return await step;
  } catch (cause) {
    throw new PerfError('ERR_PERF_SOURCE_FAILED', 'the source failed', { cause });
  }
}

/** Reads what `LineExporter` writes. */
export function readLines(bytes: Uint8Array): { rows: unknown[][] } {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const lines = text.split('\n').slice(0, -1);
  return { rows: lines.map((line): unknown[] => [JSON.parse(line)].flat()) };
}

/** A value as it comes back from a line. */
export function shownInLine(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'bigint' ? `${value}` : value;
}
