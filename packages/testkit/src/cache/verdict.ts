import { setTimeout as delay } from 'node:timers/promises';

/**
 * What a scenario found. `stale`: a value older than an acknowledged invalidation. `lost`: an invalidation that never took effect.
 * `late`: it took effect, and too late. `hang`: a call that did not settle. `slow`: a call that took longer than it may.
 * `repeated`: more loads than allowed. `wrong`: another answer than the one expected. `failed`: a call rejected. `n/a`: the cache
 * lacks a method that the scenario needs; that is no pass.
 */
export type Verdict =
  | 'ok'
  | 'stale'
  | 'lost'
  | 'late'
  | 'hang'
  | 'slow'
  | 'repeated'
  | 'wrong'
  | 'failed'
  | 'n/a';

/** The outcome of one scenario. */
export interface ScenarioResult {
  /** As in `R1`. */
  readonly scenario: string;
  readonly verdict: Verdict;
  /** What was seen, for people; empty when all was well. */
  readonly detail: string;
}

/** Thrown inside a scenario that has its verdict. */
export class Found extends Error {
  override readonly name = 'Found';
  readonly verdict: Verdict;

  constructor(verdict: Verdict, detail: string) {
    super(detail);
    this.verdict = verdict;
  }
}

/** How long a call may take before it counts as hanging, in ms. */
const HANG_MS = 5000;

/** `work`, or a `Found` that says `hang` after `ms`. */
export async function settled<T>(work: Promise<T>, what: string, ms: number = HANG_MS): Promise<T> {
  const stop = new AbortController();
  const hang = async (): Promise<never> => {
    await delay(ms, undefined, { signal: stop.signal });
    throw new Found('hang', `${what} took longer than ${ms} ms`);
  };
  const late = hang();
  late.catch(() => undefined);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    stop.abort();
  }
}

/** The result of `work`: `ok` with what it says, what it found, or `failed`. */
export async function judged(scenario: string, work: () => Promise<string | void>): Promise<ScenarioResult> {
  try {
    return { scenario, verdict: 'ok', detail: (await work()) ?? '' };
  } catch (error) {
    if (error instanceof Found) return { scenario, verdict: error.verdict, detail: error.message };
    return { scenario, verdict: 'failed', detail: String(error) };
  }
}
