/** Fingerprints that share a place. */
const WAYS = 8;

/**
 * Remembers that keys were here, by a fingerprint of 16 bits each: 2 bytes a key, nothing allocated. Fingerprints stand in
 * places of eight; a new one drops the oldest of its place. One key in about 8,000 is taken for another.
 */
export class GhostTable {
  readonly #places: number;
  readonly #fingerprints: Uint16Array;

  /** @param keys about how many are remembered */
  constructor(keys: number) {
    this.#places = Math.max(1, Math.ceil(keys / WAYS));
    this.#fingerprints = new Uint16Array(this.#places * WAYS);
  }

  add(hash: number): void {
    const fingerprints = this.#fingerprints;
    const first = this.#first(hash);
    // Not copyWithin: a call of it costs more than eight steps.
    for (let i = first + WAYS - 1; i > first; i--) fingerprints[i] = fingerprints[i - 1] ?? 0;
    fingerprints[first] = fingerprint(hash);
  }

  /** Whether the key was here; it is forgotten. */
  take(hash: number): boolean {
    const wanted = fingerprint(hash);
    const fingerprints = this.#fingerprints;
    const last = this.#first(hash) + WAYS - 1;
    for (let i = last - WAYS + 1; i <= last; i++) {
      if (fingerprints[i] !== wanted) continue;
      for (; i < last; i++) fingerprints[i] = fingerprints[i + 1] ?? 0;
      fingerprints[last] = 0;
      return true;
    }
    return false;
  }

  /** The place is chosen by the high bits, the fingerprint by the low ones. */
  #first(hash: number): number {
    return Math.floor(((hash >>> 0) / 2 ** 32) * this.#places) * WAYS;
  }
}

/** Never 0, which means empty. */
function fingerprint(hash: number): number {
  return (hash & 0xffff) === 0 ? 1 : hash & 0xffff;
}
