import type { SeenTags } from './memory-entry.ts';

/** One tag: a counter that each invalidation raises. */
export interface TagSlot {
  readonly tag: string;
  /** Raised by an invalidation; an entry that saw less is out of date. */
  generation: number;
  /** Entries and loads that hold this slot. At 0 nobody can tell whether it is kept. */
  holders: number;
}

/**
 * The tags in use. A slot lives as long as an entry or a running load holds it, so the map never outgrows the entries;
 * a reader holds slots themselves and needs no look-up.
 */
export class TagSlots {
  readonly #slots = new Map<string, TagSlot>();

  /** Tags that entries or loads hold. */
  get size(): number {
    return this.#slots.size;
  }

  /** The slots of `tags` with their generations of now, held until `release`. Undefined without tags. */
  hold(tags: readonly string[]): SeenTags | undefined {
    if (tags.length === 0) return undefined;
    const slots = Array.from(new Set(tags), (tag) => this.#slot(tag));
    for (const slot of slots) slot.holders++;
    return { slots, generations: slots.map((slot) => slot.generation) };
  }

  /** Gives back what `hold` gave; nothing for undefined. */
  release(seen: SeenTags | undefined): void {
    if (seen === undefined) return;
    for (const slot of seen.slots) if (--slot.holders === 0) this.#slots.delete(slot.tag);
  }

  /** Puts every entry and load that stands under `tag` out of date. */
  invalidate(tag: string): void {
    const slot = this.#slots.get(tag);
    if (slot !== undefined) slot.generation++;
  }

  #slot(tag: string): TagSlot {
    let slot = this.#slots.get(tag);
    if (slot === undefined) this.#slots.set(tag, (slot = { tag, generation: 0, holders: 0 }));
    return slot;
  }
}

/** Whether no tag was invalidated since they were seen. */
export function isCurrent({ slots, generations }: SeenTags): boolean {
  for (let i = 0; i < slots.length; i++) if (slots[i]?.generation !== generations[i]) return false;
  return true;
}
