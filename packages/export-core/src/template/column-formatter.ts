import type { ColumnFormat, DataType, Field } from '@perf/contracts';
import { PerfError, printDataType } from '@perf/contracts';
import { isDate } from '../scalar-cells.ts';
import type { InstantFormat } from './instant-format.ts';
import { instantFormat } from './instant-format.ts';

/** Shows a value that is not null. Gives undefined for one that does not fit its column. */
export type ColumnFormatter = (value: unknown) => string | undefined;

/** Where and when values are shown. */
export interface FormatPlace {
  readonly locale?: string | undefined;
  readonly timezone?: string | undefined;
}

const NUMBERS: ReadonlySet<string> = new Set(['int32', 'int64', 'float64', 'decimal']);
const DAY_MS = 86_400_000;

/**
 * How a template shows the values of a column as text, by the runtime's `Intl`: int64 and decimal keep every digit. Throws
 * `ERR_PERF_INVALID_OPTION` when the format is not for the column's type.
 */
export function columnFormatter(field: Field, format: ColumnFormat, place: FormatPlace): ColumnFormatter {
  const { locale = 'en-US', timezone = 'UTC' } = place;
  const { type } = field;
  switch (format.type) {
    case 'number':
    case 'currency':
    case 'percent':
      return numberFormatter(
        mustFit(field, format, NUMBERS),
        new Intl.NumberFormat(locale, numberOptions(format)),
      );
    case 'date':
      if (type.kind === 'date') return dateFormatter(instantFormat(format, locale, 'UTC'));
      mustFit(field, format, new Set(['timestamp']));
      return instantFormatter(type, instantFormat(format, locale, timezone));
    case 'datetime':
      mustFit(field, format, new Set(['timestamp']));
      return instantFormatter(type, instantFormat(format, locale, timezone));
    case 'boolean':
      mustFit(field, format, new Set(['bool']));
      return (value) => (typeof value === 'boolean' ? (value ? format.yes : format.no) : undefined);
  }
}

function numberOptions(
  format: Extract<ColumnFormat, { type: 'number' | 'currency' | 'percent' }>,
): Intl.NumberFormatOptions {
  const { decimals } = format;
  const digits =
    decimals === undefined ? {} : { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  switch (format.type) {
    case 'number':
      return { ...digits, useGrouping: format.grouping ?? true };
    case 'currency':
      return { ...digits, style: 'currency', currency: format.currency };
    case 'percent':
      return { ...digits, style: 'percent' };
  }
}

function numberFormatter(type: DataType, format: Intl.NumberFormat): ColumnFormatter {
  return (value) => {
    if (type.kind === 'decimal') return isNumeric(value) ? format.format(value) : undefined;
    if (typeof value === 'bigint') return format.format(value);
    return typeof value === 'number' ? format.format(value) : undefined;
  };
}

/** A decimal as text goes to `Intl` as it is, which reads every digit of it. */
function isNumeric(value: unknown): value is Intl.StringNumericLiteral {
  return typeof value === 'string' && /^-?\d+(?:\.\d+)?$/.test(value);
}

function dateFormatter(format: InstantFormat): ColumnFormatter {
  return (value) =>
    typeof value === 'string' && isDate(value) ? format(Date.parse(`${value}T00:00:00.000Z`)) : undefined;
}

function instantFormatter(type: DataType, format: InstantFormat): ColumnFormatter {
  const perMs = type.kind === 'timestamp' && type.unit === 'ns' ? 1_000_000n : 1000n;
  const isFine = type.kind === 'timestamp' && (type.unit === 'us' || type.unit === 'ns');
  const shown = (ms: number): string | undefined =>
    Math.abs(ms) <= 100_000_000 * DAY_MS ? format(ms) : undefined;
  return (value) => {
    if (value instanceof Date) return shown(value.getTime());
    if (typeof value !== 'bigint') return undefined;
    if (isFine) return shown(Number(value / perMs) - (value % perMs < 0n ? 1 : 0));
    return shown(Number(value) * (type.kind === 'timestamp' && type.unit === 's' ? 1000 : 1));
  };
}

function mustFit(field: Field, format: ColumnFormat, kinds: ReadonlySet<string>): DataType {
  if (kinds.has(field.type.kind)) return field.type;
  throw new PerfError(
    'ERR_PERF_INVALID_OPTION',
    `the template's format ${format.type} is not for column ${field.name}, which is ${printDataType(field.type)}`,
  );
}
