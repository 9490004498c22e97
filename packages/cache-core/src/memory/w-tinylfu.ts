import type { EvictionPolicy } from './eviction-policy.ts';
import type { SlotTable } from './slot-table.ts';
import { NONE } from './slot-table.ts';
import { TwoQueues } from './two-queues.ts';
import { validateQueues } from './validate-queues.ts';

/** Share of the entries that the window should hold. */
const WINDOW_SHARE = 0.01;
/** A newcomer must have been used more often than the entry it replaces by more than this: in a loop all are equal but for 1. */
const MARGIN = 1;

/**
 * W-TinyLFU (Einziger, Friedman & Manes, ACM Transactions on Storage 13, 2017) with queues that move nothing on a hit: what
 * leaves the small window replaces an entry of the main queue only when its key was used clearly more often of late. The main
 * queue gives used entries another round where the original keeps a segmented LRU.
 */
export class WTinyLfu implements EvictionPolicy {
  readonly #queues: TwoQueues;

  constructor(table: SlotTable, queues: TwoQueues = new TwoQueues(table, { ghost: false, sketch: true })) {
    this.#queues = queues;
  }

  add(slot: number): void {
    this.#queues.count(slot, 1);
    this.#queues.takeGhost(slot);
    this.#queues.add(slot, false);
  }

  remove(slot: number): void {
    this.#queues.remove(slot);
  }

  evict(): number {
    const queues = this.#queues;
    const { window, main } = queues;
    queues.fit();
    const wanted = Math.max(1, Math.floor(queues.table.used * WINDOW_SHARE));
    while (window.length > wanted) {
      const oldest = window.head;
      window.remove(oldest);
      queues.promote(oldest);
    }
    if (window.length < wanted && main.length > 0) return this.#drop(this.#victim());
    const newcomer = window.head;
    if (newcomer === NONE) return NONE;
    if (main.length > 0) {
      const victim = this.#victim();
      if (queues.frequency(newcomer) > queues.frequency(victim) + MARGIN) {
        this.#drop(victim);
        window.remove(newcomer);
        queues.promote(newcomer);
        return victim;
      }
    }
    window.remove(newcomer);
    queues.fold(newcomer, queues.uses(newcomer));
    queues.addGhost(newcomer);
    return newcomer;
  }

  sampledUse(): void {}

  clear(): void {
    this.#queues.clear();
  }

  validate(): void {
    validateQueues(this.#queues.table, [this.#queues.window, this.#queues.main]);
  }

  /** The oldest entry of the main queue that was not used in its last round. */
  #victim(): number {
    const queues = this.#queues;
    const { main } = queues;
    for (;;) {
      const slot = main.head;
      const uses = queues.uses(slot);
      if (uses === 0) return slot;
      queues.fold(slot, uses);
      main.requeue(slot);
    }
  }

  #drop(victim: number): number {
    this.#queues.main.remove(victim);
    return victim;
  }
}
