import type { Aggregate, DataType, Dialect, FilterOperator } from '@perf/contracts';

/** Pieces of SQL text for one comparison; `left` and `right` are printed operands. */
export interface ComparisonText {
  readonly left: string;
  /** Prints a further bound value, each time anew. */
  readonly bind: (index: number) => string;
  /** Prints the number of edits that `fuzzy` allows. */
  readonly edits: () => string;
}

/** What one dialect prints differently. Every function is pure text. */
export interface SqlDialect {
  readonly name: Dialect;
  /** Operators that this dialect cannot evaluate. */
  readonly unsupported: ReadonlySet<FilterOperator>;
  /** A quoted name. */
  identifier(name: string): string;
  /** Place of parameter `position`, from 1, read as `type`. */
  parameter(position: number, type: DataType): string;
  /** A column as SELECT, GROUP BY and equality use it. @param engineType see `CatalogColumn.engineType` */
  column(text: string, type: DataType, engineType: string | undefined): string;
  /** An operand where its order counts: text by code points, whatever the database's collation. */
  ordered(text: string, type: DataType): string;
  lower(text: string): string;
  /** The operators that are not plain SQL. */
  text(operator: TextOperator, parts: ComparisonText): string;
  aggregate(aggregate: Aggregate, of: string | undefined, type: DataType): string;
  orderKey(text: string, descending: boolean, nullsFirst: boolean): string;
  /** LIMIT and OFFSET, either absent; empty when both are. */
  limit(limit: string | undefined, offset: string | undefined): string;
}

/** Operators on text that dialects name differently. */
export type TextOperator = 'contains' | 'startsWith' | 'endsWith' | 'regex' | 'fuzzy';

/** A name in double quotes, as standard SQL has it. */
export function doubleQuoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** `x ASC NULLS LAST` and its kin. */
export function standardOrderKey(text: string, descending: boolean, nullsFirst: boolean): string {
  return `${text} ${descending ? 'DESC' : 'ASC'} NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`;
}

/** ` LIMIT a OFFSET b`, each part where it is given. */
export function standardLimit(limit: string | undefined, offset: string | undefined): string {
  return `${limit === undefined ? '' : ` LIMIT ${limit}`}${offset === undefined ? '' : ` OFFSET ${offset}`}`;
}

/** `count(*)`, `count(DISTINCT x)`, `min(x)` and so on, before any cast. */
export function plainAggregate(aggregate: Aggregate, of: string | undefined): string {
  if (of === undefined) return 'count(*)';
  return aggregate === 'countDistinct' ? `count(DISTINCT ${of})` : `${aggregate}(${of})`;
}
