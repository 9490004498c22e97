import type { InvalidationReceipt } from '@perf/contracts';
import type { EntryRules } from './entry-rules.ts';
import { endOf, needsHeld } from './entry-rules.ts';
import { deepFreeze } from './isolation.ts';
import type { LookUpParts } from './look-ups.ts';
import { isCurrent } from './tag-slots.ts';
import type { LowerTiers } from './tiers/lower-tiers.ts';

/** Plain sets: they replace what is there and outdo every load that runs. */
export class EntryWriter {
  readonly #parts: LookUpParts;
  /** Sets on their way to the tiers, by key; one that is not in here any more was overtaken. */
  readonly #running = new Map<string, symbol>();

  constructor(parts: LookUpParts) {
    this.#parts = parts;
  }

  forget(key: string): void {
    this.#running.delete(key);
  }

  forgetAll(): void {
    this.#running.clear();
  }

  /** Puts a value into memory at once, and into every tier before it resolves. */
  async write(key: string, value: unknown, rules: EntryRules): Promise<InvalidationReceipt> {
    const { options, slots, keeper, lower } = this.#parts;
    if (options.isolate === 'freeze') deepFreeze(value);
    const privacy = options.privacyOf(key, value);
    const createdAt = options.now();
    const end = privacy.mayKeep
      ? endOf(value, rules, privacy.maxTtlMs, { now: createdAt, random: options.random })
      : undefined;
    const isKept = end !== undefined;
    const gone = { freshUntil: createdAt, expiresAt: createdAt };
    const entry = { value, createdAt, ...(end ?? gone), loadMs: 0, etag: undefined };
    const isHeld = isKept && needsHeld(value, rules, undefined);
    const kept = isKept ? value : undefined;
    // The memory takes over one hold of the tags, the way to the tiers has another.
    const tags = slots.hold(rules.tags);
    const seen = lower === undefined ? undefined : slots.hold(rules.tags);
    try {
      keeper.keep(key, { ...entry, value: kept, needsHeld: isHeld, bytes: rules.bytes, tags });
      if (lower === undefined) return { delivered: 'shared' };
      const name = lower.names.ofKey(key);
      if (!isKept) return await lower.coherence.deliver({ kind: 'key', name });
      return await this.#writeTiers(key, { ...entry, isPrivate: privacy.isPrivate }, seen, lower);
    } finally {
      slots.release(seen);
    }
  }

  async #writeTiers(
    key: string,
    entry: Omit<Parameters<LowerTiers['set']>[2], 'counters' | 'storedAt'>,
    seen: ReturnType<LookUpParts['slots']['hold']>,
    lower: LowerTiers,
  ): Promise<InvalidationReceipt> {
    const name = lower.names.ofKey(key);
    const through = lower.coherence.holdOff(name);
    try {
      return await this.#deliver(key, name, entry, seen, lower);
    } finally {
      through();
    }
  }

  async #deliver(
    key: string,
    name: string,
    entry: Omit<Parameters<LowerTiers['set']>[2], 'counters' | 'storedAt'>,
    seen: ReturnType<LookUpParts['slots']['hold']>,
    lower: LowerTiers,
  ): Promise<InvalidationReceipt> {
    const { options } = this.#parts;
    const token = Symbol('write');
    this.#running.set(key, token);
    const counters = seen === undefined ? [] : await lower.coherence.numbers(seen);
    const isOvertaken = this.#running.get(key) !== token || (seen !== undefined && !isCurrent(seen));
    if (this.#running.get(key) === token) this.#running.delete(key);
    // Where the numbers cannot be had the value cannot be told from an old one, and when it was overtaken it is one: the key is emptied.
    if (counters === undefined || isOvertaken) return lower.coherence.deliver({ kind: 'key', name });
    const stored = { ...entry, counters, storedAt: options.now() };
    return lower.coherence.deliver({ kind: 'key', name }, (tier) => lower.set(tier, name, stored));
  }
}
