import type { ExportSink } from '@perf/contracts';
import { PerfError } from '@perf/contracts';

/** A sink whose file gets its name only after `first`; when that rejects, it does not. */
export function committedAfter(sink: ExportSink, first: () => Promise<void>): ExportSink {
  return {
    canPatch: sink.canPatch,
    canResume: sink.canResume,
    open: (resumeAt) => sink.open(resumeAt),
    write: (bytes) => sink.write(bytes),
    abort: (reason, options) => sink.abort(reason, options),
    commit: async () => {
      await first();
      await sink.commit();
    },
    ...(sink.writeAt === undefined
      ? {}
      : { writeAt: async (bytes, position) => sink.writeAt?.(bytes, position) }),
    ...(sink.sync === undefined ? {} : { sync: async () => sink.sync?.() }),
    ...(sink.read === undefined ? {} : { read: (length) => readOf(sink, length) }),
  };
}

function readOf(sink: ExportSink, length: number): AsyncIterable<Uint8Array> {
  const bytes = sink.read?.(length);
  if (bytes !== undefined) return bytes;
  throw new PerfError('ERR_PERF_UNSUPPORTED', 'this sink cannot read back what it holds');
}
