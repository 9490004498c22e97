/** One thing and about how often it came. */
export interface Count<T> {
  readonly item: T;
  readonly count: number;
}

/**
 * Counts of the most frequent things of a stream in bounded room: a newcomer takes the place of the rarest one and its count, so no
 * count is too low and none is too high by more than the rarest (Space-Saving; Metwally, Agrawal & El Abbadi, ICDT 2005).
 */
export class TopCounts<T> {
  readonly #most: number;
  readonly #counts = new Map<T, number>();
  /** Counted since the last halving. */
  total = 0;

  /** @param most things remembered, at least 1 */
  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#counts.size;
  }

  add(item: T): void {
    this.total++;
    const count = this.#counts.get(item);
    if (count !== undefined) {
      this.#counts.set(item, count + 1);
      return;
    }
    this.#counts.set(item, this.#counts.size < this.#most ? 1 : this.#replaceRarest());
  }

  /** About how often `item` came; 0 when it is not remembered. */
  count(item: T): number {
    return this.#counts.get(item) ?? 0;
  }

  /** The `most` most frequent things, most frequent first. */
  top(most: number): readonly Count<T>[] {
    const all = Array.from(this.#counts, ([item, count]) => ({ item, count }));
    return all.toSorted((a, b) => b.count - a.count).slice(0, most);
  }

  /** Halves every count, so that what was frequent long ago fades; what came once is forgotten. */
  halve(): void {
    this.total = 0;
    for (const [item, count] of this.#counts) {
      const half = count >> 1;
      if (half === 0) this.#counts.delete(item);
      else this.#counts.set(item, half);
      this.total += half;
    }
  }

  /** The count that the newcomer begins with. */
  #replaceRarest(): number {
    let rarest: { readonly item: T; readonly count: number } | undefined;
    for (const [item, count] of this.#counts)
      if (rarest === undefined || count < rarest.count) rarest = { item, count };
    if (rarest === undefined) return 1;
    this.#counts.delete(rarest.item);
    return rarest.count + 1;
  }
}
