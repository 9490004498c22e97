/**
 * One number that changes with every row of the system's tables that is made, changed or gone. Both parts are hashed before
 * they are mixed: two neighbours that change together would else take each other's place.
 */
const STAMP = (rows: string): string =>
  `(SELECT sum(hashint4(hashoid(x.id) # hashint8(x.version::text::int8))::int8) || ':' || count(*) FROM (${rows}) x)`;

const RELATIONS = `SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')`;
const NAMESPACES = 'SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = ANY ($1::text[])';

/**
 * A text that is another when a table, column, key, index, trigger, type or right in the schemas is another: the numbers of
 * the transactions that wrote these rows. `ANALYZE` and `VACUUM` leave it as it is.
 */
export const STAMP_QUERY: string = `/*perf*/ SELECT concat_ws(',', current_user, current_setting('session_replication_role'),
  (SELECT rolsuper OR rolbypassrls FROM pg_catalog.pg_roles WHERE rolname = current_user),
  ${STAMP('SELECT roleid AS id, xmin AS version FROM pg_catalog.pg_auth_members')},
  ${STAMP(`SELECT oid AS id, xmin AS version FROM pg_catalog.pg_class WHERE relnamespace IN (${NAMESPACES})`)},
  ${STAMP(`SELECT attrelid AS id, xmin AS version FROM pg_catalog.pg_attribute WHERE attnum > 0 AND attrelid IN (${RELATIONS})`)},
  ${STAMP(`SELECT oid AS id, xmin AS version FROM pg_catalog.pg_constraint WHERE connamespace IN (${NAMESPACES})`)},
  ${STAMP(`SELECT indexrelid AS id, xmin AS version FROM pg_catalog.pg_index WHERE indrelid IN (${RELATIONS})`)},
  ${STAMP(`SELECT oid AS id, xmin AS version FROM pg_catalog.pg_trigger WHERE tgrelid IN (${RELATIONS})`)},
  ${STAMP(`SELECT inhrelid AS id, xmin AS version FROM pg_catalog.pg_inherits WHERE inhparent IN (${RELATIONS})`)},
  ${STAMP(`SELECT oid AS id, xmin AS version FROM pg_catalog.pg_type WHERE typnamespace IN (${NAMESPACES})`)}) AS stamp`;

/** Tables and views that a bare name reaches, without partitions, with the columns that the user may read. */
export const COLUMNS_QUERY = `/*perf*/ SELECT c.oid::int8 AS id, c.relname::text AS relation, c.relkind::text AS kind,
  c.relkind = 'r' AND EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhparent = c.oid) AS has_heirs,
  pg_catalog.row_security_active(c.oid) AS is_guarded,
  a.attname::text AS name, a.atttypid::int8 AS type, a.atttypmod AS modifier, a.attnotnull AS is_required,
  pg_catalog.format_type(a.atttypid, a.atttypmod) AS declared,
  CASE WHEN a.attcollation NOT IN (0, 100, 950, 951) THEN
    (SELECT quote_ident(l.collname) FROM pg_catalog.pg_collation l WHERE l.oid = a.attcollation) END AS collation
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE n.nspname = ANY ($1::text[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND pg_catalog.pg_table_is_visible(c.oid) AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
  AND pg_catalog.has_column_privilege(c.oid, a.attnum, 'SELECT')
ORDER BY c.relname, a.attnum`;

/** Unique indexes that hold for all rows at all times, the primary key's first. */
export const KEYS_QUERY: string = `/*perf*/ SELECT i.indrelid::int8 AS id,
  ARRAY(SELECT a.attname::text FROM unnest(i.indkey::int2[]) WITH ORDINALITY k (number, place)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
    WHERE k.place <= i.indnkeyatts ORDER BY k.place) AS columns
FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
WHERE i.indrelid IN (${RELATIONS}) AND i.indisunique AND i.indimmediate AND i.indisvalid AND i.indisready AND i.indislive
  AND NOT i.indisexclusion AND i.indpred IS NULL AND i.indexprs IS NULL
ORDER BY i.indisprimary DESC, x.relname`;

/**
 * Foreign keys, and whether they hold now: checked for all rows, at once, by triggers that are on, with an equality that is
 * one of bytes. @param version the server's, as in 150018
 */
export function foreignKeysQuery(version: number): string {
  const further = version >= 180_000 ? 'AND k.conenforced' : '';
  const temporal = version >= 180_000 ? 'AND NOT k.conperiod' : '';
  return `/*perf*/ SELECT k.conrelid::int8 AS id, k.confrelid::int8 AS target,
  ${columnNames('k.conrelid', 'k.conkey')} AS columns, ${columnNames('k.confrelid', 'k.confkey')} AS referred,
  k.convalidated AND NOT k.condeferrable ${further} AND current_setting('session_replication_role') <> 'replica'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_trigger t WHERE t.tgconstraint = k.oid AND t.tgenabled NOT IN ('O', 'A'))
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
    WHERE NOT l.collisdeterministic AND ((a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey))
      OR (a.attrelid = k.confrelid AND a.attnum = ANY (k.confkey))))
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type y ON y.oid = a.atttypid
    WHERE a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey) AND y.oid >= 16384 AND y.typtype = 'b') AS is_enforced
FROM pg_catalog.pg_constraint k
WHERE k.contype = 'f' AND k.conrelid IN (${RELATIONS}) ${temporal} ORDER BY k.conname`;
}

function columnNames(relation: string, numbers: string): string {
  return `ARRAY(SELECT a.attname::text FROM unnest(${numbers}) WITH ORDINALITY u (number, place)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = ${relation} AND a.attnum = u.number ORDER BY u.place)`;
}
