/**
 * Says whether cells of a column hold a mark, by the places of the marks in the column's bytes: each is found by the runtime's own search,
 * which looks at many bytes at a time. Cells are asked for in their order.
 */
export class MarkSearch {
  readonly #marks: readonly number[];
  readonly #places: number[];
  #source: Uint8Array | undefined;
  #bytes: Buffer = Buffer.alloc(0);
  #from = 0;
  #nearest = 0;

  constructor(marks: readonly number[]) {
    this.#marks = marks;
    this.#places = marks.map(() => 0);
  }

  /** Whether `source[from .. to]` holds a mark. */
  finds(source: Uint8Array, from: number, to: number): boolean {
    if (source !== this.#source || from < this.#from) this.#begin(source);
    this.#from = from;
    if (this.#nearest < from) this.#seek(from);
    return this.#nearest < to;
  }

  #begin(source: Uint8Array): void {
    this.#source = source;
    this.#bytes = Buffer.from(source.buffer, source.byteOffset, source.byteLength);
    this.#places.fill(-1);
    this.#nearest = -1;
  }

  #seek(from: number): void {
    const places = this.#places;
    let nearest = this.#bytes.length;
    for (const [i, mark] of this.#marks.entries()) {
      let place = places[i] ?? 0;
      if (place < from) {
        const found = this.#bytes.indexOf(mark, from);
        place = found < 0 ? this.#bytes.length : found;
        places[i] = place;
      }
      if (place < nearest) nearest = place;
    }
    this.#nearest = nearest;
  }
}
