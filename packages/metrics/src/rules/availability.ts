import { PerfError } from '@perf/contracts';

/** What may fail, and how fast it may be used up. */
export interface AvailabilityBudget {
  /** Share of requests that may fail. */
  readonly errorShare: number;
  /** The same as minutes of a month of 30 days. */
  readonly minutesAMonth: number;
  /** Share of errors that, held for an hour, uses 2 % of a month's budget: somebody is called. */
  readonly fastBurn: number;
  /** Share of errors that, held for six hours, uses 5 % of a month's budget: somebody looks in the morning. */
  readonly slowBurn: number;
}

const HOURS_A_MONTH = 30 * 24;

/**
 * The error budget of an availability. `ERR_PERF_INVALID_OPTION` unless it lies between 0 and 1.
 * @param availability share of requests that must succeed, as in 0.999
 *
 * @example
 * availabilityBudget(0.999).minutesAMonth; // 43.2
 */
export function availabilityBudget(availability: number): AvailabilityBudget {
  if (!(availability > 0 && availability < 1))
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `availability must be between 0 and 1, got ${availability}`,
    );
  const errorShare = 1 - availability;
  return {
    errorShare: rounded(errorShare),
    minutesAMonth: rounded(errorShare * HOURS_A_MONTH * 60),
    fastBurn: rounded(errorShare * 0.02 * HOURS_A_MONTH),
    slowBurn: rounded((errorShare * 0.05 * HOURS_A_MONTH) / 6),
  };
}

/** Without the dust of binary fractions: 1 − 0.999 is 0.001. */
function rounded(value: number): number {
  return Number(value.toPrecision(9));
}
