import type { DataType } from '@perf/contracts';
import type { SqlDialect } from './sql-dialect.ts';
import { doubleQuoted, plainAggregate, standardLimit, standardOrderKey } from './sql-dialect.ts';

const WITH_ZONE = /^timestamptz\b|^timestamp\b.* with time zone$/i;

/** What `column` makes of a column that is text only to us. */
const SHOWN_AS_TEXT = /^CAST\((.+) AS text\)$/;

/** Postgres: `$1` with a cast, so that the server never guesses a type; text in order of code points by COLLATE "C". */
export const postgres: SqlDialect = {
  name: 'postgres',
  unsupported: new Set(['fuzzy']),
  identifier: doubleQuoted,
  parameter: (position, type, engineType = '') => {
    const text = `CAST($${position} AS ${castName(type)})`;
    // Else the server would read the instant in the zone of its session.
    return type.kind === 'timestamp' && WITH_ZONE.test(engineType) ? `(${text} AT TIME ZONE 'UTC')` : text;
  },
  value: (value) => value,
  column: (text, type, engineType) => {
    if (type.kind !== 'utf8' || engineType === undefined) return text;
    return / COLLATE /i.test(engineType) ? `${text} COLLATE "C"` : `CAST(${text} AS text)`;
  },
  key: (text) => text,
  ordered: (text, type) => (type.kind === 'utf8' ? `${text} COLLATE "C"` : text),
  lower: (text) => `lower(${text})`,
  // An index on a UUID knows nothing of its text. What is no UUID as the server prints it equals none.
  narrowed: (operator, { column, engineType, values }) => {
    const [, bare] = SHOWN_AS_TEXT.exec(column) ?? [];
    if (engineType !== 'uuid' || bare === undefined || (operator !== 'eq' && operator !== 'in'))
      return undefined;
    return `${bare} IN (${values.map(uuidOrNull).join(', ')})`;
  },
  text: (operator, { left, bind }) => {
    switch (operator) {
      case 'contains':
        return `strpos(${left}, ${bind(0)}) > 0`;
      case 'startsWith':
        return `starts_with(${left}, ${bind(0)})`;
      case 'endsWith':
        return `right(${left}, length(${bind(0)})) = ${bind(0)}`;
      case 'regex':
        return `${left} ~ ${bind(0)}`;
      case 'fuzzy':
        throw new RangeError('Postgres has no fuzzy operator');
    }
  },
  aggregate: (aggregate, of, type) => {
    if (aggregate === 'avg') return `avg(CAST(${of} AS double precision))`;
    const text = plainAggregate(
      aggregate,
      of !== undefined && (aggregate === 'min' || aggregate === 'max') ? postgres.ordered(of, type) : of,
    );
    if (aggregate !== 'sum' || type.kind === 'float64') return text;
    return `CAST(${text} AS ${type.kind === 'decimal' ? `numeric(38, ${type.scale})` : 'bigint'})`;
  },
  orderKey: standardOrderKey,
  limit: standardLimit,
};

function uuidOrNull(text: string): string {
  return `CASE WHEN ${text} ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' THEN CAST(${text} AS uuid) END`;
}

function castName(type: DataType): string {
  switch (type.kind) {
    case 'bool':
      return 'boolean';
    case 'int32':
      return 'integer';
    case 'int64':
      return 'bigint';
    case 'float64':
      return 'double precision';
    case 'decimal':
      return `numeric(${type.precision}, ${type.scale})`;
    case 'date':
      return 'date';
    case 'timestamp':
      return 'timestamp';
    case 'utf8':
    case 'binary':
    case 'json':
    case 'list':
      return 'text';
  }
}
