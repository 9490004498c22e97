import type { SeenTags } from './memory-entry.ts';

/** One tag: a counter that each invalidation raises. */
export interface TagSlot {
  /** The tag; `undefined` in the root, under which everything stands. */
  readonly tag: string | undefined;
  /** Raised by an invalidation; an entry that saw less is out of date. Means something in this process only. */
  generation: number;
  /** Entries and loads that hold this slot. At 0 nobody can tell whether it is kept. */
  holders: number;
  /** The number of the tag's counter as the tiers have it; undefined while it is not known. */
  number: number | undefined;
  /** The stretch of undisturbed listening in which `number` was learnt. */
  epoch: number;
}

/**
 * The tags in use. A slot lives as long as an entry or a running load holds it, so the map never outgrows the entries;
 * a reader holds slots themselves and needs no look-up.
 */
export class TagSlots {
  /** Stands over everything, where there are tiers below the memory; its number is that of the namespace. */
  readonly root: TagSlot = newSlot(undefined);
  readonly #slots = new Map<string, TagSlot>();
  readonly #holdsRoot: boolean;
  /** What an entry without tags saw; made anew when the root moves on. */
  #rootSeen: SeenTags;

  /** @param holdsRoot whether every entry stands under the root; default false */
  constructor({ holdsRoot = false }: { readonly holdsRoot?: boolean } = {}) {
    this.#holdsRoot = holdsRoot;
    this.#rootSeen = { slots: [this.root], generations: [this.root.generation] };
  }

  /** Tags that entries or loads hold. */
  get size(): number {
    return this.#slots.size;
  }

  /** The slots of `tags`, and the root, with their generations of now, held until `release`. Undefined when there are none. */
  hold(tags: readonly string[]): SeenTags | undefined {
    if (tags.length === 0) return this.#holdsRoot ? this.#underRoot() : undefined;
    const slots = Array.from(new Set(tags), (tag) => this.#slot(tag));
    for (const slot of slots) slot.holders++;
    if (this.#holdsRoot) slots.unshift(this.root);
    return { slots, generations: slots.map((slot) => slot.generation) };
  }

  /** Gives back what `hold` gave; nothing for undefined. */
  release(seen: SeenTags | undefined): void {
    if (seen === undefined) return;
    for (const slot of seen.slots)
      if (slot.tag !== undefined && --slot.holders === 0) this.#slots.delete(slot.tag);
  }

  /** The slot of a tag, or the root for undefined, when anything stands under it. */
  find(tag: string | undefined): TagSlot | undefined {
    return tag === undefined ? this.root : this.#slots.get(tag);
  }

  /** Puts every entry and load that stands under `tag`, or under the root, out of date; what is known of its counter too. */
  invalidate(tag: string | undefined): void {
    const slot = this.find(tag);
    if (slot === undefined) return;
    slot.generation++;
    slot.number = undefined;
  }

  #underRoot(): SeenTags {
    if (this.#rootSeen.generations[0] !== this.root.generation)
      this.#rootSeen = { slots: [this.root], generations: [this.root.generation] };
    return this.#rootSeen;
  }

  #slot(tag: string): TagSlot {
    let slot = this.#slots.get(tag);
    if (slot === undefined) this.#slots.set(tag, (slot = newSlot(tag)));
    return slot;
  }
}

/** Whether no tag was invalidated since they were seen. */
export function isCurrent({ slots, generations }: SeenTags): boolean {
  for (let i = 0; i < slots.length; i++) if (slots[i]?.generation !== generations[i]) return false;
  return true;
}

function newSlot(tag: string | undefined): TagSlot {
  return { tag, generation: 0, holders: 0, number: undefined, epoch: 0 };
}
