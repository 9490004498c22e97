import type { SharedStore, StoreEntry } from '@perf/contracts';
import type { EntryCodec } from '../bytes/entry-codec.ts';
import type { TagSlots } from '../tag-slots.ts';
import type { After } from '../timer.ts';
import { Coherence } from './coherence.ts';
import type { CoherenceOptions } from './coherence.ts';
import type { Envelope } from './envelope.ts';
import type { Lease } from './leases.ts';
import { Leases } from './leases.ts';
import type { LowerTier } from './lower-tier.ts';
import type { Names } from './names.ts';
import { TierReader } from './tier-reader.ts';

/** What the tiers below the memory need from outside. */
export interface LowerTiersOptions extends CoherenceOptions {
  readonly codec: EntryCodec;
  readonly leaseMs: number;
  readonly after: After;
  readonly slots: TagSlots;
  readonly names: Names;
  readonly onError: (error: unknown) => void;
}

/** An entry on its way down, with the lease under which it was loaded. */
export interface Landed {
  readonly name: string;
  readonly entry: Envelope;
  readonly lease: Lease | undefined;
}

/** The tiers below the memory: read, loaded under leases, written in the background, and kept of one mind. */
export class LowerTiers {
  readonly coherence: Coherence;
  readonly reader: TierReader;
  readonly leases: Leases;
  readonly names: Names;
  readonly #codec: EntryCodec;
  readonly #onError: (error: unknown) => void;
  readonly #writing = new Set<Promise<unknown>>();

  constructor(options: LowerTiersOptions) {
    this.names = options.names;
    this.#codec = options.codec;
    this.#onError = options.onError;
    this.coherence = new Coherence(options);
    this.reader = new TierReader(this.coherence, options.slots, options.codec, options.now);
    this.leases = new Leases(this.coherence, this.reader, options);
    this.coherence.start();
  }

  /** Stores what was loaded in every tier, in the background. Without a lease the shared tier is left out. */
  store({ name, entry, lease }: Landed): void {
    const encoded = new EncodedEntry(name, entry, this.#codec);
    for (const tier of this.coherence.tiers) {
      if (tier.shared === undefined) {
        if (tier.isUsable) this.#inBackground(this.#storeIn(tier, encoded));
      } else if (lease !== undefined) {
        if (tier.isUsable) this.#inBackground(this.#land(tier, tier.shared, encoded, lease));
        else this.release(name, lease);
      }
    }
  }

  /** Replaces what is under a name in one tier; the shared one tells the others. */
  async set(tier: LowerTier, name: string, entry: Envelope): Promise<void> {
    await tier.store.setMany([new EncodedEntry(name, entry, this.#codec).for(tier)]);
  }

  /** Gives a lease back without a value. */
  release(name: string, lease: Lease): void {
    lease.stop();
    const tier = this.coherence.shared;
    if (tier?.shared === undefined) return;
    const { shared } = tier;
    this.#inBackground(tier.guard.read(() => shared.releaseLease(name, lease.token)));
  }

  /** Resolves when what was being stored is stored, or has failed. */
  async flush(): Promise<void> {
    while (this.#writing.size > 0) await Promise.all(this.#writing);
  }

  /** Only the encoding throws here: a failure of the tier is counted by its guard. */
  async #storeIn(tier: LowerTier, encoded: EncodedEntry): Promise<void> {
    try {
      const entry = encoded.for(tier);
      await tier.guard.read(() => tier.store.setMany([entry]));
    } catch (error) {
      this.#onError(error);
    }
  }

  /** Stores in the shared tier while the lease holds, and ends it. */
  async #land(tier: LowerTier, shared: SharedStore, encoded: EncodedEntry, lease: Lease): Promise<void> {
    try {
      const entry = { ...encoded.for(tier), value: encoded.bytes };
      await tier.guard.read(() => shared.setIfLeased(entry, lease.token));
      lease.stop();
    } catch (error) {
      this.release(encoded.name, lease);
      this.#onError(error);
    }
  }

  #inBackground(work: Promise<unknown>): void {
    this.#writing.add(work);
    void work.finally(() => this.#writing.delete(work));
  }
}

/** An entry that is encoded once, when the first byte tier takes it. */
class EncodedEntry {
  readonly name: string;
  readonly #entry: Envelope;
  readonly #codec: EntryCodec;
  #bytes: Uint8Array | undefined;

  constructor(name: string, entry: Envelope, codec: EntryCodec) {
    this.name = name;
    this.#entry = entry;
    this.#codec = codec;
  }

  get bytes(): Uint8Array {
    return (this.#bytes ??= this.#codec.encode(this.#entry));
  }

  for(tier: LowerTier): StoreEntry<unknown> {
    const value = tier.store.keeps === 'bytes' ? this.bytes : this.#entry;
    return { key: this.name, value, expiresAt: this.#entry.expiresAt };
  }
}
