import type { EvictionPolicy } from './eviction-policy.ts';
import type { SlotTable } from './slot-table.ts';
import { NONE } from './slot-table.ts';
import { TwoQueues } from './two-queues.ts';
import { validateQueues } from './validate-queues.ts';

/** Share of the entries that the window should hold at least. */
const WINDOW_SHARE = 0.1;

/**
 * S3-FIFO (Yang, Zhang, Qiu, Yue & Rashmi, "FIFO queues are all you need for cache eviction", SOSP 2023): a small window from
 * which only what was used twice goes on to the main queue, a main queue that gives used entries another round, and ghosts: a
 * key that comes back soon goes to the main queue at once.
 */
export class S3Fifo implements EvictionPolicy {
  readonly #queues: TwoQueues;
  /** As long as the window is a smaller share of the entries, the main queue gives room. */
  #windowShare = WINDOW_SHARE;

  constructor(table: SlotTable, queues: TwoQueues = new TwoQueues(table, { ghost: true, sketch: false })) {
    this.#queues = queues;
  }

  /**
   * Lets the queues become what they are elsewhere; without `model`, what they are by themselves. What another policy put into
   * the main queue would stay there for good where all traffic passes through the window.
   */
  takeShape(model: TwoQueues | undefined): void {
    const share = model === undefined ? 0 : model.window.length / Math.max(1, model.table.used);
    this.#windowShare = Math.max(WINDOW_SHARE, share);
  }

  add(slot: number): void {
    this.#queues.count(slot, 1);
    this.#queues.add(slot, this.#queues.takeGhost(slot));
  }

  remove(slot: number): void {
    this.#queues.remove(slot);
  }

  evict(): number {
    const queues = this.#queues;
    const { window, main } = queues;
    queues.fit();
    const wanted = Math.max(1, Math.floor(queues.table.used * this.#windowShare));
    if (window.length >= wanted || main.length === 0) {
      const slot = this.#fromWindow();
      if (slot !== NONE) return slot;
    }
    for (let slot = main.head; slot !== NONE; slot = main.head) {
      if (queues.uses(slot) === 0) {
        main.remove(slot);
        return slot;
      }
      queues.fold(slot, 1);
      main.requeue(slot);
    }
    return NONE;
  }

  sampledUse(): void {}

  clear(): void {
    this.#queues.clear();
  }

  validate(): void {
    validateQueues(this.#queues.table, [this.#queues.window, this.#queues.main]);
  }

  /** The oldest of the window that was not used twice; those that were go on to the main queue. */
  #fromWindow(): number {
    const queues = this.#queues;
    const { window } = queues;
    for (let slot = window.head; slot !== NONE; slot = window.head) {
      window.remove(slot);
      const uses = queues.uses(slot);
      queues.fold(slot, uses);
      if (uses <= 1) {
        queues.addGhost(slot);
        return slot;
      }
      queues.promote(slot);
    }
    return NONE;
  }
}
