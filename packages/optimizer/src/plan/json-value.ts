import { PerfError } from '@perf/contracts';

/** An object of parsed JSON. */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Deepest nesting of JSON that is looked into; a node of a plan takes two levels. */
const MOST_DEPTH = 2000;
/** Most values in the JSON of a plan. */
const MOST_VALUES = 1_000_000;

/** The error for a text that is no plan. Says what was expected, and nothing of the text. */
export function noPlan(expected: string): PerfError {
  return new PerfError('ERR_PERF_INVALID_VALUE', `the plan cannot be read: expected ${expected}`);
}

/** An object that is no list; undefined for everything else. */
export function recordOf(value: unknown): JsonRecord | undefined {
  return isRecord(value) ? value : undefined;
}

function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The items of a list of objects; none when absent. Anything else is `ERR_PERF_INVALID_VALUE`. */
export function recordsOf(value: unknown, name: string): readonly JsonRecord[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every(isRecord)) throw noPlan(`a list of objects in ${name}`);
  return value;
}

/** A count or time: a finite number that is not negative, also when it is written as text (`"100.00"`). */
export function figureOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined;
}

/** A text that is not empty. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Texts of a list, or of a single text. */
export function textsOf(value: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((item) => typeof item === 'string' && item !== '').map(String);
}

/** Throws `ERR_PERF_INVALID_VALUE` for JSON that is too deep or too large to be walked by functions that call themselves. */
export function checkJsonSize(json: unknown): void {
  const left: { readonly value: unknown; readonly depth: number }[] = [{ value: json, depth: 0 }];
  let seen = 0;
  for (let item = left.pop(); item !== undefined; item = left.pop()) {
    const { value, depth } = item;
    if (typeof value !== 'object' || value === null) continue;
    const inner: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
    seen += inner.length;
    if (depth >= MOST_DEPTH || seen > MOST_VALUES)
      throw noPlan(`at most ${MOST_DEPTH} levels and ${MOST_VALUES} values`);
    for (const one of inner) left.push({ value: one, depth: depth + 1 });
  }
}
