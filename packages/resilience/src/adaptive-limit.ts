import { isPerfError } from '@perf/contracts';
import { checkCount, checkNumber } from './check-number.ts';
import type { LimitOptions } from './limit.ts';
import { Limit } from './limit.ts';
import { realNow } from './timer.ts';
import type { Priority, WaitOptions } from './waiting-room.ts';

/** How an adaptive limit moves. */
export interface AdaptiveLimitOptions extends LimitOptions {
  /** Pieces of work at once in the beginning. @default 20 */
  readonly initial?: number;
  /** It never goes below. @default 4 */
  readonly min?: number;
  /** It never goes above. @default 200 */
  readonly max?: number;
  /** How many times its usual time work may take before the limit falls. @default 1.5 */
  readonly tolerance?: number;
  /** The limit is thought over at most this often. @default 100 ms */
  readonly windowMs?: number;
  /** Errors that say the dependency has too much to do. @default `ERR_PERF_TIMEOUT` and `ERR_PERF_OVERLOADED` */
  readonly isOverload?: (error: unknown) => boolean;
  /** Milliseconds that never go back. @default performance.now */
  readonly now?: () => number;
}

/** Work that may queue in the dependency: keeps the limit probing upwards. */
const ALLOWED_QUEUE = 4;
/** Share of each step that is taken, against noise. */
const SMOOTHING = 0.2;
/** Pieces of work before a window says anything. */
const FEWEST_SAMPLES = 10;
/** Windows whose plain mean is the usual time at first. */
const FIRST_WINDOWS = 10;
/** Windows that the usual time remembers after that. */
const MEMORY_WINDOWS = 600;
/** What an overload error leaves of the limit. */
const BACK_OFF = 0.9;

/**
 * A limit that finds its own size: it grows while work takes its usual time and falls as soon as work takes longer. After Gradient2
 * of Netflix concurrency-limits (Landau, Thurston and Bozarth, "Performance Under Load", 2018): new limit = limit × gradient +
 * queue, where gradient = tolerance × usual time ÷ time now, between ½ and 1; here over windows, by their mean.
 *
 * @example
 * const prices = new AdaptiveLimit({ maxWaiting: 100 });
 * const answer = await prices.run(() => fetch(url));
 */
export class AdaptiveLimit {
  readonly #limit: Limit;
  readonly #min: number;
  readonly #most: number;
  readonly #tolerance: number;
  readonly #windowMs: number;
  readonly #isOverload: (error: unknown) => boolean;
  readonly #now: () => number;
  #exact: number;
  #usualMs = 0;
  #windows = 0;
  #windowEnd = -Infinity;
  #sumMs = 0;
  #samples = 0;
  #peak = 0;
  #wasOverloaded = false;

  constructor(options: AdaptiveLimitOptions = {}) {
    const { initial = 20, min = 4, max = 200, tolerance = 1.5, windowMs = 100 } = options;
    this.#min = checkCount('min', min, 1);
    this.#most = checkCount('max', max, min);
    this.#exact = checkNumber('initial', checkCount('initial', initial, min), { atMost: max });
    this.#tolerance = checkNumber('tolerance', tolerance, { atLeast: 1 });
    this.#windowMs = checkNumber('windowMs', windowMs, { above: 0 });
    this.#isOverload = options.isOverload ?? isOverloadError;
    this.#now = options.now ?? realNow;
    this.#limit = new Limit(initial, options);
  }

  /** Pieces of work that may run at once now. */
  get max(): number {
    return this.#limit.max;
  }

  /** Pieces of work that run now. */
  get running(): number {
    return this.#limit.running;
  }

  /** Callers that wait now. */
  get waiting(): number {
    return this.#limit.waiting;
  }

  /** Callers that would be served before a newcomer of this priority. */
  ahead(priority?: Priority): number {
    return this.#limit.ahead(priority);
  }

  /** Runs `work` when its turn comes, and learns from its time; see `Limit.run`. Work that fails teaches nothing but overload. */
  async run<T>(work: () => T | Promise<T>, options?: WaitOptions): Promise<T> {
    return this.#limit.run(async () => {
      const began = this.#now();
      this.#peak = Math.max(this.#peak, this.#limit.running);
      try {
        const result = await work();
        this.#learn(began);
        return result;
      } catch (error) {
        if (this.#isOverload(error)) this.#backOff();
        throw error;
      }
    }, options);
  }

  #learn(began: number): void {
    const now = this.#now();
    this.#sumMs += now - began;
    this.#samples += 1;
    if (this.#samples < FEWEST_SAMPLES || now < this.#windowEnd) return;
    this.#endWindow(this.#sumMs / this.#samples);
    this.#startWindow(now);
  }

  /** A window without an overload error moves the limit by its mean time. */
  #endWindow(meanMs: number): void {
    if (this.#wasOverloaded) return;
    this.#windows += 1;
    const weight = this.#windows <= FIRST_WINDOWS ? 1 / this.#windows : 2 / (MEMORY_WINDOWS + 1);
    this.#usualMs += (meanMs - this.#usualMs) * weight;
    // After a long slow time the usual time would let far too much in.
    if (this.#usualMs > 2 * meanMs) this.#usualMs *= 0.95;
    // Less than half used: the callers limit the work, not the dependency.
    if (this.#peak < this.#exact / 2) return;
    const slowness = meanMs === 0 ? 1 : (this.#tolerance * this.#usualMs) / meanMs;
    const gradient = Math.max(0.5, Math.min(1, slowness));
    this.#moveTo(this.#exact * (1 - SMOOTHING) + (this.#exact * gradient + ALLOWED_QUEUE) * SMOOTHING);
  }

  /** At most once a window: errors come in crowds. */
  #backOff(): void {
    const now = this.#now();
    if (this.#wasOverloaded && now < this.#windowEnd) return;
    this.#moveTo(this.#exact * BACK_OFF);
    this.#startWindow(now);
    this.#wasOverloaded = true;
  }

  #startWindow(now: number): void {
    this.#windowEnd = now + this.#windowMs;
    this.#sumMs = 0;
    this.#samples = 0;
    this.#peak = this.#limit.running;
    this.#wasOverloaded = false;
  }

  #moveTo(exact: number): void {
    this.#exact = Math.max(this.#min, Math.min(this.#most, exact));
    const whole = Math.floor(this.#exact);
    if (whole !== this.#limit.max) this.#limit.resize(whole);
  }
}

function isOverloadError(error: unknown): boolean {
  return isPerfError(error, 'ERR_PERF_TIMEOUT') || isPerfError(error, 'ERR_PERF_OVERLOADED');
}
