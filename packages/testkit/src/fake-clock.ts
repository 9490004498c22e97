import { PerfError, throwIfAborted } from '@perf/contracts';

/** Something that will happen when a `FakeClock` gets there. */
export interface FakeTimer {
  /** Takes it back. Too late, or twice, is no error. */
  cancel(): void;
}

interface Timer {
  readonly at: number;
  readonly run: () => void;
}

/**
 * A clock that moves only when told. Give `clock.now` wherever a package takes `now`. Timers run inside `advance`, in order
 * of their time and, at the same time, in order of their making; a timer set by a timer runs too when it falls in the stretch.
 *
 * @example
 * const clock = new FakeClock();
 * const cache = new TieredCache({ now: clock.now });
 * clock.advance(60_000);
 */
export class FakeClock {
  #now: number;
  #monotonic = 0;
  #timers: Timer[] = [];

  /** @param start epoch ms; default 2026-01-01T00:00:00Z */
  constructor(start: number = Date.UTC(2026, 0, 1)) {
    this.#now = start;
  }

  /** Epoch ms, as `Date.now`. Needs no `this`. */
  readonly now = (): number => this.#now;

  /** Ms since this clock was made, as `performance.now`: `jumpTo` does not move it. Needs no `this`. */
  readonly monotonic = (): number => this.#monotonic;

  /** Timers that have not run. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Runs `action` when `delayMs` have passed; 0 or less: at the next `advance`, also `advance(0)`. */
  after(delayMs: number, action: () => void): FakeTimer {
    const timer = { at: this.#monotonic + Math.max(0, delayMs), run: action };
    this.#timers.push(timer);
    return { cancel: () => void (this.#timers = this.#timers.filter((other) => other !== timer)) };
  }

  /** Resolves when `delayMs` have passed; rejects with `ERR_PERF_ABORTED` when `signal` is aborted first. */
  async sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    throwIfAborted(signal, 'the sleep');
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = this.after(delayMs, resolve);
    const wake = (): void => {
      timer.cancel();
      resolve();
    };
    signal?.addEventListener('abort', wake, { once: true });
    await promise;
    signal?.removeEventListener('abort', wake);
    throwIfAborted(signal, 'the sleep');
  }

  /** Moves on by `ms`, running the timers on the way, each with the clock at its own time. */
  advance(ms: number): void {
    if (!(ms >= 0))
      throw new PerfError('ERR_PERF_INVALID_OPTION', `a clock advances by 0 or more, got ${ms}`);
    const end = this.#monotonic + ms;
    for (;;) {
      const due = this.#timers.reduce<Timer | undefined>(
        (first, timer) => (timer.at <= end && (first === undefined || timer.at < first.at) ? timer : first),
        undefined,
      );
      if (due === undefined) break;
      this.#timers = this.#timers.filter((timer) => timer !== due);
      this.#moveTo(Math.max(due.at, this.#monotonic));
      due.run();
    }
    this.#moveTo(end);
  }

  /** Like `advance`, and lets promises settle after it, so that what the timers woke has run. */
  async advanceAndSettle(ms: number): Promise<void> {
    this.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Sets the wall clock, as an administrator or NTP may: `monotonic` and the timers stay. */
  jumpTo(epochMs: number): void {
    this.#now = epochMs;
  }

  #moveTo(monotonic: number): void {
    this.#now += monotonic - this.#monotonic;
    this.#monotonic = monotonic;
  }
}
