import type { OrderKey } from '@perf/contracts';
import { cellForm } from './cell-form.ts';
import type { RowRecord } from './cell-reader.ts';
import { cellReader, isCell } from './cell-reader.ts';
import type { Slot } from './row-test.ts';

/** One key of an order, and where rows hold it. */
export type RowOrderKey = Slot & Pick<OrderKey, 'direction' | 'nulls'>;

/** Compares rows by `keys`, the first first: ascending and nulls last unless a key says otherwise, as everywhere. */
export function rowOrder(keys: readonly RowOrderKey[]): (a: RowRecord, b: RowRecord) => number {
  const orders = keys.map(keyOrder);
  return (a, b) => {
    for (const order of orders) {
      const found = order(a, b);
      if (found !== 0) return found;
    }
    return 0;
  };
}

function keyOrder({ key, type, direction, nulls }: RowOrderKey): (a: RowRecord, b: RowRecord) => number {
  const cell = cellReader(key);
  const { read, compare } = cellForm(type);
  const sign = direction === 'desc' ? -1 : 1;
  const nullSign = nulls === 'first' ? -1 : 1;
  return (a, b) => {
    const [left, right] = [cell(a), cell(b)];
    if (!isCell(left)) return isCell(right) ? nullSign : 0;
    if (!isCell(right)) return -nullSign;
    return sign * (read === undefined ? compare(left, right) : compare(read(left), read(right)));
  };
}
