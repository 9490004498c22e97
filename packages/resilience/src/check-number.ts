import { PerfError } from '@perf/contracts';

/** What a number must be. */
interface NumberRule {
  readonly atLeast?: number;
  readonly above?: number;
  readonly atMost?: number;
  /** Whether `Infinity` passes, as "no limit". @default false */
  readonly orInfinite?: boolean;
}

/** Gives `value` back, or throws `ERR_PERF_INVALID_OPTION` with the option's name. */
export function checkNumber(name: string, value: number, rule: NumberRule): number {
  const { atLeast = -Infinity, above = -Infinity, atMost = Infinity, orInfinite = false } = rule;
  const isPossible = Number.isFinite(value) || (orInfinite && value === Infinity);
  if (isPossible && value >= atLeast && value > above && value <= atMost) return value;
  throw new PerfError('ERR_PERF_INVALID_OPTION', `${name} must be ${said(rule)}, got ${value}`);
}

/** As `checkNumber`, for numbers that count something: whole ones of at least `atLeast`. */
export function checkCount(name: string, value: number, atLeast: number, orInfinite = false): number {
  if (Number.isSafeInteger(value) && value >= atLeast) return value;
  if (orInfinite && value === Infinity) return value;
  throw new PerfError(
    'ERR_PERF_INVALID_OPTION',
    `${name} must be a whole number of at least ${atLeast}, got ${value}`,
  );
}

function said({ atLeast, above, atMost }: NumberRule): string {
  const parts = [
    atLeast === undefined ? [] : [`at least ${atLeast}`],
    above === undefined ? [] : [`above ${above}`],
    atMost === undefined ? [] : [`at most ${atMost}`],
  ];
  return parts.flat().join(' and ');
}
