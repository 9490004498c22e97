import { mixed } from '../src/memory/key-hash.ts';

/** Keys that left, told plainly: places of eight fingerprints, the newest first. */
export class NaiveGhost {
  readonly #places: number[][];

  constructor(keys: number) {
    this.#places = Array.from({ length: Math.max(1, Math.ceil(keys / 8)) }, () => []);
  }

  add(hash: number): void {
    const place = this.#place(hash);
    place.unshift(hash & 0xffff || 1);
    if (place.length > 8) place.pop();
  }

  take(hash: number): boolean {
    const place = this.#place(hash);
    const at = place.indexOf(hash & 0xffff || 1);
    if (at >= 0) place.splice(at, 1);
    return at >= 0;
  }

  #place(hash: number): number[] {
    return this.#places[Math.floor(((hash >>> 0) / 2 ** 32) * this.#places.length)] ?? [];
  }
}

/** A count-min sketch, told plainly: one number a counter. */
export class NaiveSketch {
  readonly #counters: number[];
  readonly #limit: number;
  #uses = 0;

  constructor(keys: number) {
    let counters = 64;
    while (counters < keys * (keys <= 32_768 ? 16 : 8)) counters *= 2;
    this.#counters = Array.from({ length: counters }, () => 0);
    this.#limit = Math.max(64, keys * 10);
  }

  estimate(hash: number): number {
    return Math.min(...this.#places(hash).map((place) => this.#counters[place] ?? 0));
  }

  add(hash: number, uses: number): void {
    if (uses === 0) return;
    const raised = Math.min(15, this.estimate(hash) + uses);
    for (const place of this.#places(hash))
      this.#counters[place] = Math.max(raised, this.#counters[place] ?? 0);
    this.#uses += uses;
    if (this.#uses < this.#limit) return;
    for (const [place, counter] of this.#counters.entries()) this.#counters[place] = Math.floor(counter / 2);
    this.#uses = Math.floor(this.#uses / 2);
  }

  #places(hash: number): number[] {
    const step = mixed(hash) | 1;
    return [0, 1, 2, 3].map((i) => ((hash + Math.imul(i, step)) >>> 0) % this.#counters.length);
  }
}
