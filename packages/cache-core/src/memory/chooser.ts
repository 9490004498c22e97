/** Uses looked back on, as a multiple of the entries of a shadow cache. */
const MEMORY = 10;
/** And a lead below this many hits is chance. */
const LEAST_HITS = 4;

/**
 * Which of two caches did better of late. Hits that only one of them had are counted and fade; the choice changes when the
 * other one leads by more than chance, so two equals never take turns.
 */
export class Chooser {
  readonly #memory: number;
  readonly #lead: number;
  #score = 0;
  #chosen: 0 | 1;

  /**
   * @param entries of a shadow cache
   * @param leadShare a lead below this share of the uses looked back on is chance
   * @param chosen where to begin
   */
  constructor(entries: number, leadShare: number, chosen: 0 | 1) {
    this.#memory = MEMORY * entries;
    this.#lead = Math.max(LEAST_HITS, leadShare * this.#memory);
    this.#chosen = chosen;
  }

  /** Counts one use and tells which one did better. */
  observe(firstHit: boolean, secondHit: boolean): 0 | 1 {
    this.#score += (secondHit ? 1 : 0) - (firstHit ? 1 : 0) - this.#score / this.#memory;
    if (this.#score > this.#lead) this.#chosen = 1;
    else if (this.#score < -this.#lead) this.#chosen = 0;
    return this.#chosen;
  }

  /** Forgets what it saw and chooses the first. */
  reset(): void {
    this.#score = 0;
    this.#chosen = 0;
  }
}
