import type { DataType } from '@perf/contracts';
import type { SqlDialect } from './sql-dialect.ts';
import { doubleQuoted, plainAggregate, standardLimit, standardOrderKey } from './sql-dialect.ts';

/** DuckDB: `$1`, text compares by bytes (`COLLATE C` where a column says otherwise), functions for every operator. */
export const duckdb: SqlDialect = {
  name: 'duckdb',
  unsupported: new Set(),
  identifier: doubleQuoted,
  parameter: (position, type) => {
    const cast = castName(type);
    return cast === undefined ? `$${position}` : `CAST($${position} AS ${cast})`;
  },
  value: (value) => value,
  column: (text, type, engineType) => {
    if (type.kind !== 'utf8' || engineType === undefined) return text;
    return engineType.startsWith('VARCHAR COLLATE') ? `${text} COLLATE C` : `CAST(${text} AS VARCHAR)`;
  },
  key: (text) => text,
  ordered: (text) => text,
  lower: (text) => `lower(${text})`,
  text: (operator, { left, bind, edits }) => {
    switch (operator) {
      case 'contains':
        return `contains(${left}, ${bind(0)})`;
      case 'startsWith':
        return `starts_with(${left}, ${bind(0)})`;
      case 'endsWith':
        return `ends_with(${left}, ${bind(0)})`;
      case 'regex':
        return `regexp_matches(${left}, ${bind(0)}, 's')`;
      case 'fuzzy':
        return `perf_distance(${left}, ${bind(0)}) <= ${edits()}`;
    }
  },
  aggregate: (aggregate, of, type) => {
    const text = plainAggregate(aggregate, of);
    if (aggregate !== 'sum' || type.kind === 'float64') return text;
    return `CAST(${text} AS ${type.kind === 'decimal' ? `DECIMAL(38, ${type.scale})` : 'BIGINT'})`;
  },
  orderKey: standardOrderKey,
  limit: standardLimit,
};

/** Types whose values are bound as text. */
function castName(type: DataType): string | undefined {
  switch (type.kind) {
    case 'decimal':
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case 'date':
      return 'DATE';
    case 'timestamp':
      return type.unit === 'ns' ? 'TIMESTAMP_NS' : 'TIMESTAMP';
    case 'bool':
    case 'int32':
    case 'int64':
    case 'float64':
    case 'utf8':
    case 'binary':
    case 'json':
    case 'list':
      return undefined;
  }
}
