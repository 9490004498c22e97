import type { CatalogTable, DataType } from '@perf/contracts';
import type { SqlName } from './sql-name.ts';

/** A column of rows. */
export interface ShapeColumn {
  readonly name: string;
  /** Undefined: not known. */
  readonly type: DataType | undefined;
  readonly nullable: boolean;
  /** Whether equal values are told apart by nothing: no collation of its own, no second spelling. */
  readonly exact: boolean;
  /** The column of a table that it is, unchanged. */
  readonly origin: { readonly table: CatalogTable; readonly column: string } | undefined;
}

/** What is known of rows without looking at them. */
export interface Shape {
  readonly columns: ReadonlyMap<string, ShapeColumn>;
  /** Column sets no two rows agree in, where none of their values is null. */
  readonly keys: readonly (readonly string[])[];
  /** Whether there is never more than one row. */
  readonly single: boolean;
}

/** The shape of a table. */
export function shapeOfTable(table: CatalogTable, dialect: SqlName): Shape {
  const columns = table.columns.map(({ name, type, nullable, engineType }): [string, ShapeColumn] => {
    const exact = type.kind !== 'utf8' || isExactText(engineType, dialect);
    return [name, { name, type, nullable, exact, origin: { table, column: name } }];
  });
  return { columns: new Map(columns), keys: table.uniqueKeys, single: false };
}

/** Whether texts are told apart letter by letter, blanks at the end included. */
function isExactText(engineType: string | undefined, dialect: SqlName): boolean {
  if (dialect === 'mysql') return / COLLATE \w+_(?:nopad_bin|0900_bin)$/.test(engineType ?? '');
  return engineType === undefined || /^(?:text|varchar|character varying)\b(?!.*COLLATE)/i.test(engineType);
}
