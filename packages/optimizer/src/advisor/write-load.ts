import type { HypotheticalIndex } from '@perf/contracts';
import type { SqlName } from '../sql/sql-name.ts';

/** A statement that writes rows of one table. */
export interface WriteStatement {
  readonly table: string;
  /** Columns that it sets; undefined: whole rows. */
  readonly columns: ReadonlySet<string> | undefined;
  readonly weight: number;
  /** Rows in a second. */
  readonly rowsPerS: number;
}

/** What an entry in an index costs, where writing the row costs 1. */
const ENTRY_COST = 0.4;

/**
 * What writes lose by indexes. A row that is put in or taken away changes every index of its table, one that is updated those on the columns it sets;
 * on Postgres all of them as soon as one of its columns is in any, since the row then moves.
 */
export class WriteLoad {
  readonly #writes: readonly WriteStatement[];
  readonly #standing: readonly HypotheticalIndex[];
  readonly #dialect: SqlName;

  /** @param standing indexes that there are */
  constructor(writes: readonly WriteStatement[], standing: readonly HypotheticalIndex[], dialect: SqlName) {
    this.#writes = writes;
    this.#standing = standing;
    this.#dialect = dialect;
  }

  /** Σ weight · ln(cost of the write with these indexes ÷ without any). */
  penalty(indexes: readonly HypotheticalIndex[]): number {
    return this.#writes.reduce((sum, write) => {
      if (!indexes.some(({ table }) => table === write.table)) return sum;
      const [before, after] = [
        this.#entries(write, this.#standing),
        this.#entries(write, [...this.#standing, ...indexes]),
      ];
      return sum + write.weight * Math.log((1 + ENTRY_COST * after) / (1 + ENTRY_COST * before));
    }, 0);
  }

  /** Entries that are written in a second for this index alone. */
  entriesPerS(index: HypotheticalIndex): number {
    return this.#writes.reduce(
      (sum, write) => sum + (write.table === index.table && touches(write, index) ? write.rowsPerS : 0),
      0,
    );
  }

  #entries(write: WriteStatement, indexes: readonly HypotheticalIndex[]): number {
    const ofTable = indexes.filter(({ table }) => table === write.table);
    const touched = ofTable.filter((index) => touches(write, index));
    return this.#dialect === 'postgres' && touched.length > 0 ? ofTable.length : touched.length;
  }
}

function touches(
  { columns }: WriteStatement,
  { columns: keys, include = [], only }: HypotheticalIndex,
): boolean {
  if (columns === undefined) return true;
  return (
    keys.some(({ name }) => columns.has(name)) ||
    include.some((name) => columns.has(name)) ||
    (only !== undefined && columns.has(only.column))
  );
}
