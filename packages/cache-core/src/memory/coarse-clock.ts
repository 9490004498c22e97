import type { After } from '../timer.ts';

/** Reads that one look at the clock serves, at most. */
const READS = 64;
/** And ms, as long as the event loop turns. */
const LIFE_MS = 1;

/**
 * A clock that is looked at once for up to 64 reads, and anew when 1 ms has passed and the event loop turns: inside one stretch of
 * synchronous code the time of the last look stands. A look on each hit costs as much as the hit, since the processor looks no
 * key up ahead of it (bench/memory-cases.ts, full).
 */
export class CoarseClock {
  readonly #now: () => number;
  readonly #after: After;
  #time = Number.NaN;
  #readsLeft = 0;
  #isTimed = false;

  constructor(now: () => number, after: After) {
    this.#now = now;
    this.#after = after;
  }

  /** Epoch ms, never ahead of the clock. Needs no `this`. */
  readonly read = (): number => {
    if (this.#readsLeft === 0) this.#look();
    this.#readsLeft--;
    return this.#time;
  };

  #look(): void {
    this.#time = this.#now();
    this.#readsLeft = READS;
    if (this.#isTimed) return;
    this.#isTimed = true;
    this.#after(LIFE_MS, () => {
      this.#isTimed = false;
      this.#readsLeft = 0;
    });
  }
}
