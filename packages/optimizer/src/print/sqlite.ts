import type { SqlDialect } from './sql-dialect.ts';
import { doubleQuoted, plainAggregate, standardLimit, standardOrderKey } from './sql-dialect.ts';

/** Length of `YYYY-MM-DD`. */
const DAY = 10;

/**
 * SQLite: `?1`; `lower`, `regex`, `fuzzy` and the common form of instants are functions that the engine registers. Text has
 * the BINARY collation, which is printed where a column says otherwise.
 */
export const sqlite: SqlDialect = {
  name: 'sqlite',
  unsupported: new Set(),
  identifier: doubleQuoted,
  parameter: (position, type) => (type.kind === 'decimal' ? `CAST(?${position} AS NUMERIC)` : `?${position}`),
  value: (value, type) =>
    type.kind === 'timestamp' && typeof value === 'string' ? commonInstant(value) : value,
  column: (text) => text,
  key: (text, type, engineType) => {
    if (type.kind === 'timestamp') return `perf_instant(${text})`;
    return type.kind === 'utf8' && engineType !== undefined ? `${text} COLLATE BINARY` : text;
  },
  ordered: (text) => text,
  lower: (text) => `perf_lower(${text})`,
  narrowed: (operator, { column, type, values: [first = '', last = first] }) => {
    if (type.kind !== 'timestamp') return undefined;
    // Every form of an instant begins with its day, and continues below `~`.
    const from = `${column} >= substr(${first}, 1, ${DAY})`;
    const to = `${column} <= substr(${last}, 1, ${DAY}) || '~'`;
    switch (operator) {
      case 'eq':
      case 'between':
        return `${from} AND ${to}`;
      case 'gt':
      case 'gte':
        return from;
      case 'lt':
      case 'lte':
        return to;
      case 'ne':
      case 'in':
      case 'notIn':
      case 'contains':
      case 'notContains':
      case 'startsWith':
      case 'endsWith':
      case 'isNull':
      case 'isNotNull':
      case 'regex':
      case 'fuzzy':
        return undefined;
    }
  },
  text: (operator, { left, bind, edits }) => {
    switch (operator) {
      case 'contains':
        return `instr(${left}, ${bind(0)}) > 0`;
      case 'startsWith':
        return `substr(${left}, 1, length(${bind(0)})) = ${bind(0)}`;
      case 'endsWith':
        return `substr(${left}, length(${left}) - length(${bind(0)}) + 1) = ${bind(0)}`;
      case 'regex':
        return `perf_regex(${left}, ${bind(0)})`;
      case 'fuzzy':
        return `perf_distance(${left}, ${bind(0)}) <= ${edits()}`;
    }
  },
  aggregate: plainAggregate,
  orderKey: standardOrderKey,
  limit: (limit, offset) => standardLimit(limit ?? (offset === undefined ? undefined : '-1'), offset),
};

/** The one form that `perf_instant` gives: a blank between date and time, nine digits behind the point. */
function commonInstant(written: string): string {
  const [whole = '', fraction = ''] = written.split('.');
  return `${whole}.${fraction.padEnd(9, '0')}`;
}
