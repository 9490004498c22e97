import type { EvictionPolicy } from './eviction-policy.ts';
import { NONE, SlotTable, USES } from './slot-table.ts';

/** What a policy would have done: a cache of hashes alone, a small likeness of the real one. */
export class ShadowCache {
  readonly #table = new SlotTable();
  readonly #slots = new Map<number, number>();
  readonly #policy: EvictionPolicy;

  constructor(entries: number, createPolicy: (table: SlotTable) => EvictionPolicy) {
    this.#table.grow(entries);
    this.#policy = createPolicy(this.#table);
  }

  /** Uses a key, taking it in when it is missing. Says whether it was there. */
  touch(hash: number): boolean {
    const slot = this.#slots.get(hash);
    if (slot === undefined) {
      this.#take(hash);
      return false;
    }
    const { marks } = this.#table;
    const mark = marks[slot] ?? 0;
    if ((mark & USES) !== USES) marks[slot] = mark + 1;
    return true;
  }

  /** Drops a key that the real cache dropped, but not for room. */
  forget(hash: number): void {
    const slot = this.#slots.get(hash);
    if (slot === undefined) return;
    this.#policy.remove(slot);
    this.#slots.delete(hash);
    this.#table.free(slot);
  }

  #take(hash: number): void {
    if (this.#table.used === this.#table.capacity) {
      const victim = this.#policy.evict();
      this.#slots.delete(this.#table.hashes[victim] ?? NONE);
      this.#table.free(victim);
    }
    const slot = this.#table.take(hash);
    this.#slots.set(hash, slot);
    this.#policy.add(slot);
  }
}
