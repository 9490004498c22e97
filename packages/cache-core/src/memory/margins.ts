import { S3Fifo } from './s3-fifo.ts';
import { ShadowCache } from './shadow-cache.ts';

/** Hits that caches of other sizes would have had on a sample of the keys, since the counting began. */
export interface MarginalHits {
  /** Uses of keys of the sample. */
  readonly uses: number;
  /** Hits of a cache of four fifths of the size, of the same size, and of six fifths. */
  readonly smaller: number;
  readonly same: number;
  readonly larger: number;
}

/** Three small likenesses of a cache, one step of size apart: what a step would be worth. */
export class Margins {
  readonly #caches: readonly [ShadowCache, ShadowCache, ShadowCache];
  uses = 0;
  smaller = 0;
  same = 0;
  larger = 0;

  /** @param entries of a likeness of the same size */
  constructor(entries: number) {
    const cacheOf = (share: number): ShadowCache =>
      new ShadowCache(Math.max(1, Math.round(entries * share)), (table) => new S3Fifo(table));
    this.#caches = [cacheOf(0.8), cacheOf(1), cacheOf(1.2)];
  }

  /** Lets them begin with a key that the real cache holds; counts nothing. */
  fill(hash: number): void {
    for (const cache of this.#caches) cache.touch(hash);
  }

  /** Takes in one use of a key of the sample. */
  touch(hash: number): void {
    const [smaller, same, larger] = this.#caches;
    this.uses++;
    if (smaller.touch(hash)) this.smaller++;
    if (same.touch(hash)) this.same++;
    if (larger.touch(hash)) this.larger++;
  }

  /** Drops a key that the real cache dropped, but not for room. */
  forget(hash: number): void {
    for (const cache of this.#caches) cache.forget(hash);
  }
}
