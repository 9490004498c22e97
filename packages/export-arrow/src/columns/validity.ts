const INITIAL_BYTES = 8;
const ALL_PRESENT = 0xff;

/** Which values of a growing column are present: one bit each, 1 = present, least bit first. */
export class Validity {
  /** Nulls so far. */
  nulls = 0;
  #bits = new Uint8Array(INITIAL_BYTES).fill(ALL_PRESENT);

  setNull(at: number): void {
    const byte = at >> 3;
    if (byte >= this.#bits.length) this.#grow(byte + 1);
    this.#bits[byte] = (this.#bits[byte] ?? 0) & ~(1 << (at & 7));
    this.nulls++;
  }

  isNull(at: number): boolean {
    return this.nulls > 0 && at >> 3 < this.#bits.length && isNullAt(this.#bits, at);
  }

  /** Forgets the nulls from `length` on, of `before`. */
  truncate(length: number, before: number): void {
    for (let at = length; at < before; at++) {
      if (!this.isNull(at)) continue;
      this.#bits[at >> 3] = (this.#bits[at >> 3] ?? 0) | (1 << (at & 7));
      this.nulls--;
    }
  }

  /** The bits of `length` values, to a multiple of 8 bytes, 0 behind the last; undefined when no value is null. */
  finish(length: number): Uint8Array | undefined {
    if (this.nulls === 0) return undefined;
    const bytes = ((length + 63) >> 6) << 3;
    if (bytes > this.#bits.length) this.#grow(bytes);
    const bits = this.#bits.subarray(0, bytes);
    const whole = length >> 3;
    if (whole < bytes) {
      const kept = (bits[whole] ?? 0) & ((1 << (length & 7)) - 1);
      bits.fill(0, whole);
      bits[whole] = kept;
    }
    return bits;
  }

  /** Begins anew; bits that `finish` gave are overwritten. */
  reset(): void {
    if (this.nulls > 0) this.#bits.fill(ALL_PRESENT);
    this.nulls = 0;
  }

  #grow(least: number): void {
    const grown = new Uint8Array(Math.max(least, this.#bits.length * 2)).fill(ALL_PRESENT);
    grown.set(this.#bits);
    this.#bits = grown;
  }
}

/** Whether bit `at` says null. Absent bits: no nulls. */
export function isNullAt(bits: Uint8Array | undefined, at: number): boolean {
  return bits !== undefined && ((bits[at >> 3] ?? 0) & (1 << (at & 7))) === 0;
}
