const INITIAL_SLOTS = 1024;
const INITIAL_BYTES = 8 * 1024;

/** Numbers texts, given as UTF-8, in the order in which they are first seen. Keeps their bytes one behind the other. */
export class TextIndex {
  /** Texts known. */
  count = 0;
  bytes: Buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  /** Text `i` is `bytes[offsets[i] .. offsets[i + 1]]`. */
  offsets: Int32Array = new Int32Array(INITIAL_SLOTS + 1);
  /** Open addressing: a text's number + 1 in the first free place from its hash on; never more than half full. */
  #slots = new Int32Array(INITIAL_SLOTS);

  /** Bytes of the texts known. */
  get size(): number {
    return this.offsets[this.count] ?? 0;
  }

  /** The number of `source[from .. to]`; a new text gets the next one. */
  indexOf(source: Uint8Array, from: number, to: number): number {
    const mask = this.#slots.length - 1;
    let slot = hashOf(source, from, to) & mask;
    for (;;) {
      const found = (this.#slots[slot] ?? 0) - 1;
      if (found < 0) break;
      if (this.#isAt(found, source, from, to)) return found;
      slot = (slot + 1) & mask;
    }
    return this.#add(source, from, to);
  }

  /** Text `index`, decoded. */
  text(index: number): string {
    return this.bytes.toString('utf8', this.offsets[index], this.offsets[index + 1]);
  }

  /** Forgets the texts from `count` on. */
  truncate(count: number): void {
    if (count >= this.count) return;
    this.count = count;
    this.#rebuild(this.#slots.length);
  }

  #isAt(index: number, source: Uint8Array, from: number, to: number): boolean {
    const start = this.offsets[index] ?? 0;
    if ((this.offsets[index + 1] ?? 0) - start !== to - from) return false;
    for (let i = from; i < to; i++) if (source[i] !== this.bytes[start + i - from]) return false;
    return true;
  }

  #add(source: Uint8Array, from: number, to: number): number {
    const index = this.count;
    const start = this.size;
    const end = start + to - from;
    if (end > this.bytes.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(end, this.bytes.length * 2));
      this.bytes.copy(grown, 0, 0, start);
      this.bytes = grown;
    }
    if (index + 2 > this.offsets.length) {
      const grown = new Int32Array(this.offsets.length * 2);
      grown.set(this.offsets);
      this.offsets = grown;
    }
    this.bytes.set(source.subarray(from, to), start);
    this.offsets[index + 1] = end;
    this.count = index + 1;
    if (this.count * 2 > this.#slots.length) this.#rebuild(this.#slots.length * 2);
    else this.#insert(index);
    return index;
  }

  #rebuild(slots: number): void {
    this.#slots = new Int32Array(slots);
    for (let index = 0; index < this.count; index++) this.#insert(index);
  }

  #insert(index: number): void {
    const mask = this.#slots.length - 1;
    let slot = hashOf(this.bytes, this.offsets[index] ?? 0, this.offsets[index + 1] ?? 0) & mask;
    while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
    this.#slots[slot] = index + 1;
  }
}

/** FNV-1a. */
function hashOf(bytes: Uint8Array, from: number, to: number): number {
  let hash = 0x811c9dc5;
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
  return hash ^ (hash >>> 15);
}
