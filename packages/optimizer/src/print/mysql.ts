import type { DataType } from '@perf/contracts';
import type { SqlDialect } from './sql-dialect.ts';
import { plainAggregate } from './sql-dialect.ts';

/** The largest LIMIT, for an OFFSET that stands alone. */
const NO_LIMIT = '18446744073709551615';

/** MySQL and MariaDB: `?`, names in backticks, text by a binary collation because the default folds case. */
export const mysql: SqlDialect = {
  name: 'mysql',
  unsupported: new Set(['fuzzy']),
  identifier: (name) => `\`${name.replaceAll('`', '``')}\``,
  parameter: (_, type) => {
    const cast = castName(type);
    return cast === undefined ? '?' : `CAST(? AS ${cast})`;
  },
  column: (text, type) => (type.kind === 'utf8' ? `${text} COLLATE utf8mb4_bin` : text),
  ordered: (text) => text,
  lower: (text) => `lower(${text})`,
  text: (operator, { left, bind }) => {
    switch (operator) {
      case 'contains':
        return `locate(${bind(0)}, ${left}) > 0`;
      case 'startsWith':
        return `left(${left}, char_length(${bind(0)})) = ${bind(0)}`;
      case 'endsWith':
        return `right(${left}, char_length(${bind(0)})) = ${bind(0)}`;
      case 'regex':
        return `${left} REGEXP concat('(?s)', ${bind(0)})`;
      case 'fuzzy':
        throw new RangeError('MySQL has no fuzzy operator');
    }
  },
  aggregate: (aggregate, of, type) => {
    if (aggregate === 'avg') return `avg(CAST(${of} AS DOUBLE))`;
    const text = plainAggregate(aggregate, of);
    return aggregate === 'sum' && type.kind === 'int64' ? `CAST(${text} AS SIGNED)` : text;
  },
  orderKey: (text, descending, nullsFirst) =>
    `${text} IS NULL${nullsFirst ? ' DESC' : ''}, ${text}${descending ? ' DESC' : ''}`,
  limit: (limit, offset) => {
    if (limit === undefined && offset === undefined) return '';
    return ` LIMIT ${limit ?? NO_LIMIT}${offset === undefined ? '' : ` OFFSET ${offset}`}`;
  },
};

/** Types whose values are bound as text. */
function castName(type: DataType): string | undefined {
  switch (type.kind) {
    case 'decimal':
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case 'date':
      return 'DATE';
    case 'timestamp':
      return 'DATETIME(6)';
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
