import type { CheckpointStore, ExportManifest, JobOutput, JobRequest, Progress } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { disposeSource, isRepeatable } from '@perf/export-core';
import { committedAfter } from './committed-after.ts';
import type { JobThreadOptions } from './job-parts.ts';
import { openSource } from './open-source.ts';

/** Least ms between two reports of progress. */
const PROGRESS_MS = 250;

/** What a run works with. */
export interface RequestUse {
  readonly output: JobOutput;
  readonly signal: AbortSignal;
  /** Rejects when the job belongs to another run, or is to end. */
  readonly mustBeOurs: () => Promise<void>;
  readonly onProgress: (progress: Progress) => void;
}

/** Exports what a request asks for, from the last checkpoint on where there is one. */
export async function runRequest(
  { sources, formats }: Pick<JobThreadOptions, 'sources' | 'formats'>,
  { source: { name, params }, format, template, options }: JobRequest,
  { output: { sink, checkpoint }, signal, mustBeOurs, onProgress }: RequestUse,
): Promise<ExportManifest> {
  const open = named(sources, name, 'source');
  const make = named(formats, format, 'format');
  const exporter = make({
    ...(template === undefined ? {} : { template }),
    ...(options === undefined ? {} : { options }),
  });
  const resumeFrom = exporter.capabilities.resumable ? await checkpoint.load() : undefined;
  const rows = await openSource(() => open(params, { cursor: resumeFrom?.cursor, signal }), signal);
  try {
    const isResumable = exporter.capabilities.resumable && isRepeatable(rows);
    if (resumeFrom !== undefined && !isResumable)
      throw new PerfError(
        'ERR_PERF_SOURCE_CHANGED',
        'there is a checkpoint, and the source can be opened at a row no more',
      );
    return await exporter.export(rows, committedAfter(sink, mustBeOurs), {
      signal,
      checkpoint: isResumable ? fencedCheckpoints(checkpoint, mustBeOurs) : undefined,
      resumeFrom,
      progressIntervalMs: PROGRESS_MS,
      onProgress,
    });
  } finally {
    await disposeSource(rows, signal.aborted);
  }
}

function fencedCheckpoints(checkpoint: CheckpointStore, mustBeOurs: () => Promise<void>): CheckpointStore {
  return {
    load: () => checkpoint.load(),
    remove: () => checkpoint.remove(),
    save: async (saved) => {
      await mustBeOurs();
      await checkpoint.save(saved);
    },
  };
}

function named<T>(known: Readonly<Record<string, T>>, name: string, what: string): T {
  const found = Object.entries(known).find(([key]) => key === name)?.[1];
  if (found !== undefined) return found;
  throw new PerfError(
    'ERR_PERF_UNSUPPORTED',
    `no ${what} is named ${JSON.stringify(name.slice(0, 64))} in this worker`,
  );
}
