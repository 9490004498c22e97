import { PerfError, isPerfError } from '@perf/contracts';
import { checkCount, checkNumber } from './check-number.ts';
import { OutcomeWindow } from './outcome-window.ts';
import { realNow } from './timer.ts';

/** `closed`: calls pass. `open`: none does. `half-open`: a few probe whether the dependency is back. */
export type CircuitState = 'closed' | 'open' | 'half-open';

/** What an outcome says of the dependency. `unknown`: nothing, as when the caller went away. */
export type Outcome = 'success' | 'failure' | 'unknown';

/** When a circuit opens and closes. */
export interface CircuitBreakerOptions {
  /** What it guards, for errors. @default 'the dependency' */
  readonly name?: string;
  /** Share of failures that opens it, above 0 and up to 1. @default 0.5 */
  readonly failureShare?: number;
  /** Calls within `windowMs` before the share counts. @default 10 */
  readonly minCalls?: number;
  /** How far back calls count. @default 10,000 ms */
  readonly windowMs?: number;
  /** How long it stays open before it probes. @default 1000 ms */
  readonly openMs?: number;
  /** Probes at once, and successes that close it. @default 3 */
  readonly probes?: number;
  /** A probe that takes longer counts as failed; when it ends later, that changes nothing. @default 10,000 ms */
  readonly probeMs?: number;
  /** What an error says. @default `unknown` for `ERR_PERF_ABORTED`, else `failure` */
  readonly outcomeOf?: (error: unknown) => Outcome;
  /** Told of each change of state, after it. */
  readonly onChange?: (state: CircuitState, before: CircuitState) => void;
  /** Milliseconds that never go back. @default performance.now */
  readonly now?: () => number;
}

/**
 * Stops asking a dependency that fails, and asks it again with a few probes. Half-open always ends: a probe that settles counts, one
 * that the caller gave up gives its place back, and one that never settles counts as failed after `probeMs`.
 *
 * @example
 * const breaker = new CircuitBreaker({ name: 'prices' });
 * const price = await breaker.run(() => prices.get(id));
 */
export class CircuitBreaker {
  readonly #name: string;
  readonly #failureShare: number;
  readonly #minCalls: number;
  readonly #openMs: number;
  readonly #probes: number;
  readonly #probeMs: number;
  readonly #outcomeOf: (error: unknown) => Outcome;
  readonly #onChange: ((state: CircuitState, before: CircuitState) => void) | undefined;
  readonly #now: () => number;
  readonly #window: OutcomeWindow;
  #state: CircuitState = 'closed';
  /** Grows with each change of state: outcomes of calls that began before it do not count. */
  #era = 0;
  #openUntil = 0;
  #successes = 0;
  /** When the running probes began, eldest first. */
  #running: number[] = [];

  constructor(options: CircuitBreakerOptions = {}) {
    const { failureShare = 0.5, minCalls = 10, windowMs = 10_000, probes = 3 } = options;
    const { openMs = 1000, probeMs = 10_000 } = options;
    this.#name = options.name ?? 'the dependency';
    this.#failureShare = checkNumber('failureShare', failureShare, { above: 0, atMost: 1 });
    this.#minCalls = checkCount('minCalls', minCalls, 1);
    this.#openMs = checkNumber('openMs', openMs, { above: 0 });
    this.#probes = checkCount('probes', probes, 1);
    this.#probeMs = checkNumber('probeMs', probeMs, { above: 0 });
    this.#outcomeOf = options.outcomeOf ?? outcomeOfError;
    this.#onChange = options.onChange;
    this.#now = options.now ?? realNow;
    this.#window = new OutcomeWindow(checkNumber('windowMs', windowMs, { above: 0 }));
  }

  /** The state now: an open circuit whose time is over reads `half-open`. */
  get state(): CircuitState {
    this.#catchUp(this.#now());
    return this.#state;
  }

  /** Runs `work` and gives what it gives; `ERR_PERF_CIRCUIT_OPEN` without a call while the circuit is open or enough probes run. */
  async run<T>(work: () => T | Promise<T>): Promise<T> {
    const began = this.#now();
    this.#catchUp(began);
    if (this.#state !== 'closed') this.#beginProbe(began);
    const era = this.#era;
    try {
      const result = await work();
      this.#settle(era, began, 'success');
      return result;
    } catch (error) {
      this.#settle(era, began, this.#outcomeOf(error));
      throw error;
    }
  }

  /** Does what time alone does: an open circuit begins to probe, and a probe that took too long fails. */
  #catchUp(now: number): void {
    if (this.#state === 'closed') return;
    if (this.#state === 'half-open') {
      const [eldest] = this.#running;
      if (eldest !== undefined && now - eldest >= this.#probeMs) this.#open(eldest + this.#probeMs);
    }
    if (this.#state === 'open' && now >= this.#openUntil) this.#become('half-open');
  }

  #beginProbe(now: number): void {
    if (this.#state === 'open') throw this.#refusal(this.#openUntil - now);
    if (this.#running.length + this.#successes >= this.#probes)
      throw this.#refusal((this.#running[0] ?? now) + this.#probeMs - now);
    this.#running.push(now);
  }

  #settle(era: number, began: number, outcome: Outcome): void {
    if (era !== this.#era) return;
    if (this.#state === 'half-open') return this.#settleProbe(began, outcome);
    if (outcome === 'unknown') return;
    // A success needs no second look at the clock; bench/primitives.bench.ts shows what that saves.
    if (outcome === 'success') return this.#window.add(began, false);
    const now = this.#now();
    this.#window.add(now, true);
    const { calls, failures } = this.#window.totals(now);
    if (calls >= this.#minCalls && failures >= calls * this.#failureShare) this.#open(now);
  }

  #settleProbe(began: number, outcome: Outcome): void {
    this.#running.splice(this.#running.indexOf(began), 1);
    if (outcome === 'failure') return this.#open(this.#now());
    if (outcome === 'success') this.#successes += 1;
    if (this.#successes >= this.#probes) this.#become('closed');
  }

  #open(now: number): void {
    this.#openUntil = now + this.#openMs;
    this.#become('open');
  }

  #become(state: CircuitState): void {
    const before = this.#state;
    this.#state = state;
    this.#era += 1;
    this.#successes = 0;
    this.#running = [];
    this.#window.clear();
    this.#onChange?.(state, before);
  }

  #refusal(retryAfterMs: number): PerfError {
    return new PerfError('ERR_PERF_CIRCUIT_OPEN', `${this.#name} failed too often and is not asked now`, {
      retryAfterMs,
    });
  }
}

function outcomeOfError(error: unknown): Outcome {
  return isPerfError(error, 'ERR_PERF_ABORTED') ? 'unknown' : 'failure';
}
