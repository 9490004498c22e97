/** Keeps the items of lowest rank among all that are offered, in memory for twice as many. */
export class Lowest<T> {
  readonly #most: number;
  #items: { readonly rank: number; readonly item: T }[] = [];
  /** Ranks from here on are not kept. */
  #border = Number.POSITIVE_INFINITY;

  constructor(most: number) {
    this.#most = most;
  }

  takes(rank: number): boolean {
    return rank < this.#border && this.#most > 0;
  }

  add(rank: number, item: T): void {
    if (!this.takes(rank)) return;
    this.#items.push({ rank, item });
    if (this.#items.length >= 2 * this.#most + 16) this.#cut();
  }

  /** What was kept, lowest rank first. */
  sorted(): readonly { readonly rank: number; readonly item: T }[] {
    this.#cut();
    return this.#items;
  }

  #cut(): void {
    this.#items.sort((a, b) => a.rank - b.rank);
    if (this.#items.length < this.#most) return;
    this.#items.length = this.#most;
    this.#border = this.#items.at(-1)?.rank ?? this.#border;
  }
}
