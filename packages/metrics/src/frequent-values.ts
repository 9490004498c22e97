/**
 * Finds the values that come often in a stream, in bounded memory: of n values, each that came more than n / (room + 1) times is
 * among those kept, with a count that is at most that much too low and never too high.
 * After Misra and Gries, "Finding repeated elements", Science of Computer Programming 2 (1982).
 */
export class FrequentValues {
  readonly #room: number;
  readonly #counts = new Map<string, number>();

  /** @param room values remembered at most */
  constructor(room: number) {
    this.#room = room;
  }

  add(value: string): void {
    const counts = this.#counts;
    const count = counts.get(value);
    if (count !== undefined) counts.set(value, count + 1);
    else if (counts.size < this.#room) counts.set(value, 1);
    else this.#lower((old) => old - 1);
  }

  /** A count that the value reached for certain since it was last forgotten. */
  countOf(value: string): number {
    return this.#counts.get(value) ?? 0;
  }

  entries(): IterableIterator<[value: string, count: number]> {
    return this.#counts.entries();
  }

  /** Lets the past count half, so that what comes often now can rise. */
  age(): void {
    this.#lower((old) => old >>> 1);
  }

  #lower(lowered: (count: number) => number): void {
    for (const [value, count] of this.#counts) {
      const left = lowered(count);
      if (left > 0) this.#counts.set(value, left);
      else this.#counts.delete(value);
    }
  }
}
