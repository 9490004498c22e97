import type { DataType } from '@perf/contracts';
import { daysToDate } from '@perf/contracts';
import type { DuckDBValue } from '@duckdb/node-api';
import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
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

/** A driver value as the contract's row form of `type`. Inside JSON there is no declared type: every value takes its natural form. */
export function plainValue(type: DataType | undefined, value: DuckDBValue): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value === 'string') return type?.kind === 'json' ? parsedJson(value) : value;
  if (typeof value === 'bigint')
    return type?.kind === 'decimal' || type?.kind === 'utf8' ? String(value) : value;
  if (value instanceof DuckDBDecimalValue) return value.toString();
  if (value instanceof DuckDBBlobValue) return Uint8Array.from(value.bytes);
  if (value instanceof DuckDBDateValue) return daysToDate(value.days);
  const instant = plainInstant(value);
  if (instant !== undefined) return instant;
  const item = type?.kind === 'list' ? type.item : undefined;
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue)
    return value.items.map((member) => plainValue(item, member));
  if (value instanceof DuckDBStructValue)
    return Object.fromEntries(
      Object.entries(value.entries).map(([name, member]) => [name, plainValue(undefined, member)]),
    );
  if (value instanceof DuckDBMapValue)
    return value.entries.map((entry) => ({
      key: plainValue(undefined, entry.key),
      value: plainValue(undefined, entry.value),
    }));
  if (value instanceof DuckDBUnionValue) return { [value.tag]: plainValue(undefined, value.value) };
  return value.toString();
}

function plainInstant(value: object): Date | bigint | undefined {
  if (value instanceof DuckDBTimestampSecondsValue) return new Date(Number(value.seconds) * 1000);
  if (value instanceof DuckDBTimestampMillisecondsValue) return new Date(Number(value.millis));
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) return value.micros;
  return value instanceof DuckDBTimestampNanosecondsValue ? value.nanos : undefined;
}

function parsedJson(text: string): unknown {
  const parsed: unknown = JSON.parse(text);
  return parsed;
}
