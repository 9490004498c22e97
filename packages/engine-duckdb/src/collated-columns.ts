import { isPerfError } from '@perf/contracts';

/** Runs a statement of ours and gives its rows. */
export type Ask = (text: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** Whether any declaration speaks of collations; most databases do not, and are asked nothing else. */
const ANY = `SELECT count(*) > 0 AS found FROM (SELECT sql FROM duckdb_tables() UNION ALL SELECT sql FROM duckdb_views())
  WHERE sql ILIKE '%collate%'`;

/**
 * Text columns that do not compare by bytes, by table. DuckDB tells no column's collation, so two texts are compared that
 * have taken it over from an empty answer of the column: each collation finds at least one of three pairs otherwise.
 */
export async function collatedColumns(
  ask: Ask,
  columns: readonly { readonly table: string; readonly column: string }[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const found = new Map<string, ReadonlySet<string>>();
  const [any] = await ask(ANY);
  if (any?.['found'] !== true) return found;
  for (const [table, own] of Map.groupBy(columns, (each) => each.table)) {
    const names = own.map(({ column }) => column);
    const [row] = await ask(probe(table, names)).catch((error: unknown) => {
      // A view that no longer works has no answers that could be wrong.
      if (isPerfError(error, 'ERR_PERF_ENGINE_FAILED')) return [];
      throw error;
    });
    const collated = names.filter((_, i) => row?.[`c${i}`] === true);
    if (collated.length > 0) found.set(table, new Set(collated));
  }
  return found;
}

/** Upper before lower case, accents, and a letter with its accent as a second code point. */
const PAIRS = [
  ['a', '<', 'B'],
  ['é', '=', 'e'],
  ['e\u0301', '=', 'é'],
] as const;

function probe(table: string, columns: readonly string[]): string {
  const answers = columns.map((column, i) => {
    const pairs = PAIRS.map(
      ([left, sign, right]) => `coalesce(t.${quoted(column)}, '${left}') ${sign} '${right}'`,
    );
    return `${pairs.join(' OR ')} AS c${i}`;
  });
  return `SELECT ${answers.join(', ')} FROM (SELECT 1) LEFT JOIN (SELECT * FROM ${quoted(table)} LIMIT 0) AS t ON true`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
