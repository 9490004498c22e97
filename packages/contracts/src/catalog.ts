import { nodeCrypto } from './node-crypto.ts';
import type { Classification, DataType } from './data-type.ts';

/** A column as the engine declares it. */
export interface CatalogColumn {
  readonly name: string;
  readonly type: DataType;
  /** False when the engine enforces NOT NULL. */
  readonly nullable: boolean;
  readonly classification?: Classification;
  /** The engine's own name of the type, where it is not the plain one for `type` (an enum kept as text). */
  readonly engineType?: string;
}

/** A reference from this table's columns to a key of another. */
export interface ForeignKey {
  readonly columns: readonly string[];
  readonly table: string;
  readonly references: readonly string[];
  /** True when the engine enforces it now (declared, validated, not deferred, not switched off). */
  readonly enforced: boolean;
}

/** A table or view and what is declared about it. */
export interface CatalogTable {
  readonly name: string;
  /** In declared order. */
  readonly columns: readonly CatalogColumn[];
  /** Column sets declared and enforced unique, the primary key first. Rows with null in a nullable column of one may repeat. */
  readonly uniqueKeys: readonly (readonly string[])[];
  readonly foreignKeys: readonly ForeignKey[];
}

/** The tables a query may name. Engines drop theirs when the schema changes. */
export interface Catalog {
  /** Changes whenever the schema does; part of the query key's scope. */
  readonly version: string;
  readonly tables: ReadonlyMap<string, CatalogTable>;
}

/** A version made of what the tables are: equal for equal schemas, whichever database they stand in. */
export function catalogVersion(tables: ReadonlyMap<string, CatalogTable>): string {
  return nodeCrypto()
    .createHash('sha256')
    .update(JSON.stringify([...tables.values()]))
    .digest('hex')
    .slice(0, 16);
}
