import type { DataType as PerfType, TimeUnit as PerfUnit } from '@perf/contracts';
import { TimeUnit } from 'apache-arrow';

/** How one format wants its types. */
export interface TypeStyle {
  /** What timestamps say of their zone; null: nothing. */
  readonly timezone: string | null;
  /** Writes seconds as ms, for formats that know no seconds. */
  readonly msForSeconds: boolean;
  /** Name of the items' field in a list. */
  readonly itemName: string;
}

/** Arrow's name of a time unit. */
export const TIME_UNITS: Readonly<Record<PerfUnit, TimeUnit>> = {
  s: TimeUnit.SECOND,
  ms: TimeUnit.MILLISECOND,
  us: TimeUnit.MICROSECOND,
  ns: TimeUnit.NANOSECOND,
};

/** Whether values of a type may take any number of bytes. */
export function isUnbounded(type: PerfType): boolean {
  return type.kind === 'utf8' || type.kind === 'binary' || type.kind === 'json' || type.kind === 'list';
}
