/** Stands for `Infinity` among offsets. */
const NEVER = 2 ** 32 - 1;

/**
 * One number per slot in as few bytes as it can: none while all are the same, 4 while all are whole numbers less than 2³² − 1
 * above `base`, or Infinity, and 8 from then on. What was put in comes out exactly.
 */
export class NumberColumn {
  /** Begins as a fraction, so that the compiler never takes it for anything but a double. */
  readonly #base: number = Number.NaN;
  #capacity = 0;
  /** The number of all slots; NaN before the first, and when there are several. */
  #only = Number.NaN;
  #offsets: Uint32Array | undefined;
  #exact: Float64Array | undefined;

  /** @param base a whole number */
  constructor(base: number) {
    this.#base = base;
  }

  at(slot: number): number {
    const offsets = this.#offsets;
    if (offsets === undefined) return this.#exact === undefined ? this.#only : (this.#exact[slot] ?? 0);
    const offset = offsets[slot] ?? 0;
    return offset === NEVER ? Infinity : this.#base + offset;
  }

  /** Whether that is what a slot has. */
  has(slot: number, value: number): boolean {
    const offsets = this.#offsets;
    if (offsets === undefined && this.#exact === undefined) return value === this.#only;
    return value === this.at(slot);
  }

  set(slot: number, value: number): void {
    const offsets = this.#offsets;
    if (offsets !== undefined) {
      const offset = (value - this.#base) >>> 0;
      if (this.#base + offset === value && offset !== NEVER) {
        offsets[slot] = offset;
        return;
      }
    }
    if (value !== this.#only) this.#setOther(slot, value);
  }

  /** Makes room for slots below `capacity`; keeps what is there. */
  grow(capacity: number): void {
    this.#capacity = capacity;
    if (this.#offsets !== undefined) {
      const grown = new Uint32Array(capacity);
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    if (this.#exact !== undefined) {
      const grown = new Float64Array(capacity);
      grown.set(this.#exact);
      this.#exact = grown;
    }
  }

  /** Forgets all numbers and gives their room back. */
  clear(): void {
    this.#only = Number.NaN;
    this.#offsets = undefined;
    this.#exact = undefined;
  }

  /** What is no offset, or cannot be said with the bytes of now: they are made more first. */
  #setOther(slot: number, value: number): void {
    if (this.#offsets !== undefined && value === Infinity) {
      this.#offsets[slot] = NEVER;
      return;
    }
    if (this.#exact === undefined) {
      if (this.#offsets !== undefined) this.#widen();
      else if (Number.isNaN(this.#only)) {
        this.#only = value;
        return;
      } else {
        this.#spread();
        return this.set(slot, value);
      }
    }
    if (this.#exact !== undefined) this.#exact[slot] = value;
  }

  /** From one number for all to one each. */
  #spread(): void {
    const offset = this.#only === Infinity ? NEVER : this.#only - this.#base;
    if (this.#only === Infinity || isOffset(offset))
      this.#offsets = new Uint32Array(this.#capacity).fill(offset);
    else this.#exact = new Float64Array(this.#capacity).fill(this.#only);
    this.#only = Number.NaN;
  }

  #widen(): void {
    this.#exact = Float64Array.from({ length: this.#capacity }, (_, slot) => this.at(slot));
    this.#offsets = undefined;
  }
}

function isOffset(offset: number): boolean {
  return offset >= 0 && offset < NEVER && offset === Math.floor(offset);
}
