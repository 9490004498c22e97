import type { Batch } from '@perf/contracts';
import { cellReader } from '@perf/contracts';
import type { SheetColumn } from './sheet-columns.ts';

/** Reads values of one column of a batch in their row form; those of a batch that is not what it says are undefined. */
export function columnReader(
  batch: Batch,
  { field, index }: Pick<SheetColumn, 'field' | 'index'>,
): (row: number) => unknown {
  if (batch.kind === 'columns') {
    const column = batch.columns[index];
    return column === undefined ? () => undefined : cellReader(field.type, column);
  }
  const { rows, layout } = batch;
  const key = layout === 'objects' ? field.name : index;
  /** A name that every object inherits is read as its own only. */
  const isInherited = layout === 'objects' && field.name in Object.prototype;
  return (row) => {
    const cells: unknown = rows[row];
    if (typeof cells !== 'object' || cells === null) return undefined;
    if (isInherited && !Object.hasOwn(cells, key)) return undefined;
    const value: unknown = Reflect.get(cells, key);
    return value;
  };
}
