import type { Aggregate, DataType, Dialect, FilterOperator, Parameter } from '@perf/contracts';

/** Pieces of SQL text for one comparison. */
export interface ComparisonText {
  /** The operand as `column` prints it, folded when case does not count. */
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
  /** Place of parameter `position`, from 1, read as `type`. @param engineType that of the column it is compared with */
  parameter(position: number, type: DataType, engineType: string | undefined): string;
  /** A value as it is bound: the form that `key` is compared with. */
  value(value: Parameter, type: DataType, operator: FilterOperator | undefined): Parameter;
  /** A column as SELECT shows it. @param engineType see `CatalogColumn.engineType` */
  column(text: string, type: DataType, engineType: string | undefined): string;
  /**
   * A shown column where equal values count as one, in comparisons, joins, groups, DISTINCT, order and min or max: text by
   * code points, whatever its collation. Answers of groups and DISTINCT show this form.
   */
  key(text: string, type: DataType, engineType: string | undefined): string;
  /** A shown column in HAVING, where rows of a group differ in nothing of it. @default as it stands */
  ofGroup?(text: string, type: DataType): string;
  /** A key where its order counts too. */
  ordered(text: string, type: DataType): string;
  lower(text: string): string;
  /**
   * A condition that an index can answer, true of every row that the comparison of `column` with the printed `values` is
   * true of, and null of null; undefined where the comparison itself will do.
   */
  narrowed?(
    operator: FilterOperator,
    parts: {
      readonly column: string;
      readonly type: DataType;
      readonly engineType: string | undefined;
      readonly values: readonly string[];
    },
  ): string | undefined;
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
