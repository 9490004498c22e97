import type { IndexColumn, TableIndex } from '@perf/contracts';
import { textArray } from './parameters.ts';
import { texts } from './postgres-catalog.ts';
import type { Answer, Row } from './server.ts';

/** B-trees on columns alone; figures of a partitioned one are those of its parts. */
const INDEXES = `/*perf*/ SELECT x.relname::text AS name, c.relname::text AS relation, i.indisunique AS is_unique,
  i.indisprimary AS is_primary, i.indpred IS NOT NULL AS is_partial,
  ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY k (number, place)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
    WHERE k.place <= i.indnkeyatts ORDER BY k.place) AS columns,
  i.indoption::int2[] AS options, p.bytes::int8 AS bytes, p.scans::int8 AS scans
FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid JOIN pg_catalog.pg_class c ON c.oid = i.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace JOIN pg_catalog.pg_am m ON m.oid = x.relam
CROSS JOIN LATERAL (SELECT sum(pg_catalog.pg_relation_size(l.id)) AS bytes, sum(pg_catalog.pg_stat_get_numscans(l.id)) AS scans
  FROM (SELECT i.indexrelid AS id UNION SELECT t.relid FROM pg_catalog.pg_partition_tree(i.indexrelid) t) l) p
WHERE n.nspname = ANY ($1::text[]) AND pg_catalog.pg_table_is_visible(c.oid) AND NOT c.relispartition
  AND m.amname = 'btree' AND i.indexprs IS NULL AND i.indisvalid AND i.indislive
  AND ($2::text[] IS NULL OR c.relname = ANY ($2::text[]))
ORDER BY c.relname, i.indisprimary DESC, x.relname`;

/** The indexes of all tables, or of those named. */
export async function readIndexes(
  ask: Answer,
  schemas: readonly string[],
  tables?: readonly string[],
): Promise<readonly TableIndex[]> {
  const rows = await ask(INDEXES, [textArray(schemas), tables === undefined ? null : textArray(tables)]);
  return rows.map(tableIndex);
}

function tableIndex(row: Row): TableIndex {
  const options: readonly unknown[] = Array.isArray(row['options']) ? row['options'] : [];
  return {
    name: String(row['name']),
    table: String(row['relation']),
    columns: texts(row['columns']).map((name, i): IndexColumn =>
      (Number(options[i]) & 1) === 1 ? { name, direction: 'desc' } : { name },
    ),
    unique: row['is_unique'] === true,
    primary: row['is_primary'] === true,
    partial: row['is_partial'] === true,
    bytes: Number(row['bytes']),
    scans: Number(row['scans']),
  };
}
