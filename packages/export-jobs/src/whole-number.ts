import { PerfError } from '@perf/contracts';

/** Longest wait of a timer, in ms. */
export const MOST_TIMER_MS = 2_147_483_647;

/** The value of an option; throws `ERR_PERF_INVALID_OPTION` unless it is a whole number within the bounds. */
export function wholeNumber(
  name: string,
  value: number,
  { least, most = Number.MAX_SAFE_INTEGER }: { readonly least: number; readonly most?: number },
): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new PerfError(
    'ERR_PERF_INVALID_OPTION',
    `${name} must be a whole number from ${least} to ${most}, got ${value}`,
  );
}
