import type { DataType } from '@perf/contracts';
import { daysToDate } from '@perf/contracts';
import type { DuckDBValue } from '@duckdb/node-api';
import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBUnionValue,
} from '@duckdb/node-api';

/** A driver value as the contract's row form of `type`. */
export function plainValue(type: DataType, value: DuckDBValue): unknown {
  if (value === null) return null;
  if (type.kind === 'json') return typeof value === 'string' ? parsedJson(value) : jsonValue(value);
  if (typeof value === 'number') return type.kind === 'int64' ? BigInt(value) : value;
  if (typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'bigint') return type.kind === 'int64' ? value : String(value);
  if (value instanceof DuckDBBlobValue) return Uint8Array.from(value.bytes);
  if (value instanceof DuckDBDateValue) return daysToDate(value.days);
  const instant = plainInstant(value);
  if (instant !== undefined) return instant;
  if (type.kind === 'list' && (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue))
    return value.items.map((member) => plainValue(type.item, member));
  return value.toString();
}

function plainInstant(value: object): Date | bigint | undefined {
  if (value instanceof DuckDBTimestampSecondsValue) return new Date(Number(value.seconds) * 1000);
  if (value instanceof DuckDBTimestampMillisecondsValue) return new Date(Number(value.millis));
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) return value.micros;
  return value instanceof DuckDBTimestampNanosecondsValue ? value.nanos : undefined;
}

/**
 * What JSON can say of a value inside a struct, map or union: whole numbers past 2^53, decimals, dates and times as text,
 * bytes as base64, NaN and infinities as text; a map as a list of `{ key, value }`, since its keys may be anything.
 */
function jsonValue(value: DuckDBValue): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue)
    return value.items.map(jsonValue);
  if (value instanceof DuckDBStructValue)
    return Object.fromEntries(
      Object.entries(value.entries).map(([name, member]) => [name, jsonValue(member)]),
    );
  if (value instanceof DuckDBMapValue)
    return value.entries.map((entry) => ({ key: jsonValue(entry.key), value: jsonValue(entry.value) }));
  if (value instanceof DuckDBUnionValue) return { [value.tag]: jsonValue(value.value) };
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString('base64');
  // The driver prints an instant with zone in the zone of this process.
  if (value instanceof DuckDBTimestampTZValue) return `${new DuckDBTimestampValue(value.micros).toString()}Z`;
  return value.toString();
}

function parsedJson(text: string): unknown {
  const parsed: unknown = JSON.parse(text);
  return parsed;
}
