/** Parts of a window that leave it together. */
const PARTS = 60;

interface Part {
  readonly number: number;
  count: number;
  usd: number;
}

/** Count and sum of what was spent lately, in bounded space: a window moves by a sixtieth of its length. */
export class RollingMean {
  readonly #partMs: number;
  #parts: Part[] = [];

  constructor(windowMs: number) {
    this.#partMs = windowMs / PARTS;
  }

  /** @param now milliseconds; a clock that went back counts as standing still */
  add(usd: number, count: number, now: number): void {
    const number = Math.max(Math.floor(now / this.#partMs), this.#parts.at(-1)?.number ?? -Infinity);
    this.#drop(number);
    const last = this.#parts.at(-1);
    if (last?.number !== number) this.#parts.push({ number, count, usd });
    else {
      last.count += count;
      last.usd += usd;
    }
  }

  sums(now: number): { readonly count: number; readonly usd: number } {
    this.#drop(Math.max(Math.floor(now / this.#partMs), this.#parts.at(-1)?.number ?? -Infinity));
    return {
      count: this.#parts.reduce((total, part) => total + part.count, 0),
      usd: Math.max(
        0,
        this.#parts.reduce((total, part) => total + part.usd, 0),
      ),
    };
  }

  #drop(number: number): void {
    if ((this.#parts[0]?.number ?? number) <= number - PARTS)
      this.#parts = this.#parts.filter((part) => part.number > number - PARTS);
  }
}
