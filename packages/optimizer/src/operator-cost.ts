import type { ColumnStatistics, DataType, Dialect, FilterOperator } from '@perf/contracts';

/** Bytes of a text value when nothing is known. */
const TEXT_BYTES = 32;

/** Cost of calling a function of ours from SQLite, which runs in JavaScript. */
const SQLITE_CALLBACK = 200;

/**
 * Cost of one comparison of one row, where comparing two whole numbers costs 1. The figures are ratios measured on DuckDB
 * and SQLite over a million rows; only their order of size matters to the rank.
 */
export function comparisonCost(
  shape: {
    readonly type: DataType;
    readonly operator: FilterOperator;
    readonly values: readonly unknown[];
    readonly caseSensitive: boolean;
  },
  column: ColumnStatistics | undefined,
  dialect: Dialect,
): number {
  const bytes = shape.type.kind === 'utf8' ? (column?.averageBytes ?? TEXT_BYTES) : 0;
  const callback = dialect === 'sqlite' ? SQLITE_CALLBACK : 0;
  const folding = shape.caseSensitive ? 0 : 5 + bytes / 4 + callback;
  const compare = shape.type.kind === 'utf8' ? 2 + bytes / 16 : shape.type.kind === 'decimal' ? 3 : 1;
  switch (shape.operator) {
    case 'isNull':
    case 'isNotNull':
      return 0.5;
    case 'eq':
    case 'ne':
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return compare + folding;
    case 'between':
      return 2 * compare + folding;
    case 'in':
    case 'notIn':
      return compare * (1 + Math.log2(1 + shape.values.length)) + folding;
    case 'startsWith':
    case 'endsWith':
      return 3 + folding;
    case 'contains':
    case 'notContains':
      return 5 + bytes / 8 + folding;
    case 'regex':
      return 40 + bytes + callback + folding;
    case 'fuzzy':
      return 60 + bytes * 4 + callback + folding;
  }
}
