import type { Parameter } from '@perf/contracts';
import type { DuckDBPreparedStatement } from '@duckdb/node-api';
import { DuckDBTimestampValue } from '@duckdb/node-api';

/** Binds parameters by position, each with the driver call for its JS type; whole numbers as INTEGER, bigint as BIGINT. */
export function bindParameters(statement: DuckDBPreparedStatement, parameters: readonly Parameter[]): void {
  for (const [i, value] of parameters.entries()) bindOne(statement, i + 1, value);
}

function bindOne(statement: DuckDBPreparedStatement, position: number, value: Parameter): void {
  if (value === null) return statement.bindNull(position);
  if (value instanceof Date)
    return statement.bindTimestamp(position, new DuckDBTimestampValue(BigInt(value.getTime()) * 1000n));
  if (value instanceof Uint8Array) return statement.bindBlob(position, value);
  if (typeof value === 'string') return statement.bindVarchar(position, value);
  if (typeof value === 'boolean') return statement.bindBoolean(position, value);
  if (typeof value === 'bigint')
    return BigInt.asIntN(64, value) === value
      ? statement.bindBigInt(position, value)
      : statement.bindHugeInt(position, value);
  return (value | 0) === value && !Object.is(value, -0)
    ? statement.bindInteger(position, value)
    : statement.bindDouble(position, value);
}
