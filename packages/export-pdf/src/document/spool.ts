/** Bytes gathered before they go out. */
const SPOOL_BYTES = 256 * 1024;

/**
 * Gathers small pieces into two buffers that take turns: while one is being written, the other fills. So thousands of pages need no memory
 * of their own, and few writes. What was handed out must be written, or copied, before the buffer after it is handed out.
 */
export class Spool {
  #current: Buffer = Buffer.allocUnsafeSlow(SPOOL_BYTES);
  #other: Buffer = Buffer.allocUnsafeSlow(SPOOL_BYTES);
  #length = 0;

  /** Adds pieces that belong together. Gives what must go out now. */
  add(pieces: readonly Uint8Array[]): readonly Uint8Array[] {
    let size = 0;
    for (const piece of pieces) size += piece.length;
    if (size > SPOOL_BYTES) return [...this.take(), Buffer.concat(pieces)];
    const out = this.#length + size > SPOOL_BYTES ? this.take() : [];
    for (const piece of pieces) {
      this.#current.set(piece, this.#length);
      this.#length += piece.length;
    }
    return out;
  }

  /** All that was gathered. */
  take(): readonly Uint8Array[] {
    if (this.#length === 0) return [];
    const taken = this.#current.subarray(0, this.#length);
    [this.#current, this.#other] = [this.#other, this.#current];
    this.#length = 0;
    return [taken];
  }
}
