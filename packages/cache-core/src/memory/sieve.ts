import type { EvictionPolicy } from './eviction-policy.ts';
import { SlotQueue } from './slot-queue.ts';
import type { SlotTable } from './slot-table.ts';
import { NONE, USES } from './slot-table.ts';
import { validateQueues } from './validate-queues.ts';

/**
 * SIEVE (Zhang, Yang, Yue, Vigfusson & Rashmi, "SIEVE is simpler than LRU", NSDI 2024): one queue and a hand that walks from the
 * oldest to the newest, spares what was used since it last came by and takes the first that was not. What is spared stays.
 */
export class Sieve implements EvictionPolicy {
  readonly #table: SlotTable;
  readonly #queue: SlotQueue;
  #hand = NONE;

  constructor(table: SlotTable) {
    this.#table = table;
    this.#queue = new SlotQueue(table);
  }

  add(slot: number): void {
    this.#queue.push(slot);
  }

  remove(slot: number): void {
    if (slot === this.#hand) this.#hand = this.#table.next[slot] ?? NONE;
    this.#queue.remove(slot);
  }

  evict(): number {
    const { marks, next } = this.#table;
    if (this.#queue.length === 0) return NONE;
    let slot = this.#hand === NONE ? this.#queue.head : this.#hand;
    while (((marks[slot] ?? 0) & USES) !== 0) {
      marks[slot] = (marks[slot] ?? 0) & ~USES;
      slot = next[slot] ?? NONE;
      if (slot === NONE) slot = this.#queue.head;
    }
    this.#hand = next[slot] ?? NONE;
    this.#queue.remove(slot);
    return slot;
  }

  sampledUse(): void {}

  clear(): void {
    this.#queue.head = this.#queue.tail = this.#hand = NONE;
    this.#queue.length = 0;
  }

  validate(): void {
    validateQueues(this.#table, [this.#queue]);
  }
}
