import type { CatalogColumn, TableStatistics } from '@perf/contracts';
import { sampleStatistics } from '@perf/contracts';
import type { Answer } from './server.ts';
import { quotedName } from './session.ts';

/** A table that was never analyzed. */
export interface Sampling {
  readonly name: string;
  readonly columns: readonly CatalogColumn[];
  readonly sampleRows: number;
  readonly blocks: number;
}

/** Blocks up to which all rows are counted, and looked at one by one for a sample: 16 MiB. */
const FEW_BLOCKS = 2000;
/** Blocks that tell how full the others are. */
const COUNTED_BLOCKS = 500;

/** Statistics from a sample that comes out the same while the table stays: rows of a small table, whole blocks of a big one. */
export async function sampledTable(
  ask: Answer,
  { name, columns, sampleRows, blocks }: Sampling,
): Promise<Pick<TableStatistics, 'rows' | 'sampledRows' | 'columns'>> {
  const table = quotedName(name);
  const isSmall = blocks <= FEW_BLOCKS;
  const counted = isSmall ? 100 : (100 * COUNTED_BLOCKS) / blocks;
  const [count] = await ask(
    `/*perf*/ SELECT count(*)::int8 AS rows FROM ${table}${isSmall ? '' : ` TABLESAMPLE SYSTEM (${counted}) REPEATABLE (7)`}`,
  );
  const rows = Math.round((Number(count?.['rows']) * 100) / counted);
  const isWhole = rows <= sampleRows;
  const percent = Math.min(100, (100 * sampleRows) / Math.max(1, rows));
  const sample = isWhole
    ? table
    : `${table} TABLESAMPLE ${isSmall ? 'BERNOULLI' : 'SYSTEM'} (${percent}) REPEATABLE (7)`;
  const names = columns.map((column) => quotedName(column.name)).join(', ');
  // Blocks are not equally full: the bound keeps an odd one from making the sample many times what it should be.
  const read =
    columns.length === 0 ? [] : await ask(`/*perf*/ SELECT ${names} FROM ${sample} LIMIT ${sampleRows * 2}`);
  return {
    rows: Math.max(rows, read.length),
    sampledRows: read.length,
    columns: new Map(
      columns.map((column) => [
        column.name,
        sampleStatistics(
          column.type,
          read.map((row) => row[column.name]),
          rows,
        ),
      ]),
    ),
  };
}
