import type { Answer, QueryEngine } from '@perf/contracts';
import { batchLength, compareAnswers, isPerfError } from '@perf/contracts';
import type { ShadowOutcome } from './rewrite-ledger.ts';

/** How two forms are run side by side. */
export interface ShadowOptions {
  /** Longest that one run may take, in ms; it is then cancelled on the server. @default 5000 */
  readonly limitMs?: number;
  /** Most rows that are compared. @default 100,000 */
  readonly mostRows?: number;
}

/** A time ÷ that of the original below which one run of each tells enough. */
const CLEAR = 0.5;
/** Runs of each form where that is not so, but for forms that take long. */
const MOST_ROUNDS = 4;
const LONG_MS = 1000;

interface Run {
  readonly answer: Answer;
  readonly ms: number;
}

/**
 * Runs the original, the rewritten statement, both up to three times more where the times are near, and where their answers differ the original once more: when that differs from itself the data have changed
 * meanwhile, and nothing is known. Rejects with `ERR_PERF_ABORTED`, and when the engine refuses the original.
 */
export async function shadowRun(
  engine: QueryEngine,
  {
    original,
    optimized,
    orderedBy,
  }: {
    readonly original: string;
    readonly optimized: string;
    /** Columns by which the answer is ordered. */
    readonly orderedBy: readonly number[];
  },
  { limitMs = 5000, mostRows = 100_000 }: ShadowOptions,
  signal: AbortSignal | undefined,
): Promise<ShadowOutcome> {
  const run = (text: string): Promise<Run | undefined> =>
    runOnce(engine, text, { limitMs, mostRows, signal });
  const before = await run(original);
  const after = await run(optimized).catch((error: unknown) => {
    if (isPerfError(error, 'ERR_PERF_ENGINE_FAILED')) return 'refused' as const;
    throw error;
  });
  if (after === 'refused')
    return { answers: 'refused', ...(before === undefined ? {} : { originalMs: before.ms }) };
  if (before === undefined || after === undefined)
    return {
      answers: 'cannot-tell',
      ...(before === undefined ? {} : { originalMs: before.ms }),
      ...(after === undefined ? {} : { optimizedMs: after.ms }),
    };
  const times = { originalMs: before.ms, optimizedMs: after.ms };
  if (differ(before, after, orderedBy) !== undefined) {
    const again = await run(original);
    const isSame = again !== undefined && differ(before, again, orderedBy) === undefined;
    return { answers: isSame ? 'different' : 'cannot-tell', ...times };
  }
  // The first run may have filled a cache for the second, or met a busy machine: the least time of each counts.
  let { originalMs, optimizedMs } = times;
  for (let round = 1; round < MOST_ROUNDS; round++) {
    if (optimizedMs < originalMs * CLEAR || Math.min(originalMs, optimizedMs) > LONG_MS) break;
    optimizedMs = Math.min(optimizedMs, (await run(optimized))?.ms ?? Infinity);
    originalMs = Math.min(originalMs, (await run(original))?.ms ?? Infinity);
  }
  return { answers: 'equal', originalMs, optimizedMs };
}

function differ(a: Run, b: Run, ordered: readonly number[]): string | undefined {
  return compareAnswers(a.answer, b.answer, { ordered });
}

/** Undefined: it takes too long, or has too many rows. */
async function runOnce(
  engine: QueryEngine,
  text: string,
  { limitMs, mostRows, signal }: { limitMs: number; mostRows: number; signal: AbortSignal | undefined },
): Promise<Run | undefined> {
  const limit = AbortSignal.timeout(limitMs);
  const started = performance.now();
  try {
    await using stream = await engine.execute(
      { dialect: engine.dialect, text, parameters: [] },
      { signal: signal === undefined ? limit : AbortSignal.any([limit, signal]), shape: 'columns' },
    );
    const batches = [];
    let rows = 0;
    for await (const batch of stream) {
      rows += batchLength(batch);
      if (rows > mostRows) return undefined;
      batches.push(batch);
    }
    return { answer: { schema: stream.schema, batches }, ms: performance.now() - started };
  } catch (error) {
    const isLate = limit.aborted && signal?.aborted !== true;
    if (isLate && isPerfError(error, 'ERR_PERF_ABORTED')) return undefined;
    throw error;
  }
}
