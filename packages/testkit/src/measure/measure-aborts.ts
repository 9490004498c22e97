import { readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Batch, BatchSource, ExportManifest } from '@perf/contracts';
import { PerfError, isPerfError } from '@perf/contracts';

/** What is aborted. */
export interface AbortMeasure {
  /** A source that would go on for much longer than the export is left to run. */
  readonly source: () => BatchSource;
  /** Starts an export of the source into `folder`. */
  readonly run: (source: BatchSource, signal: AbortSignal) => Promise<ExportManifest>;
  /** Where the export writes; must be empty before, and is looked at after. */
  readonly folder: string;
  /** @default 20 */
  readonly times?: number;
}

/**
 * Aborts exports in the middle and gives, for each, the ms from the abort until the promise has rejected, the source was closed and the
 * folder was empty. Throws `ERR_PERF_RUN_INVALID` when an export ended by itself, or left a file or an open source behind.
 */
export async function measureAborts({ source, run, folder, times = 20 }: AbortMeasure): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < times; i++) {
    const watched = watch(source());
    const controller = new AbortController();
    const outcome = run(watched.source, controller.signal).then(
      () => 'ended',
      (error: unknown) => (isPerfError(error, 'ERR_PERF_ABORTED') ? 'aborted' : String(error)),
    );
    // Another stretch each time, so that aborts fall into every phase of a block.
    await delay(100 + ((i * 37) % 100));
    const start = performance.now();
    controller.abort(new Error('the client left'));
    const how = await outcome;
    found.push(performance.now() - start);
    const left = await readdir(folder);
    if (how !== 'aborted' || !watched.isClosed() || left.length > 0)
      throw new PerfError(
        'ERR_PERF_RUN_INVALID',
        `abort ${i + 1}: the export ${how}, its source is ${watched.isClosed() ? 'closed' : 'open'}, files left: ${left.join(', ') || 'none'}`,
      );
  }
  return found;
}

function watch(source: BatchSource): { readonly source: BatchSource; isClosed(): boolean } {
  let isClosed = false;
  return {
    isClosed: () => isClosed,
    source: {
      schema: source.schema,
      async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
        try {
          for await (const batch of source) yield batch;
        } finally {
          isClosed = true;
        }
      },
    },
  };
}
