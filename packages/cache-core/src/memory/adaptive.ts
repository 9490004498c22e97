import { Chooser } from './chooser.ts';
import type { EvictionPolicy } from './eviction-policy.ts';
import type { MarginalHits } from './margins.ts';
import { Margins } from './margins.ts';
import { S3Fifo } from './s3-fifo.ts';
import { ShadowCache } from './shadow-cache.ts';
import type { SlotTable } from './slot-table.ts';
import { SAMPLED } from './slot-table.ts';
import { TwoQueues } from './two-queues.ts';
import { validateQueues } from './validate-queues.ts';
import { WTinyLfu } from './w-tinylfu.ts';

/** Entries of a shadow cache, at least, where the real one has as many. */
const SHADOW_ENTRIES = 128;
/** Leads that count, as shares of the uses looked back on: small to change the policy, which costs nothing, bigger to empty a queue. */
const POLICY_LEAD = 0.005;
const SHAPE_LEAD = 0.05;

/**
 * Follows W-TinyLFU or S3-FIFO, whichever does better here and now. Both are run as shadow caches on a sample of the keys, a
 * small likeness of the real one; the real queues are shared by both, so a change of mind
 * moves nothing.
 * S3-FIFO is the best on most traffic but has no hit in loops and scans bigger than the cache, which are what W-TinyLFU is good at.
 */
export class Adaptive implements EvictionPolicy {
  readonly #table: SlotTable;
  readonly #queues: TwoQueues;
  readonly #policies: readonly [WTinyLfu, S3Fifo];
  #shadows: readonly [ShadowCache, ShadowCache] | undefined;
  /** The queues of the shadow that follows S3-FIFO. */
  #shadowQueues: TwoQueues | undefined;
  #chooser: Chooser | undefined;
  #chosen: 0 | 1 = 0;
  /** Compares the real cache with the shadow that follows S3-FIFO. */
  #judge: Chooser | undefined;
  /** Whether that shadow has more hits: queues that were filled by another policy can hold S3-FIFO back for good. */
  #lags = false;
  #margins: Margins | undefined;
  #followsMargins = false;
  /** A key is followed when these bits of its spread hash are all 0. */
  #sampleMask = 0;

  constructor(table: SlotTable) {
    this.#table = table;
    this.#queues = new TwoQueues(table, { ghost: true, sketch: true });
    this.#policies = [new WTinyLfu(table, this.#queues), new S3Fifo(table, this.#queues)];
  }

  add(slot: number): void {
    this.#policies[this.#chosen].add(slot);
    if (this.#shadows === undefined || !this.#isSampled(slot)) return;
    const { marks } = this.#table;
    marks[slot] = (marks[slot] ?? 0) | SAMPLED;
    this.#observe(slot, false);
  }

  remove(slot: number): void {
    this.#queues.remove(slot);
    if (this.#shadows === undefined || (this.#table.marks[slot] ?? 0) < SAMPLED) return;
    for (const shadow of this.#shadows) shadow.forget(this.#hash(slot));
    this.#margins?.forget(this.#hash(slot));
  }

  evict(): number {
    if (this.#queues.fit()) this.#follow();
    this.#policies[1].takeShape(this.#lags ? this.#shadowQueues : undefined);
    return this.#policies[this.#chosen].evict();
  }

  sampledUse(slot: number): void {
    this.#observe(slot, true);
  }

  /** Counted from the first call on; undefined until room was needed. */
  marginalHits(): MarginalHits | undefined {
    if (!this.#followsMargins) {
      this.#followsMargins = true;
      if (this.#shadows !== undefined) this.#follow();
    }
    return this.#margins;
  }

  clear(): void {
    this.#queues.clear();
    this.#margins = undefined;
    this.#shadows = undefined;
    this.#shadowQueues = undefined;
    this.#chooser = undefined;
    this.#judge = undefined;
    this.#lags = false;
  }

  validate(): void {
    validateQueues(this.#table, [this.#queues.window, this.#queues.main]);
  }

  /** Lets the shadows see what the real cache saw, and chooses. */
  #observe(slot: number, wasHit: boolean): void {
    if (this.#shadows === undefined || this.#chooser === undefined || this.#judge === undefined) return;
    const hash = this.#hash(slot);
    const first = this.#shadows[0].touch(hash);
    const second = this.#shadows[1].touch(hash);
    this.#margins?.touch(hash);
    this.#chosen = this.#chooser.observe(first, second);
    if (this.#chosen === 0) this.#judge.reset();
    this.#lags = this.#judge.observe(wasHit, second) === 1;
  }

  /** Makes the shadow caches for as many entries as there are, and lets them begin with the same keys. */
  #follow(): void {
    const { used, marks, next } = this.#table;
    let halvings = 0;
    while (used >>> (halvings + 1) >= SHADOW_ENTRIES) halvings++;
    this.#sampleMask = halvings === 0 ? 0 : -1 << (32 - halvings);
    const entries = Math.max(1, Math.round(used / 2 ** halvings));
    const shadows = [
      new ShadowCache(entries, (table) => new WTinyLfu(table)),
      new ShadowCache(entries, (table) => {
        this.#shadowQueues = new TwoQueues(table, { ghost: true, sketch: false });
        return new S3Fifo(table, this.#shadowQueues);
      }),
    ] as const;
    this.#margins = this.#followsMargins ? new Margins(entries) : undefined;
    for (const queue of [this.#queues.window, this.#queues.main])
      for (let slot = queue.head; slot >= 0; slot = next[slot] ?? -1) {
        const mark = (marks[slot] ?? 0) & ~SAMPLED;
        marks[slot] = this.#isSampled(slot) ? mark | SAMPLED : mark;
        if (!this.#isSampled(slot)) continue;
        for (const shadow of shadows) shadow.touch(this.#hash(slot));
        this.#margins?.fill(this.#hash(slot));
      }
    this.#shadows = shadows;
    this.#chooser = new Chooser(entries, POLICY_LEAD, this.#chosen);
    this.#judge = new Chooser(entries, SHAPE_LEAD, 0);
  }

  #isSampled(slot: number): boolean {
    return (Math.imul(this.#hash(slot), 0x9e3779b1) & this.#sampleMask) === 0;
  }

  #hash(slot: number): number {
    return this.#table.hashes[slot] ?? 0;
  }
}
