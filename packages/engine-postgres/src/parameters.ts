import type { Parameter } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { BoundValue } from './pg-client.ts';

/** Parameters as the protocol takes them: text that Postgres reads by the place's type, instants in UTC, bytes as they are. */
export function boundValues(parameters: readonly Parameter[]): BoundValue[] {
  return parameters.map(boundValue);
}

/** Texts as an array that Postgres reads. */
export function textArray(texts: readonly string[]): string {
  return `{${texts.map((text) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
}

function boundValue(value: Parameter, index: number): BoundValue {
  if (value === null) return null;
  if (value instanceof Date) return instantText(value, index);
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength);
  if (typeof value === 'string') {
    if (value.includes('\0')) throw refused(index, 'Postgres holds no text with a zero character');
    return value;
  }
  return Object.is(value, -0) ? '-0' : String(value);
}

/** As in `2001-02-28 01:02:03.004+00`, with `BC` for years before 1. */
function instantText(value: Date, index: number): string {
  if (Number.isNaN(value.getTime())) throw refused(index, 'it is a Date without a time');
  const year = value.getUTCFullYear();
  const shown = String(year > 0 ? year : 1 - year).padStart(4, '0');
  const rest = value
    .toISOString()
    .replace(/^[+-]?\d+/, '')
    .replace('T', ' ')
    .replace('Z', '+00');
  return `${shown}${rest}${year > 0 ? '' : ' BC'}`;
}

function refused(index: number, why: string): PerfError {
  return new PerfError('ERR_PERF_INVALID_VALUE', `parameter ${index + 1} cannot be bound: ${why}`);
}
