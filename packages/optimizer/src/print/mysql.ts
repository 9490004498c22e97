import type { DataType } from '@perf/contracts';
import type { SqlDialect } from './sql-dialect.ts';
import { plainAggregate } from './sql-dialect.ts';

/** The largest LIMIT, for an OFFSET that stands alone. */
const NO_LIMIT = '18446744073709551615';

/** Collations that compare by the bytes of utf8mb4 and pad nothing: of MariaDB and of MySQL. */
const EXACT = / COLLATE utf8mb4_(?:nopad_bin|0900_bin)$/;
/** Collations of character sets whose bytes are not those of utf8mb4. */
const OTHER_BYTES = / COLLATE (?!utf8|ascii)\w+$/;

/**
 * MySQL and MariaDB: `?`, names in backticks. Text is compared as the bytes of utf8mb4, which is the order of code points:
 * the default collations fold case, and `utf8mb4_bin` takes `a` and `a ` for the same. Text of groups, DISTINCT, min and max
 * comes back as these bytes. A column whose own collation compares so stands bare where values are equal, so that an index on it can be used.
 */
export const mysql: SqlDialect = {
  name: 'mysql',
  unsupported: new Set(['fuzzy']),
  identifier: (name) => `\`${name.replaceAll('`', '``')}\``,
  parameter: (_, type) => {
    const cast = castName(type);
    return cast === undefined ? '?' : `CAST(? AS ${cast})`;
  },
  value: (value, _, operator) =>
    operator === 'regex' && typeof value === 'string' ? endingAtEnd(value) : value,
  column: (text, type, engineType) =>
    type.kind === 'utf8' && OTHER_BYTES.test(engineType ?? '') ? characters(text) : text,
  key: (text, type, engineType) => {
    if (type.kind !== 'utf8') return text;
    // What is no bare column has the collation of the connection.
    return text.startsWith('`') && EXACT.test(engineType ?? '') ? text : bytes(text);
  },
  // The group is by bytes, and HAVING knows a column of a group by its name alone.
  ofGroup: (text, type) => (type.kind === 'utf8' ? `min(${text})` : text),
  // MariaDB takes the ends of BETWEEN for one value when they differ by case alone, whatever the column's collation.
  ordered: (text, type) => (type.kind === 'utf8' && text.startsWith('`') ? bytes(text) : text),
  lower: (text) => `lower(${characters(text)})`,
  text: (operator, { left, bind }) => {
    switch (operator) {
      case 'contains':
        return `locate(${bind(0)}, ${bytes(left)}) > 0`;
      case 'startsWith':
        return `left(${bytes(left)}, length(${bind(0)})) = ${bind(0)}`;
      case 'endsWith':
        return `right(${bytes(left)}, length(${bind(0)})) = ${bind(0)}`;
      case 'regex':
        return `${characters(left)} COLLATE utf8mb4_bin REGEXP concat('(?s)', ${bind(0)})`;
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

/** Bytes as text again; text as it is. */
function characters(text: string): string {
  return `CONVERT(${text} USING utf8mb4)`;
}

function bytes(text: string): string {
  return `CAST(${text} AS BINARY)`;
}

/** The pattern with `\\z` for `$`, which here would also match before a line feed that ends the text. */
function endingAtEnd(pattern: string): string {
  return pattern.replace(/\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\$/gsu, (part) => (part === '$' ? '\\z' : part));
}

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
