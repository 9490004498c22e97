import type { CounterStore } from '@perf/contracts';

/** Counters remembered one by one. */
const MOST = 100_000;

/**
 * Counters for tiers that keep none: they live as long as this process, so that what an earlier one stored counts as missing.
 * When there are too many, all begin anew: forget rather than lie.
 */
export class LocalCounters implements CounterStore {
  readonly #numbers = new Map<string, number>();
  readonly #now: () => number;
  /** What a counter has that was never raised. */
  #base: number;
  #last = 0;

  constructor(now: () => number) {
    this.#now = now;
    this.#base = this.#next();
  }

  async generations(names: readonly string[]): Promise<readonly number[]> {
    return names.map((name) => this.#numbers.get(name) ?? this.#base);
  }

  async bump(names: readonly string[]): Promise<readonly number[]> {
    if (this.#numbers.size + names.length > MOST) {
      this.#numbers.clear();
      this.#base = this.#next();
    }
    return names.map((name) => {
      const next = this.#next();
      this.#numbers.set(name, next);
      return next;
    });
  }

  /** Above every number given before, and above those of earlier processes: µs since the epoch. */
  #next(): number {
    this.#last = Math.max(this.#last + 1, Math.floor(this.#now() * 1000));
    return this.#last;
  }
}
