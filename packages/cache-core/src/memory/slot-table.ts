/** The low bits of a mark: uses since they were last looked at, 0 to 3. */
export const USES = 3;
/** The bit of a mark that says its slot stands in the main queue. */
export const IN_MAIN = 64;
/** The bit of a mark that says its key is one of those the shadow caches follow. The highest, so that one comparison finds it. */
export const SAMPLED = 128;

/** No slot. */
export const NONE = -1;

/**
 * What an eviction policy knows of each slot: its mark (uses and two flags), the hash of its key, and its neighbours in a queue.
 * Arrays are replaced as the table grows: read them anew in each call.
 */
export class SlotTable {
  marks: Uint8Array = new Uint8Array(0);
  hashes: Int32Array = new Int32Array(0);
  next: Int32Array = new Int32Array(0);
  previous: Int32Array = new Int32Array(0);
  /** Slots there is room for. */
  capacity = 0;
  /** Slots taken. */
  used = 0;
  #free = NONE;

  /** A slot for a new entry, or NONE when all are taken: grow first. */
  take(hash: number): number {
    const slot = this.#free;
    if (slot === NONE) return NONE;
    this.#free = this.next[slot] ?? NONE;
    this.hashes[slot] = hash;
    this.marks[slot] = 0;
    this.used++;
    return slot;
  }

  /** Gives a slot back. It stands in no queue any more. */
  free(slot: number): void {
    this.next[slot] = this.#free;
    this.#free = slot;
    this.used--;
  }

  /** Forgets all slots and gives their room back. */
  clear(): void {
    this.marks = new Uint8Array(0);
    this.hashes = new Int32Array(0);
    this.next = new Int32Array(0);
    this.previous = new Int32Array(0);
    this.capacity = this.used = 0;
    this.#free = NONE;
  }

  /** Makes room for `capacity` slots in all; the first slots are taken first. */
  grow(capacity: number): void {
    const before = this.capacity;
    this.marks = copied(this.marks, new Uint8Array(capacity));
    this.hashes = copied(this.hashes, new Int32Array(capacity));
    this.next = copied(this.next, new Int32Array(capacity));
    this.previous = copied(this.previous, new Int32Array(capacity));
    this.capacity = capacity;
    for (let slot = capacity - 1; slot >= before; slot--) {
      this.next[slot] = this.#free;
      this.#free = slot;
    }
  }
}

function copied<T extends Uint8Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
