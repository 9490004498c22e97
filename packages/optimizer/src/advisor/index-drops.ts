import type { TableIndex } from '@perf/contracts';
import type { SqlName } from '../sql/sql-name.ts';
import type { IndexDrop } from './advice.ts';
import { dropIndexDdl, recreateDdl } from './index-ddl.ts';
import { isPrefix } from './index-shape.ts';

/**
 * Indexes that another one makes needless, and those that were never used since the engine began to count. Keys and what enforces uniqueness stay, as
 * do indexes that leave rows out, whose condition is not known.
 *
 * @param supports whether an index begins with the columns of a foreign key: it keeps changes to the other table quick, which no count shows
 */
export function indexDrops(
  indexes: readonly TableIndex[],
  dialect: SqlName,
  supports: (index: TableIndex) => boolean,
): readonly IndexDrop[] {
  const kept = [...indexes];
  const drops: IndexDrop[] = [];
  const drop = (index: TableIndex, told: Pick<IndexDrop, 'reason' | 'confidence' | 'coveredBy'>): void => {
    kept.splice(kept.indexOf(index), 1);
    drops.push({ index, ...told, ddl: dropIndexDdl(index, dialect), undo: recreateDdl(index, dialect) });
  };
  for (const index of indexes.filter(isFree).toSorted((a, b) => a.columns.length - b.columns.length)) {
    const other = kept.find(
      (each) =>
        each !== index &&
        each.table === index.table &&
        !each.partial &&
        isPrefix(index.columns, each.columns),
    );
    if (other !== undefined) drop(index, { reason: 'duplicate', coveredBy: other.name, confidence: 'high' });
    else if (index.scans === 0 && !supports(index)) drop(index, { reason: 'unused', confidence: 'medium' });
  }
  return drops;
}

function isFree({ unique, primary, partial }: TableIndex): boolean {
  return !unique && !primary && !partial;
}
