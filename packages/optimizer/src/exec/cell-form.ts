import type { DataType, Parameter } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { compareText } from './text-order.ts';

/** A cell that is not null, made comparable: equal values are one for a Map, NaN and −0 included. */
export type Comparable = string | number | bigint | boolean;

/** How cells of one type are compared. */
export interface CellForm {
  /** Makes a cell of a row comparable; undefined: it is as it stands. */
  readonly read?: (cell: unknown) => Comparable;
  /** Which of two comparable values stands first: below 0 the first, above 0 the second. NaN is above all numbers. */
  readonly compare: (a: Comparable, b: Comparable) => number;
}

/** Digits up to which every decimal is a double of its own. */
const EXACT_DIGITS = 15;

/** The form of a column's cells. Throws `ERR_PERF_UNSUPPORTED` for types without an order. */
export function cellForm(type: DataType): CellForm {
  switch (type.kind) {
    case 'bool':
    case 'int32':
    case 'date':
      return { compare: compareNative };
    case 'float64':
      return { compare: compareFloats };
    case 'utf8':
      return { compare: (a, b) => compareText(String(a), String(b)) };
    case 'int64':
      return { read: wholeOf, compare: compareNative };
    case 'decimal': {
      const { precision, scale } = type;
      const read = precision <= EXACT_DIGITS ? Number : (cell: unknown): bigint => scaledOf(cell, scale);
      return { read, compare: compareNative };
    }
    case 'timestamp':
      return {
        read: type.unit === 's' || type.unit === 'ms' ? Number : wholeOf,
        compare: compareNative,
      };
    case 'binary':
    case 'json':
    case 'list':
      throw new PerfError('ERR_PERF_UNSUPPORTED', `columns of ${type.kind} cannot be compared`);
  }
}

/** A value that `readScalar` gave, as it stands in the cells of a row. */
export function cellOf(value: Parameter, type: DataType): unknown {
  if (type.kind !== 'timestamp' || typeof value !== 'string') return value;
  const ms = Date.parse(`${value.slice(0, 10)}T${value.slice(11, 19)}Z`);
  const fraction = value.slice(20);
  if (type.unit === 's' || type.unit === 'ms') return new Date(ms + Number(fraction.padEnd(3, '0')));
  const digits = type.unit === 'us' ? 6 : 9;
  return BigInt(ms / 1000) * 10n ** BigInt(digits) + BigInt(fraction.padEnd(digits, '0'));
}

/** A decimal as a whole number of its last digits: `12.30` of scale 2 is 1230. What is finer than the scale is an error. */
export function scaledOf(cell: unknown, scale: number): bigint {
  const text = String(cell);
  const point = text.indexOf('.');
  if (point < 0) return BigInt(text) * 10n ** BigInt(scale);
  const fraction = text.slice(point + 1).padEnd(scale, '0');
  const whole = BigInt(text.slice(0, point) + fraction.slice(0, scale));
  if (!/^0*$/.test(fraction.slice(scale)))
    throw new PerfError('ERR_PERF_INVALID_VALUE', `a decimal of scale ${scale} holds more digits`);
  return whole;
}

/** The other way: 1230 of scale 2 is `12.30`. */
export function decimalText(scaled: bigint, scale: number): string {
  const digits = String(scaled < 0n ? -scaled : scaled).padStart(scale + 1, '0');
  const cut = digits.length - scale;
  return `${scaled < 0n ? '-' : ''}${digits.slice(0, cut)}${scale === 0 ? '' : `.${digits.slice(cut)}`}`;
}

/** int64 cells are bigint, or safe integers. */
export function wholeOf(cell: unknown): bigint {
  return typeof cell === 'bigint' ? cell : BigInt(Number(cell));
}

function compareNative(a: Comparable, b: Comparable): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function compareFloats(a: Comparable, b: Comparable): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
}
