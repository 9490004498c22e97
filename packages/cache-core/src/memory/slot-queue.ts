import type { SlotTable } from './slot-table.ts';
import { NONE } from './slot-table.ts';

/** A queue of slots, linked through the table's arrays: first in, first out, and out of the middle in one step. */
export class SlotQueue {
  readonly #table: SlotTable;
  /** The oldest slot, or NONE. */
  head: number = NONE;
  /** The newest slot, or NONE. */
  tail: number = NONE;
  length = 0;

  constructor(table: SlotTable) {
    this.#table = table;
  }

  /** Puts a slot that stands in no queue at the end. */
  push(slot: number): void {
    const { next, previous } = this.#table;
    next[slot] = NONE;
    previous[slot] = this.tail;
    if (this.tail === NONE) this.head = slot;
    else next[this.tail] = slot;
    this.tail = slot;
    this.length++;
  }

  /** Takes a slot out, wherever it stands. */
  remove(slot: number): void {
    const { next, previous } = this.#table;
    const before = previous[slot] ?? NONE;
    const after = next[slot] ?? NONE;
    if (before === NONE) this.head = after;
    else next[before] = after;
    if (after === NONE) this.tail = before;
    else previous[after] = before;
    this.length--;
  }

  /** Puts a slot of this queue at its end. */
  requeue(slot: number): void {
    if (slot === this.tail) return;
    this.remove(slot);
    this.push(slot);
  }
}
