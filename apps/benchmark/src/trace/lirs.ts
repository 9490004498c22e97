import { LinkedIds, NONE } from './linked-ids.ts';

/** Share of the entries for keys without a proven short distance between uses. */
const COLD_SHARE = 0.01;
/** Keys remembered after they left, as a multiple of the entries. */
const REMEMBERED = 2;

const UNKNOWN = 0;
const HOT = 1;
const COLD = 2;
const GONE = 3;

/**
 * LIRS (Jiang & Zhang, "LIRS: an efficient low inter-reference recency set replacement policy", SIGMETRICS 2002), a plain one to
 * compare with: hot keys, whose last two uses were close together, fill 99 % of the cache; the rest passes through 1 %.
 */
export class Lirs {
  readonly #entries: number;
  readonly #mostHot: number;
  readonly #states: Uint8Array;
  /** Hot keys, and all keys used since the oldest of them; the oldest is hot. */
  readonly #recent: LinkedIds;
  /** Cold keys that are here; the first goes next. */
  readonly #cold: LinkedIds;
  /** Keys that left but are still recent. */
  readonly #gone: LinkedIds;
  #hotCount = 0;
  #coldCount = 0;
  #goneCount = 0;

  /** @param ids keys are numbers below this */
  constructor(entries: number, ids: number) {
    this.#entries = entries;
    this.#mostHot = Math.max(0, entries - Math.max(1, Math.floor(entries * COLD_SHARE)));
    this.#states = new Uint8Array(ids);
    this.#recent = new LinkedIds(ids);
    this.#cold = new LinkedIds(ids);
    this.#gone = new LinkedIds(ids);
  }

  /** Uses a key, taking it in when it is missing. Says whether it was there. */
  use(id: number): boolean {
    const state = this.#states[id];
    if (state === HOT) {
      this.#recent.toEnd(id);
      this.#prune();
      return true;
    }
    if (state === COLD) {
      if (this.#recent.has(id)) {
        this.#cold.delete(id);
        this.#coldCount--;
        this.#heat(id);
      } else {
        this.#recent.toEnd(id);
        this.#cold.toEnd(id);
      }
      return true;
    }
    this.#takeIn(id);
    return false;
  }

  #takeIn(id: number): void {
    if (this.#hotCount + this.#coldCount === this.#entries) this.#evict();
    if (this.#states[id] === GONE) {
      this.#gone.delete(id);
      this.#goneCount--;
      return this.#heat(id);
    }
    if (this.#hotCount < this.#mostHot && this.#coldCount === 0) return this.#heat(id);
    this.#states[id] = COLD;
    this.#recent.toEnd(id);
    this.#cold.toEnd(id);
    this.#coldCount++;
  }

  /** Makes a key hot, and the hot key that was used longest ago cold when there are too many. */
  #heat(id: number): void {
    this.#states[id] = HOT;
    this.#hotCount++;
    this.#recent.toEnd(id);
    if (this.#hotCount > this.#mostHot) {
      const cooled = this.#recent.head;
      this.#recent.delete(cooled);
      this.#states[cooled] = COLD;
      this.#hotCount--;
      this.#cold.toEnd(cooled);
      this.#coldCount++;
    }
    this.#prune();
  }

  #evict(): void {
    const id = this.#cold.head;
    if (id === NONE) return;
    this.#cold.delete(id);
    this.#coldCount--;
    if (!this.#recent.has(id)) {
      this.#states[id] = UNKNOWN;
      return;
    }
    this.#states[id] = GONE;
    this.#gone.toEnd(id);
    if (++this.#goneCount > this.#entries * REMEMBERED) this.#forget(this.#gone.head);
  }

  /** Drops what is older than the oldest hot key. */
  #prune(): void {
    for (let id = this.#recent.head; id !== NONE && this.#states[id] !== HOT; id = this.#recent.head) {
      if (this.#states[id] === GONE) this.#forget(id);
      else this.#recent.delete(id);
    }
  }

  #forget(id: number): void {
    this.#gone.delete(id);
    this.#goneCount--;
    this.#recent.delete(id);
    this.#states[id] = UNKNOWN;
  }
}
