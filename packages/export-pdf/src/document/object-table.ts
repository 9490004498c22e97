import { PerfError } from '@perf/contracts';

/** Farthest byte that an entry of the cross-reference table can name. */
const LAST_OFFSET = 9_999_999_999;
const ENTRY_BYTES = 20;
const PIECE_ENTRIES = 8192;
const FREE = -1;

/** Where every object of a document begins: eight bytes an object, whatever the length of the document. */
export class ObjectTable {
  #offsets = new Float64Array(1024).fill(FREE);
  #count = 1;

  /** Objects named so far, the free object 0 included. */
  get size(): number {
    return this.#count;
  }

  /** A number for an object that is written later. */
  reserve(): number {
    if (this.#count === this.#offsets.length) {
      const larger = new Float64Array(this.#count * 2).fill(FREE);
      larger.set(this.#offsets);
      this.#offsets = larger;
    }
    return this.#count++;
  }

  /** Takes the object's number back into use at `offset`, its first byte in the file. */
  place(id: number, offset: number): void {
    if (offset > LAST_OFFSET)
      throw new PerfError(
        'ERR_PERF_LIMIT_EXCEEDED',
        'a PDF cannot pass 10 GB: split the rows over documents',
      );
    if (this.#offsets[id] !== FREE)
      throw new PerfError('ERR_PERF_UNSUPPORTED', `object ${id} of the PDF was written twice`);
    this.#offsets[id] = offset;
  }

  /** A few bytes that differ when any object moved. */
  mix(): number {
    let hash = 0;
    for (let id = 1; id < this.#count; id++) hash = (Math.imul(hash, 31) + (this.#offsets[id] ?? 0)) | 0;
    return hash >>> 0;
  }

  /** The cross-reference table, in pieces. Numbers that were never used are free. */
  *print(): Generator<Buffer> {
    yield Buffer.from(`xref\n0 ${this.#count}\n0000000000 65535 f \n`);
    for (let from = 1; from < this.#count; from += PIECE_ENTRIES) {
      const to = Math.min(this.#count, from + PIECE_ENTRIES);
      const piece = Buffer.allocUnsafe((to - from) * ENTRY_BYTES);
      for (let id = from; id < to; id++) {
        const offset = this.#offsets[id] ?? FREE;
        const entry =
          offset === FREE ? '0000000000 65535 f \n' : `${String(offset).padStart(10, '0')} 00000 n \n`;
        piece.write(entry, (id - from) * ENTRY_BYTES, 'latin1');
      }
      yield piece;
    }
  }
}
