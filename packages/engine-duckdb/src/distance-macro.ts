/**
 * `perf_distance(a, b)`: Levenshtein distance in code points. DuckDB's own counts bytes, which is the same for ASCII only;
 * other text goes through Wagner and Fischer's algorithm (1974) row by row. A temporary macro, so the database stays as it is.
 */
export const DISTANCE_MACRO = `CREATE OR REPLACE TEMP MACRO perf_distance(a, b) AS CASE
  WHEN strlen(a) = length(a) AND strlen(b) = length(b) THEN levenshtein(a, b)
  ELSE list_reduce(
    [range(0, length(b) + 1)] || list_transform(range(1, length(a) + 1), lambda i: [i]),
    lambda above, line: list_reduce(
      [[line[1]]] || list_transform(range(1, length(b) + 1), lambda j: [j]),
      lambda done, col: list_append(done, least(done[-1] + 1, above[col[1] + 1] + 1, above[col[1]] + (a[line[1]] <> b[col[1]])::BIGINT))
    )
  )[-1] END`;
