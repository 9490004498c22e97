import type { Field, TemplateTotal } from '@perf/contracts';
import { PerfError, isNumeric, printDataType } from '@perf/contracts';
import { ExactSum } from './exact-sum.ts';

/** Decimals of an average beyond those of its column. */
const AVERAGE_DIGITS = 4n;
const SAFE_SUM = 2 ** 52;

/** One figure that grows with the rows. Null never gets here. */
export interface Figure {
  add(value: unknown): void;
  /** In the column's row form, where it has one; undefined when there is nothing to show. */
  value(): unknown;
  /** What it has grown to, for a checkpoint. */
  state(): readonly string[];
  resume(state: readonly string[]): void;
}

/** An empty figure of a column. Throws `ERR_PERF_INVALID_OPTION` when its type has none of the kind. */
export function figureOf(field: Field, aggregate: TemplateTotal['aggregate']): Figure {
  const { type } = field;
  if (aggregate === 'count') return countOf();
  const isInstant = type.kind === 'date' || type.kind === 'timestamp';
  if (aggregate === 'min' || aggregate === 'max') {
    if (isNumeric(type) || isInstant) return extremeOf(field, aggregate);
  } else if (isNumeric(type))
    return type.kind === 'float64'
      ? doublesOf(aggregate)
      : digitsOf(type.kind === 'decimal' ? type.scale : 0, aggregate);
  throw new PerfError(
    'ERR_PERF_INVALID_OPTION',
    `the ${aggregate} of column ${field.name} cannot be built: it is ${printDataType(type)}`,
  );
}

function countOf(): Figure {
  let count = 0;
  return {
    add: () => count++,
    value: () => count,
    state: () => [String(count)],
    resume: ([counted = '0']) => void (count = Number(counted)),
  };
}

function doublesOf(aggregate: 'sum' | 'avg'): Figure {
  const sum = new ExactSum();
  let count = 0;
  return {
    add(value) {
      sum.add(Number(value));
      count++;
    },
    value() {
      if (aggregate === 'sum') return sum.value();
      return count === 0 ? undefined : sum.value() / count;
    },
    state: () => [String(count), ...sum.state()],
    resume([counted = '0', ...parts]) {
      count = Number(counted);
      sum.resume(parts);
    },
  };
}

/** Integers, and decimals as integers of their last digit. */
function digitsOf(scale: number, aggregate: 'sum' | 'avg'): Figure {
  let sum = 0n;
  /** Small integers gather here, where adding costs next to nothing. */
  let small = 0;
  let count = 0n;
  return {
    add(value) {
      count++;
      if (typeof value === 'number' && Math.abs(value) < SAFE_SUM) {
        small += value;
        if (Math.abs(small) < SAFE_SUM) return;
        sum += BigInt(small);
        small = 0;
        return;
      }
      sum += wholeOf(value, scale);
    },
    value() {
      const total = sum + BigInt(small);
      if (aggregate === 'sum') return scale === 0 ? total : decimalText(total, scale);
      if (count === 0n) return undefined;
      const digits = AVERAGE_DIGITS;
      return trimmed(decimalText(rounded(total * 10n ** digits, count), scale + Number(digits)), scale);
    },
    state: () => [String(count), String(sum + BigInt(small))],
    resume([counted = '0', total = '0']) {
      count = BigInt(counted);
      sum = BigInt(total);
      small = 0;
    },
  };
}

function wholeOf(value: unknown, scale: number): bigint {
  if (typeof value === 'bigint') return value;
  return typeof value === 'number' ? BigInt(value) : unitsOf(String(value), scale);
}

/** `12.3` with a scale of 2 is 1230. Digits beyond the scale are kept out: a value of the column has none. */
function unitsOf(text: string, scale: number): bigint {
  const [whole = '0', fraction = ''] = text.split('.');
  return BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0'));
}

function decimalText(units: bigint, scale: number): string {
  if (scale === 0) return String(units);
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, '0');
  return `${units < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** `a / b` to the nearest whole number, halves away from zero. */
function rounded(a: bigint, b: bigint): bigint {
  const twice = 2n * (a < 0n ? -a : a) + b;
  const quotient = twice / (2n * b);
  return a < 0n ? -quotient : quotient;
}

/** Without zeros at the end, down to `scale` decimals. */
function trimmed(text: string, scale: number): string {
  const point = text.indexOf('.');
  if (point < 0) return text;
  let end = text.length;
  const least = scale === 0 ? point : point + 1 + scale;
  while (end > least && text[end - 1] === '0') end--;
  return text.slice(0, end > 0 && text[end - 1] === '.' ? end - 1 : end);
}

function extremeOf({ type }: Field, aggregate: 'min' | 'max'): Figure {
  const scale = type.kind === 'decimal' ? type.scale : 0;
  const keyOf = (value: unknown): number | bigint => {
    if (type.kind === 'decimal') return unitsOf(String(value), scale);
    if (type.kind === 'date') return Date.parse(String(value));
    return typeof value === 'bigint' ? value : Number(value);
  };
  let best: unknown;
  let key: number | bigint | undefined;
  return {
    add(value) {
      const next = keyOf(value);
      const isBetter =
        key === undefined || Number.isNaN(next) || (aggregate === 'min' ? next < key : next > key);
      if (!isBetter || Number.isNaN(key)) return;
      key = next;
      best = value;
    },
    value: () => best,
    state: () => frozen(best),
    resume(state) {
      best = thawed(state);
      key = best === undefined ? undefined : keyOf(best);
    },
  };
}

/** A value with its type, as text. */
function frozen(value: unknown): readonly string[] {
  if (value instanceof Date) return ['date', String(value.getTime())];
  if (typeof value === 'number') return ['number', Object.is(value, -0) ? '-0' : String(value)];
  if (typeof value === 'bigint') return ['bigint', String(value)];
  return typeof value === 'string' ? ['text', value] : [];
}

function thawed([type, text = '']: readonly string[]): unknown {
  if (type === 'date') return new Date(Number(text));
  if (type === 'number') return Number(text);
  if (type === 'bigint') return BigInt(text);
  return type === 'text' ? text : undefined;
}
