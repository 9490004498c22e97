import type { CatalogColumn, CatalogTable, ForeignKey } from '@perf/contracts';
import { COLUMNS_QUERY, KEYS_QUERY, foreignKeysQuery } from './catalog-queries.ts';
import { textArray } from './parameters.ts';
import type { KnownTypes } from './postgres-types.ts';
import { postgresType } from './postgres-types.ts';
import type { Answer, Row } from './server.ts';

/** What the catalogue is read with. */
export interface CatalogReading {
  readonly schemas: readonly string[];
  readonly version: number;
  readonly types: KnownTypes;
}

/** A table while it is read. */
interface Found {
  readonly name: string;
  readonly columns: readonly CatalogColumn[];
  /** Whether what is declared of it says something of the rows that are seen. */
  readonly isPlain: boolean;
}

/** The tables and views that queries may name, with what Postgres enforces of them. */
export async function readTables(
  ask: Answer,
  { schemas, version, types }: CatalogReading,
): Promise<ReadonlyMap<string, CatalogTable>> {
  const names = [textArray(schemas)];
  const columns = await ask(COLUMNS_QUERY, names);
  const keys = Map.groupBy(await ask(KEYS_QUERY, names), idOf);
  const foreign = Map.groupBy(await ask(foreignKeysQuery(version), names), idOf);
  const found = new Map(
    [...Map.groupBy(columns, idOf)].map(([id, rows]): [number, Found] => [id, foundTable(rows, types)]),
  );
  const tables = new Map<string, CatalogTable>();
  for (const [id, table] of found) {
    const own = new Set(table.columns.map(({ name }) => name));
    const isKnown = (key: readonly string[]): boolean => key.length > 0 && key.every((name) => own.has(name));
    tables.set(table.name, {
      name: table.name,
      columns: table.columns,
      uniqueKeys: table.isPlain
        ? distinctKeys((keys.get(id) ?? []).map((row) => texts(row['columns']))).filter(isKnown)
        : [],
      foreignKeys: table.isPlain
        ? (foreign.get(id) ?? [])
            .flatMap((row) => foreignKey(row, found))
            .filter((key) => isKnown(key.columns))
        : [],
    });
  }
  return tables;
}

/**
 * A row policy hides rows, and heirs add some that no key of the parent covers: then nothing that is declared says anything
 * of the rows that are seen. A foreign table's conditions are only claims.
 */
function foundTable(rows: readonly Row[], types: KnownTypes): Found {
  const [first] = rows;
  const hasHeirs = first?.['has_heirs'] === true;
  const isForeign = first?.['kind'] === 'f';
  return {
    name: text(first?.['relation']),
    columns: rows.map((row) => catalogColumn(row, types, hasHeirs || isForeign)),
    isPlain: !hasHeirs && !isForeign && first?.['is_guarded'] !== true,
  };
}

function catalogColumn(row: Row, types: KnownTypes, mayBeNull: boolean): CatalogColumn {
  const { type } = postgresType(Number(row['type']), Number(row['modifier']), types);
  const engineType = engineTypeOf(row, type.kind);
  return {
    name: text(row['name']),
    type,
    nullable: mayBeNull || row['is_required'] !== true,
    ...(engineType === undefined ? {} : { engineType }),
  };
}

/** Plain names of text. */
const TEXT = /^(text|character varying(\(\d+\))?)$/;

/** The type's own name where another prints differently: text that is kept as something else or collated, instants with a zone. */
function engineTypeOf(row: Row, kind: string): string | undefined {
  const declared = text(row['declared']);
  if (kind === 'timestamp') return declared.endsWith('with time zone') ? declared : undefined;
  if (kind !== 'utf8') return undefined;
  const { collation } = row;
  if (typeof collation === 'string') return `${declared} COLLATE ${collation}`;
  return TEXT.test(declared) ? undefined : declared;
}

function foreignKey(row: Row, found: ReadonlyMap<number, Found>): ForeignKey[] {
  const target = found.get(Number(row['target']));
  const referred = texts(row['referred']);
  if (target === undefined || referred.some((name) => target.columns.every((column) => column.name !== name)))
    return [];
  return [
    {
      columns: texts(row['columns']),
      table: target.name,
      references: referred,
      enforced: row['is_enforced'] === true && target.isPlain,
    },
  ];
}

function distinctKeys(keys: readonly (readonly string[])[]): (readonly string[])[] {
  return [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
}

function idOf(row: Row): number {
  return Number(row['id']);
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** A list of names. */
export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(text) : [];
}
