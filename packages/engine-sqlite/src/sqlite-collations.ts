import { isPerfError } from '@perf/contracts';

export type Row = Readonly<Record<string, unknown>>;

/** Runs a statement of ours and gives its rows. */
export type Ask = (text: string, parameters?: readonly string[]) => Promise<readonly Row[]>;

/**
 * Collations of those of the text columns that have another than BINARY. SQLite tells them for indexed columns only, so the
 * code of a comparison is set beside that of one by BINARY; nothing of the table is read.
 */
export async function readCollations(
  ask: Ask,
  table: string,
  columns: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  if (columns.length === 0 || (await otherCollation(ask, table, columns)) === undefined) return found;
  for (const column of columns) {
    const collation = await otherCollation(ask, table, [column]);
    if (collation !== undefined) found.set(column, collation);
  }
  return found;
}

/** The first collation that is not BINARY; undefined when there is none. */
async function otherCollation(
  ask: Ask,
  table: string,
  columns: readonly string[],
): Promise<string | undefined> {
  const program = async (collate: string): Promise<readonly string[]> => {
    // The plus keeps indexes out, and the collation in.
    const compared = columns.map((column) => `+${quoted(column)}${collate} < 1`);
    const steps = await ask(`EXPLAIN SELECT ${compared.join(', ')} FROM ${quoted(table)}`);
    return steps.map((step) => String(step['p4']));
  };
  const declared = await program('').catch((error: unknown) => {
    if (isPerfError(error, 'ERR_PERF_ENGINE_FAILED')) return ['unknown'];
    throw error;
  });
  const binary = await program(' COLLATE BINARY');
  return declared.find((operand, i) => operand !== binary[i])?.replace(/-\d+[A-Z]*$/, '');
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
