import type { Answer, QueryEngine } from '@perf/contracts';
import { isPerfError } from '@perf/contracts';

/** One run of a statement. */
export interface TimedRun {
  /** To the last row; the limit when it was reached. */
  readonly ms: number;
  /** Undefined when the limit was reached. */
  readonly answer: Answer | undefined;
}

/** Runs a statement to its end, or until the limit, where it is cancelled on the server. Rejects when the engine refuses it. */
export async function timedRun(
  engine: QueryEngine,
  text: string,
  limitMs: number,
  signal: AbortSignal,
): Promise<TimedRun> {
  const limit = AbortSignal.timeout(limitMs);
  const start = performance.now();
  try {
    await using stream = await engine.execute(
      { dialect: engine.dialect, text, parameters: [] },
      { signal: AbortSignal.any([limit, signal]), shape: 'columns' },
    );
    const batches = await Array.fromAsync(stream);
    return { ms: performance.now() - start, answer: { schema: stream.schema, batches } };
  } catch (error) {
    if (limit.aborted && !signal.aborted && isPerfError(error, 'ERR_PERF_ABORTED'))
      return { ms: limitMs, answer: undefined };
    throw error;
  }
}
