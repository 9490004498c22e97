import { getHeapStatistics } from 'node:v8';
import { PerfError } from '@perf/contracts';
import type { MemoryStore } from '../memory-store.ts';
import type { MarginalHits } from '../memory/margins.ts';
import type { After } from '../timer.ts';
import { realAfter } from '../timer.ts';

/** When a memory tier grows and shrinks. The numbers are the founding ones. */
export interface AutoTunerOptions {
  /** Least and most entries. @default a tenth and ten times of what the store has */
  readonly minEntries?: number;
  readonly maxEntries?: number;
  /** Time between two looks in ms. @default 60,000 */
  readonly everyMs?: number;
  /** Share of the memory in use, 0 to 1. @default the heap's use of its limit */
  readonly pressure?: () => number;
  /** It grows only below this hit rate … @default 0.7 */
  readonly growBelowHitRate?: number;
  /** … and below this pressure. @default 0.8 */
  readonly growBelowPressure?: number;
  /** It shrinks above this pressure. @default 0.95 */
  readonly shrinkAbovePressure?: number;
  /** Share of the reads that a step up must turn into hits, where the policy can tell. @default 0.001 */
  readonly worthwhile?: number;
  /** Told of each change. */
  readonly onChange?: (change: SizeChange) => void;
  /** Source of timers. @default Node's */
  readonly after?: After;
}

/** One change of size. */
export interface SizeChange {
  readonly from: number;
  readonly to: number;
  readonly reason: 'hit rate' | 'pressure';
}

const GROW = 1.2;
const SHRINK = 0.8;
/** Looks after a shrink for which it does not grow again to where it came from. */
const CALM_LOOKS = 30;
/** Reads between two looks below which nothing is judged. */
const LEAST_READS = 1_000;
/** Uses of the sample after which it says anew whether more room is worth it. */
const LEAST_USES = 500;
const NO_HITS: MarginalHits = { uses: 0, smaller: 0, same: 0, larger: 0 };

/**
 * Fits the size of a memory tier to its traffic: grows where hits are missed that more room would have had, gives room back under
 * pressure. Both bounds of the store change together. After it shrank under pressure it stays below that size for 30 looks; when it shrinks
 * again within them it does not grow for 30. So it swings at most twice in 30 looks, however steep the pressure.
 *
 * @example
 * const memory = new MemoryStore({ maxEntries: 10_000 });
 * await using tuner = new AutoTuner(memory);
 * const cache = new TieredCache({ memory });
 */
export class AutoTuner implements AsyncDisposable {
  readonly #store: MemoryStore;
  readonly #options: Required<AutoTunerOptions>;
  readonly #bytesPerEntry: number;
  #seen = { requests: 0, hits: 0 };
  #seenMargins = NO_HITS;
  /** What the sample said last; undefined while it is too new to say anything. */
  #isWorthGrowing: boolean | undefined;
  /** The size it shrank from under pressure, and for how many looks it stays below it. */
  #ceiling = { entries: Infinity, looks: 0 };
  #timer: { cancel(): void } | undefined;

  constructor(store: MemoryStore, options: AutoTunerOptions = {}) {
    this.#store = store;
    this.#options = {
      minEntries: Math.max(1, Math.floor(store.maxEntries / 10)),
      maxEntries: Math.min(2 ** 24 - 1, store.maxEntries * 10),
      everyMs: 60_000,
      pressure: heapPressure,
      growBelowHitRate: 0.7,
      growBelowPressure: 0.8,
      shrinkAbovePressure: 0.95,
      worthwhile: 0.001,
      onChange: () => undefined,
      after: realAfter,
      ...options,
    };
    this.#check();
    this.#bytesPerEntry = store.maxBytes / store.maxEntries;
    this.#look();
    this.#schedule();
  }

  /** Looks at the traffic since the last look and changes the size by one step, or not. */
  tune(): SizeChange | undefined {
    const { pressure, shrinkAbovePressure } = this.#options;
    const { reads, hitRate } = this.#look();
    if (this.#ceiling.looks > 0 && --this.#ceiling.looks === 0) this.#ceiling.entries = Infinity;
    const now = pressure();
    if (now > shrinkAbovePressure) {
      // Pressure again within that time: the size below was too big too, so it does not grow at all.
      const isAgain = this.#ceiling.looks > 0;
      this.#ceiling = { entries: isAgain ? 0 : this.#store.maxEntries, looks: CALM_LOOKS };
      return this.#resize(SHRINK, 'pressure');
    }
    if (reads < LEAST_READS) return undefined;
    if (this.#shouldGrow(hitRate, now)) return this.#resize(GROW, 'hit rate');
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #shouldGrow(hitRate: number, pressure: number): boolean {
    const { growBelowHitRate, growBelowPressure } = this.#options;
    if (hitRate >= growBelowHitRate || pressure >= growBelowPressure) return false;
    if (
      this.#store.entries < this.#store.maxEntries * 0.9 &&
      this.#store.statistics.memoryUsedBytes < this.#store.maxBytes * 0.9
    )
      return false;
    if (this.#store.maxEntries * GROW >= this.#ceiling.entries) return false;
    // Without a sample, or with a new one, the founding rule stands alone.
    return this.#isWorthGrowing !== false;
  }

  #resize(step: number, reason: SizeChange['reason']): SizeChange | undefined {
    const { minEntries, maxEntries, onChange } = this.#options;
    const from = this.#store.maxEntries;
    const to = Math.min(maxEntries, Math.max(minEntries, Math.round(from * step)));
    if (to === from) return undefined;
    this.#store.resize({ maxEntries: to, maxBytes: Math.max(1, Math.round(to * this.#bytesPerEntry)) });
    const change = { from, to, reason };
    onChange(change);
    return change;
  }

  /** The traffic since the last look. */
  #look(): { reads: number; hitRate: number } {
    const { requests, hits } = this.#store.statistics;
    const reads = requests - this.#seen.requests;
    const hitRate = reads === 0 ? 1 : (hits - this.#seen.hits) / reads;
    this.#seen = { requests, hits };
    this.#judgeMargins(this.#store.marginalHits ?? NO_HITS);
    return { reads, hitRate };
  }

  #judgeMargins({ uses, smaller, same, larger }: MarginalHits): void {
    if (uses < this.#seenMargins.uses) {
      // The sample was begun anew, for another size.
      this.#seenMargins = NO_HITS;
      this.#isWorthGrowing = undefined;
    }
    const seen = this.#seenMargins;
    if (uses - seen.uses < LEAST_USES) return;
    const gained = larger - same - (seen.larger - seen.same);
    this.#isWorthGrowing = gained > this.#options.worthwhile * (uses - seen.uses);
    this.#seenMargins = { uses, smaller, same, larger };
  }

  #schedule(): void {
    this.#timer = this.#options.after(this.#options.everyMs, () => {
      this.tune();
      this.#schedule();
    });
  }

  #check(): void {
    const { minEntries, maxEntries, everyMs, growBelowPressure, shrinkAbovePressure } = this.#options;
    if (!(minEntries >= 1 && minEntries <= maxEntries))
      throw invalid(`minEntries must be from 1 to maxEntries (${maxEntries}), got ${minEntries}`);
    if (!(everyMs > 0)) throw invalid(`everyMs must be above 0, got ${everyMs}`);
    if (!(growBelowPressure < shrinkAbovePressure))
      throw invalid(`growBelowPressure must be below shrinkAbovePressure, got ${growBelowPressure}`);
  }
}

function heapPressure(): number {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return used / limit;
}

function invalid(message: string): PerfError {
  return new PerfError('ERR_PERF_INVALID_OPTION', message);
}
