import type { QueryPerformanceProfile, QueryPhase, QuerySpan } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { ProfilerClock } from './profiler.ts';
import { queryProfile } from './query-profile.ts';

const MIB = 1024 * 1024;

/** A phase that has begun and not ended. */
interface Running {
  readonly phase: QueryPhase;
}

/**
 * Times the phases of one query. Every stretch of time counts for the phase that began last and still runs, so phases never
 * sum to more than the total, however they nest or overlap.
 */
export class PhaseSpan implements QuerySpan {
  readonly #clock: ProfilerClock;
  readonly #startedAt: number;
  readonly #times = new Map<QueryPhase, number>();
  readonly #running: Running[] = [];
  #countedTo: number;
  #peakBytes: number;
  #profile: QueryPerformanceProfile | undefined;

  constructor(clock: ProfilerClock) {
    this.#clock = clock;
    this.#startedAt = clock.now();
    this.#countedTo = this.#startedAt;
    this.#peakBytes = clock.memoryBytes();
  }

  phase<T>(phase: QueryPhase, work: () => T): T {
    if (this.#profile !== undefined)
      throw new PerfError('ERR_PERF_DISPOSED', `the span has ended; phase ${phase} cannot begin`);
    const running: Running = { phase };
    this.#border();
    this.#running.push(running);
    let result: T;
    try {
      result = work();
    } catch (error) {
      this.#end(running);
      throw error;
    }
    if (!(result instanceof Promise)) {
      this.#end(running);
      return result;
    }
    const end = (): void => this.#end(running);
    result.then(end, end);
    return result;
  }

  end(): QueryPerformanceProfile {
    if (this.#profile !== undefined) return this.#profile;
    this.#border();
    this.#profile = queryProfile(this.#countedTo - this.#startedAt, this.#times, this.#peakBytes / MIB);
    return this.#profile;
  }

  #end(running: Running): void {
    if (this.#profile !== undefined) return;
    this.#border();
    this.#running.splice(this.#running.lastIndexOf(running), 1);
  }

  /** Gives the time since the last border to the phase on top, and looks at memory. */
  #border(): void {
    const now = this.#clock.now();
    const top = this.#running.at(-1);
    if (top !== undefined)
      this.#times.set(top.phase, (this.#times.get(top.phase) ?? 0) + now - this.#countedTo);
    this.#countedTo = now;
    this.#peakBytes = Math.max(this.#peakBytes, this.#clock.memoryBytes());
  }
}
