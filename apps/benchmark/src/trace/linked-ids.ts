/** No number. */
export const NONE = -1;

/** A list of numbers, each in it at most once: to its end, out of its middle, in one step. */
export class LinkedIds {
  readonly #next: Int32Array;
  readonly #previous: Int32Array;
  readonly #inside: Uint8Array;
  /** The first, or NONE. */
  head: number = NONE;
  #tail: number = NONE;

  /** @param ids numbers are below this */
  constructor(ids: number) {
    this.#next = new Int32Array(ids);
    this.#previous = new Int32Array(ids);
    this.#inside = new Uint8Array(ids);
  }

  has(id: number): boolean {
    return this.#inside[id] === 1;
  }

  /** Puts `id` at the end, out of the place it had. */
  toEnd(id: number): void {
    this.delete(id);
    this.#inside[id] = 1;
    this.#next[id] = NONE;
    this.#previous[id] = this.#tail;
    if (this.#tail === NONE) this.head = id;
    else this.#next[this.#tail] = id;
    this.#tail = id;
  }

  delete(id: number): void {
    if (this.#inside[id] !== 1) return;
    this.#inside[id] = 0;
    const before = this.#previous[id] ?? NONE;
    const after = this.#next[id] ?? NONE;
    if (before === NONE) this.head = after;
    else this.#next[before] = after;
    if (after === NONE) this.#tail = before;
    else this.#previous[after] = before;
  }
}
