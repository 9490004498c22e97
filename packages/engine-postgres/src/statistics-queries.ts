/** Sizes and counts of tables, with those of their partitions and heirs. Blocks that came after the last count are as full as those before. */
export const SIZES_QUERY = `/*perf*/ WITH RECURSIVE parts AS (
  SELECT c.oid AS root, c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname = ANY ($1::text[]) AND c.relname = ANY ($2::text[]) AND c.relkind IN ('r', 'p', 'm')
    AND pg_catalog.pg_table_is_visible(c.oid)
  UNION SELECT p.root, h.inhrelid FROM parts p JOIN pg_catalog.pg_inherits h ON h.inhparent = p.oid),
sized AS (SELECT p.root, c.relkind, c.reltuples, c.relpages, pg_catalog.pg_table_size(c.oid) AS bytes,
    pg_catalog.pg_relation_size(c.oid) / current_setting('block_size')::int8 AS blocks
  FROM parts p JOIN pg_catalog.pg_class c USING (oid))
SELECT r.relname::text AS name, n.nspname::text AS schema, count(*) > 1 AS has_parts,
  bool_and(s.relkind = 'p' OR s.blocks = 0 OR (s.reltuples >= 0 AND s.relpages > 0)) AS is_counted,
  sum(CASE WHEN s.relkind <> 'p' AND s.reltuples >= 0 AND s.relpages > 0
    THEN s.reltuples::float8 / s.relpages * s.blocks ELSE 0 END)::float8 AS rows,
  sum(s.blocks)::int8 AS blocks, sum(s.bytes)::int8 AS bytes
FROM sized s JOIN pg_catalog.pg_class r ON r.oid = s.root JOIN pg_catalog.pg_namespace n ON n.oid = r.relnamespace
GROUP BY r.relname, n.nspname`;

/** What ANALYZE has found; of a table with parts, what it found in all of them. */
export const COLUMNS_STATISTICS_QUERY = `/*perf*/ SELECT s.schemaname::text AS schema, s.tablename::text AS relation, s.attname::text AS name,
  s.inherited, s.null_frac::text::float8 AS nulls, s.n_distinct::text::float8 AS distinct_values, s.avg_width::float8 AS width,
  s.most_common_vals::text AS common, s.most_common_freqs::text::float8[] AS fractions, s.histogram_bounds::text AS borders,
  current_setting('default_statistics_target')::int AS target
FROM pg_catalog.pg_stats s WHERE s.schemaname = ANY ($1::text[]) AND s.tablename = ANY ($2::text[])`;
