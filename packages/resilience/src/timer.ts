/** A running timer. */
export interface Timer {
  /** Takes it back. Too late, or twice, is no error. */
  cancel(): void;
  /** Lets the process end before it; absent where time is not real. */
  unref?(): void;
}

/** Runs `action` once `ms` have passed, unless it is cancelled. A test's clock fits in, as `FakeClock.after` of `@perf/testkit`. */
export type After = (ms: number, action: () => void) => Timer;

/** What everything that waits takes from its caller. */
export interface TimeSource {
  /** Milliseconds that never go back. @default performance.now */
  readonly now?: () => number;
  /** Timers. @default those of Node */
  readonly after?: After;
}

/** Longest delay that Node's timers keep; longer ones would run at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** By the timers of Node, which keep the process alive. More than 24 days count as 24 days. */
export const realAfter: After = (ms, action) => {
  const timer = setTimeout(action, Math.min(ms, LONGEST_MS));
  return { cancel: () => clearTimeout(timer), unref: () => void timer.unref() };
};

/** Milliseconds since this process began. */
export const realNow = (): number => performance.now();
