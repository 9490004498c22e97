import type { EntryCodec } from '../bytes/entry-codec.ts';
import type { SeenTags } from '../memory-entry.ts';
import type { TagSlots } from '../tag-slots.ts';
import type { Coherence } from './coherence.ts';
import type { Envelope, SeenCounter } from './envelope.ts';
import { isEnvelope } from './envelope.ts';
import type { LowerTier } from './lower-tier.ts';

/** An entry that may be served. */
export interface Found {
  readonly entry: Envelope;
  readonly tier: LowerTier;
  /** Its tags, held for the memory: release them, or put them there. */
  readonly tags: SeenTags | undefined;
}

/** Looks for entries in the tiers below the memory, and believes only what no invalidation contradicts. */
export class TierReader {
  readonly #coherence: Coherence;
  readonly #slots: TagSlots;
  readonly #codec: EntryCodec;
  readonly #now: () => number;

  constructor(coherence: Coherence, slots: TagSlots, codec: EntryCodec, now: () => number) {
    this.#coherence = coherence;
    this.#slots = slots;
    this.#codec = codec;
    this.#now = now;
  }

  /**
   * The entry under a name in the first tier that has one which may be served. A tier that is down, slow, or about to drop it
   * counts as having none.
   * @param seen tags it probably has: their numbers are read together with it
   */
  async read(name: string, seen: SeenTags | undefined): Promise<Found | undefined> {
    const coherence = this.#coherence;
    for (const tier of coherence.tiers) {
      if (!tier.isUsable || coherence.isSettling(name)) continue;
      if (tier.shared === undefined && coherence.isDoubtful) continue;
      const isKnown = seen === undefined || coherence.shared === undefined || coherence.knows(seen);
      const numbers = isKnown ? undefined : coherence.numbers(seen);
      const answer = await tier.guard.read(() => tier.store.getMany([name]));
      await numbers;
      if (answer === undefined) continue;
      const found = await this.accept(answer[0]?.value, tier);
      if (found !== undefined) {
        tier.guard.hits++;
        return found;
      }
      tier.guard.misses++;
    }
    return undefined;
  }

  /** What a tier gave as an entry, when it may be served; without a promise where all its counters are known. */
  accept(value: unknown, tier: LowerTier): Found | undefined | Promise<Found | undefined> {
    if (value === undefined) return undefined;
    const entry = this.#open(value, tier);
    if (entry === undefined || this.#isPast(entry, tier)) {
      tier.guard.rejected++;
      return undefined;
    }
    const tags = this.#slots.hold(tagsOf(entry));
    const coherence = this.#coherence;
    if (tags === undefined) return { entry, tier, tags };
    if (coherence.knows(tags)) return this.#judge({ entry, tier, tags }, coherence.known(tags));
    return coherence.numbers(tags).then((numbers) => this.#judge({ entry, tier, tags }, numbers));
  }

  #open(value: unknown, tier: LowerTier): Envelope | undefined {
    if (tier.store.keeps === 'bytes')
      return value instanceof Uint8Array ? this.#codec.decode(value) : undefined;
    return isEnvelope(value) ? value : undefined;
  }

  /** Whether it is over, or was stored before a stretch in which this process heard nothing of invalidations. */
  #isPast(entry: Envelope, tier: LowerTier): boolean {
    if (entry.expiresAt <= this.#now()) return true;
    const isLocal = this.#coherence.shared !== undefined && tier.shared === undefined;
    return isLocal && tier.store.keepOnOpen !== true && entry.storedAt <= this.#coherence.trustedSince;
  }

  /** Whether every counter still has the number that the entry was made under. */
  #judge(found: Found, numbers: readonly SeenCounter[] | undefined): Found | undefined {
    const { counters } = found.entry;
    if (numbers !== undefined && counters.every((counter, i) => isSame(counter, numbers, i))) return found;
    this.#slots.release(found.tags);
    found.tier.guard.rejected++;
    return undefined;
  }
}

const NO_TAGS: readonly string[] = [];

function tagsOf({ counters }: Envelope): readonly string[] {
  if (counters.length === 1) return NO_TAGS;
  return counters.flatMap(({ tag }) => (tag === undefined ? [] : [tag]));
}

/** The numbers of an entry's own tags come in their order, unless bytes name a tag twice. */
function isSame({ tag, number }: SeenCounter, numbers: readonly SeenCounter[], at: number): boolean {
  const now = numbers[at]?.tag === tag ? numbers[at] : numbers.find((other) => other.tag === tag);
  return now?.number === number;
}
