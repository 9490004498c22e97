import { FrequencySketch } from './frequency-sketch.ts';
import { GhostTable } from './ghost-table.ts';
import { SlotQueue } from './slot-queue.ts';
import type { SlotTable } from './slot-table.ts';
import { IN_MAIN, NONE, USES } from './slot-table.ts';

/** Keys remembered after they left, as a share of the entries. */
const GHOST_SHARE = 0.9;

/** What a policy of two queues remembers of keys that are not here. */
export interface Memories {
  readonly ghost: boolean;
  readonly sketch: boolean;
}

/**
 * A window that new entries pass through and a main queue of those that proved themselves, with a memory of keys that left. The
 * policies S3-FIFO and W-TinyLFU differ in how they choose between the queues; sharing them, one can take over from the other.
 */
export class TwoQueues {
  readonly table: SlotTable;
  readonly window: SlotQueue;
  readonly main: SlotQueue;
  readonly #keeps: Memories;
  #ghost: GhostTable | undefined;
  #sketch: FrequencySketch | undefined;
  /** Entries the memories were made for; 0 before room was first needed. */
  #madeFor = 0;

  constructor(table: SlotTable, keeps: Memories) {
    this.table = table;
    this.window = new SlotQueue(table);
    this.main = new SlotQueue(table);
    this.#keeps = keeps;
  }

  /**
   * Fits the memories to the entries there are: the bytes decide how many that is, so it is not known before room is first
   * needed. Says whether they were made anew.
   */
  fit(): boolean {
    const { used } = this.table;
    if (used <= this.#madeFor * 1.5 && used >= this.#madeFor / 2) return false;
    this.#madeFor = used;
    if (this.#keeps.ghost) this.#ghost = new GhostTable(used * GHOST_SHARE);
    if (this.#keeps.sketch) this.#sketch = new FrequencySketch(used);
    return true;
  }

  /** Puts a new slot into the window, or into the main queue. */
  add(slot: number, toMain: boolean): void {
    if (toMain) this.promote(slot);
    else this.window.push(slot);
  }

  /** Whether the key of a new slot left a short while ago; forgets it. */
  takeGhost(slot: number): boolean {
    return this.#ghost !== undefined && this.#ghost.take(this.#hash(slot));
  }

  /** Remembers a key that leaves. */
  addGhost(slot: number): void {
    this.#ghost?.add(this.#hash(slot));
  }

  /** Counts uses of a slot's key among all keys, here or not. */
  count(slot: number, uses: number): void {
    this.#sketch?.add(this.#hash(slot), uses);
  }

  /** Uses of late of a slot's key, those still in its mark included. */
  frequency(slot: number): number {
    return (this.#sketch?.estimate(this.#hash(slot)) ?? 0) + this.uses(slot);
  }

  /** Uses in a slot's mark. */
  uses(slot: number): number {
    return (this.table.marks[slot] ?? 0) & USES;
  }

  /** Takes `uses` out of a slot's mark into the count of its key. */
  fold(slot: number, uses: number): void {
    if (uses === 0) return;
    const { marks } = this.table;
    marks[slot] = (marks[slot] ?? 0) - uses;
    this.count(slot, uses);
  }

  /** Puts a slot that stands in no queue at the end of the main queue. */
  promote(slot: number): void {
    const { marks } = this.table;
    marks[slot] = (marks[slot] ?? 0) | IN_MAIN;
    this.main.push(slot);
  }

  remove(slot: number): void {
    if (((this.table.marks[slot] ?? 0) & IN_MAIN) === 0) this.window.remove(slot);
    else this.main.remove(slot);
  }

  clear(): void {
    for (const queue of [this.window, this.main]) {
      queue.head = queue.tail = NONE;
      queue.length = 0;
    }
    this.#ghost = undefined;
    this.#sketch = undefined;
    this.#madeFor = 0;
  }

  #hash(slot: number): number {
    return this.table.hashes[slot] ?? 0;
  }
}
