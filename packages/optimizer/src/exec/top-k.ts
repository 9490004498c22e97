import { PerfError } from '@perf/contracts';

/**
 * The first `count` rows of the order that `compare` tells, sorted; rows that compare as equal stay as they came. Holds `count` rows
 * at most: a heap whose top is the last of them, which most rows do not get past.
 * Throws `ERR_PERF_INVALID_OPTION` when `count` is not a whole number of at least 0.
 */
export function topK<Row>(rows: readonly Row[], count: number, compare: (a: Row, b: Row) => number): Row[] {
  if (!Number.isInteger(count) || count < 0)
    throw new PerfError('ERR_PERF_INVALID_OPTION', `count must be a whole number, got ${count}`);
  // A heap of most of the rows costs more than a sort.
  if (count * 4 >= rows.length) return rows.toSorted(compare).slice(0, count);
  const order = (a: Placed<Row>, b: Placed<Row>): number => compare(a.row, b.row) || a.place - b.place;
  const heap: Placed<Row>[] = [];
  for (const [place, row] of rows.entries()) {
    const [worst] = heap;
    if (heap.length < count) rise(heap, { row, place }, order);
    else if (worst !== undefined && compare(row, worst.row) < 0) sink(heap, { row, place }, order);
  }
  return heap.toSorted(order).map(({ row }) => row);
}

interface Placed<Row> {
  readonly row: Row;
  readonly place: number;
}

type Order<Row> = (a: Placed<Row>, b: Placed<Row>) => number;

/** Adds an item at the end and lifts it past those that stand before it in the order. */
function rise<Row>(heap: Placed<Row>[], item: Placed<Row>, order: Order<Row>): void {
  let at = heap.length;
  while (at > 0) {
    const parent = heap[(at - 1) >> 1];
    if (parent === undefined || order(item, parent) <= 0) break;
    heap[at] = parent;
    at = (at - 1) >> 1;
  }
  heap[at] = item;
}

/** Puts an item in the place of the top and lowers it below those that stand behind it in the order. */
function sink<Row>(heap: Placed<Row>[], item: Placed<Row>, order: Order<Row>): void {
  let at = 0;
  for (;;) {
    const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
    if (left === undefined) break;
    const isRight = right !== undefined && order(right, left) > 0;
    const child = isRight ? right : left;
    if (order(child, item) <= 0) break;
    heap[at] = child;
    at = 2 * at + (isRight ? 2 : 1);
  }
  heap[at] = item;
}
