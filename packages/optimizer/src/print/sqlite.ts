import type { SqlDialect } from './sql-dialect.ts';
import { doubleQuoted, plainAggregate, standardLimit, standardOrderKey } from './sql-dialect.ts';

/** SQLite: `?1`; `lower`, `regex` and `fuzzy` are functions that the engine registers. Text needs the BINARY collation, its default. */
export const sqlite: SqlDialect = {
  name: 'sqlite',
  unsupported: new Set(),
  identifier: doubleQuoted,
  parameter: (position, type) => (type.kind === 'decimal' ? `CAST(?${position} AS NUMERIC)` : `?${position}`),
  column: (text) => text,
  ordered: (text) => text,
  lower: (text) => `perf_lower(${text})`,
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
