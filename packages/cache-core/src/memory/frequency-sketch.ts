import { mixed } from './key-hash.ts';

const MOST = 15;
/** Up to this many keys the sketch takes 16 counters a key, above it 8: small stores are the ones that feel a collision. */
const ROOMY_KEYS = 32_768;
/** All counters are halved after this many uses a key. */
const AGE_USES = 10;

/**
 * How often keys were used of late, roughly and never too low but by age: a count-min sketch of 4 bits a counter, four counters
 * a key, raised conservatively (Einziger, Friedman & Manes, "TinyLFU", ACM Transactions on Storage 13, 2017). From time to time
 * all counters are halved, so that what was popular long ago fades.
 */
export class FrequencySketch {
  readonly #mask: number;
  /** Two counters a byte. */
  readonly #bytes: Uint8Array;
  readonly #words: Uint32Array;
  readonly #usesToAge: number;
  #uses = 0;

  /** @param keys entries of the cache it serves */
  constructor(keys: number) {
    let counters = 64;
    while (counters < keys * (keys <= ROOMY_KEYS ? 16 : 8)) counters *= 2;
    this.#mask = counters - 1;
    this.#bytes = new Uint8Array(counters / 2);
    this.#words = new Uint32Array(this.#bytes.buffer);
    this.#usesToAge = Math.max(64, keys * AGE_USES);
  }

  /** Uses of a key, 0 to 15. */
  estimate(hash: number): number {
    const step = mixed(hash) | 1;
    const mask = this.#mask;
    const first = Math.min(this.#at(hash & mask), this.#at((hash + step) & mask));
    const second = Math.min(this.#at((hash + 2 * step) & mask), this.#at((hash + 3 * step) & mask));
    return Math.min(first, second);
  }

  /** Counts `uses` more of a key. */
  add(hash: number, uses: number): void {
    if (uses === 0) return;
    const step = mixed(hash) | 1;
    const mask = this.#mask;
    const [p, q, r, s] = [
      hash & mask,
      (hash + step) & mask,
      (hash + 2 * step) & mask,
      (hash + 3 * step) & mask,
    ];
    const [a, b, c, d] = [this.#at(p), this.#at(q), this.#at(r), this.#at(s)];
    const raised = Math.min(MOST, Math.min(Math.min(a, b), Math.min(c, d)) + uses);
    // Written out: a loop over four places costs as much again. See bench/memory-cases.ts, churn.
    if (a < raised) this.#set(p, raised);
    if (b < raised) this.#set(q, raised);
    if (c < raised) this.#set(r, raised);
    if (d < raised) this.#set(s, raised);
    this.#uses += uses;
    if (this.#uses >= this.#usesToAge) this.#age();
  }

  #at(counter: number): number {
    return ((this.#bytes[counter >>> 1] ?? 0) >>> ((counter & 1) << 2)) & MOST;
  }

  #set(counter: number, value: number): void {
    const shift = (counter & 1) << 2;
    const byte = this.#bytes[counter >>> 1] ?? 0;
    this.#bytes[counter >>> 1] = (byte & ~(MOST << shift)) | (value << shift);
  }

  #age(): void {
    const words = this.#words;
    for (let i = 0; i < words.length; i++) words[i] = ((words[i] ?? 0) >>> 1) & 0x77777777;
    this.#uses >>>= 1;
  }
}
