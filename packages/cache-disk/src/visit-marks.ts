/** Entries told apart; beyond that two may share a mark, which at worst keeps one of them for another round. */
const MARKS = 2 ** 20;

/** Which entries were read since the eviction last came by: one bit each (128 KiB), in this process' memory alone. */
export class VisitMarks {
  readonly #bits = new Uint32Array(MARKS / 32);

  /** Notes that the entry was read. */
  add(sequence: number): void {
    const mark = sequence & (MARKS - 1);
    this.#bits[mark >>> 5] = (this.#bits[mark >>> 5] ?? 0) | (1 << (mark & 31));
  }

  /** Whether the entry was read; forgets it. */
  take(sequence: number): boolean {
    const mark = sequence & (MARKS - 1);
    const bits = this.#bits[mark >>> 5] ?? 0;
    const bit = 1 << (mark & 31);
    this.#bits[mark >>> 5] = bits & ~bit;
    return (bits & bit) !== 0;
  }
}
