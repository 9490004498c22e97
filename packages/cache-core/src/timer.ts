/** Runs `action` once `ms` have passed, unless it is cancelled. */
export type After = (ms: number, action: () => void) => { cancel(): void };

/** By the timers of Node; none keeps the process alive. */
export const realAfter: After = (ms, action) => {
  const timer = setTimeout(action, ms).unref();
  return { cancel: () => clearTimeout(timer) };
};
