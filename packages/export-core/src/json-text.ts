import type { DataType, TimeUnit } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { instantCell } from './scalar-cells.ts';
import { INSTANT_BYTES } from './write-instant.ts';

/** How int64 and decimal are written in JSON: as number literals with every digit, or as strings. */
export type BigNumbers = 'number' | 'string';

const DECIMAL = /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/;

/** Standard base64 of a binary value. */
export function base64Text(value: Uint8Array): string {
  return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
}

/**
 * A function that gives the JSON text of nested values (`json` and `list` columns), with every digit of bigints and, in lists, of
 * decimals. It gives undefined for what has no JSON text, and throws on cycles.
 */
export function jsonText(type: DataType, bigNumbers: BigNumbers): (value: unknown) => string | undefined {
  const replacer = (_key: string, value: unknown): unknown =>
    typeof value === 'bigint' ? digits(String(value), bigNumbers) : value;
  const text = (value: unknown): string | undefined => {
    try {
      return JSON.stringify(value);
    } catch (error) {
      // Bigints make it throw; a replacer for all values would cost more than this second run for the few.
      if (!(error instanceof TypeError)) throw error;
      return JSON.stringify(value, replacer);
    }
  };
  if (type.kind !== 'list') return text;
  const item = listItem(type.item, bigNumbers);
  return (value) => {
    if (!Array.isArray(value)) return undefined;
    return text(
      item === undefined ? value : value.map((entry: unknown) => (isNull(entry) ? null : item(entry))),
    );
  };
}

/** What an item must become before `JSON.stringify` sees it; undefined when nothing. */
function listItem(type: DataType, bigNumbers: BigNumbers): ((value: unknown) => unknown) | undefined {
  switch (type.kind) {
    case 'decimal':
      return (value) =>
        typeof value === 'string' && DECIMAL.test(value) ? digits(value, bigNumbers) : value;
    case 'binary':
      return (value) => (value instanceof Uint8Array ? base64Text(value) : value);
    case 'timestamp':
      return instantText(type.unit);
    case 'list': {
      const inner = listItem(type.item, bigNumbers);
      if (inner === undefined) return undefined;
      return (value) =>
        Array.isArray(value) ? value.map((entry: unknown) => (isNull(entry) ? null : inner(entry))) : value;
    }
    case 'bool':
    case 'int32':
    case 'int64':
    case 'float64':
    case 'utf8':
    case 'date':
    case 'json':
      return undefined;
  }
}

/** ISO text for instants that are counted as bigint; a `Date` knows its own. */
function instantText(unit: TimeUnit): (value: unknown) => unknown {
  const cell = instantCell(unit);
  const scratch = Buffer.alloc(INSTANT_BYTES);
  return (value) => {
    if (typeof value !== 'bigint') return value;
    const end = cell.value(scratch, 0, value);
    if (end < 0)
      throw new PerfError('ERR_PERF_INVALID_VALUE', `a list holds ${value} ${unit}, which is no date`);
    return scratch.toString('latin1', 0, end);
  };
}

/** Digits that `JSON.stringify` puts out as they stand. */
function digits(text: string, bigNumbers: BigNumbers): unknown {
  return bigNumbers === 'string' ? text : rawJson(text);
}

// In every Node that Perf runs on, but not yet in TypeScript's library.
const makeRaw: unknown = Reflect.get(JSON, 'rawJSON');

function rawJson(text: string): unknown {
  return typeof makeRaw === 'function' ? Reflect.apply(makeRaw, JSON, [text]) : text;
}

function isNull(value: unknown): boolean {
  return value === null || value === undefined;
}
