import type { CachedResult } from '@perf/contracts';
import type { EntryRules } from './entry-rules.ts';
import { judge, needsHeld } from './entry-rules.ts';
import { deepFreeze } from './isolation.ts';
import type { MemoryKeeper } from './memory-keeper.ts';
import type { TagSlots } from './tag-slots.ts';
import type { ResolvedOptions } from './tiered-cache-options.ts';
import type { LowerTiers } from './tiers/lower-tiers.ts';

/** What look-ups work with. */
export interface LookUpParts {
  readonly options: ResolvedOptions;
  readonly slots: TagSlots;
  readonly keeper: MemoryKeeper;
  readonly lower: LowerTiers | undefined;
}

/** One look-up, and what it will give while it runs. */
interface LookUp {
  result: Promise<CachedResult<unknown> | undefined> | undefined;
}

/** Reads of the tiers below the memory that load nothing. What they find goes into memory, unless it was invalidated meanwhile. */
export class LookUps {
  readonly #parts: LookUpParts;
  /** Look-ups that run, by key; one that is not in here any more was overtaken by an invalidation. */
  readonly #running = new Map<string, LookUp>();

  constructor(parts: LookUpParts) {
    this.#parts = parts;
  }

  /** What a tier holds under a key, when it may be served. */
  find(key: string, rules: EntryRules): Promise<CachedResult<unknown> | undefined> {
    const { lower } = this.#parts;
    if (lower === undefined) return Promise.resolve(undefined);
    const running = rules.maxAgeMs === undefined ? this.#running.get(key)?.result : undefined;
    if (running !== undefined) return running;
    const lookUp: LookUp = { result: undefined };
    this.#running.set(key, lookUp);
    lookUp.result = this.#look(key, rules, lower, lookUp);
    return lookUp.result;
  }

  forget(key: string): void {
    this.#running.delete(key);
  }

  forgetAll(): void {
    this.#running.clear();
  }

  async #look(
    key: string,
    rules: EntryRules,
    lower: LowerTiers,
    lookUp: LookUp,
  ): Promise<CachedResult<unknown> | undefined> {
    const { options, slots, keeper } = this.#parts;
    const { generation } = slots.root;
    const found = await lower.reader.read(lower.names.ofKey(key), undefined);
    const isCurrent = this.#running.get(key) === lookUp;
    const mayKeep = isCurrent && slots.root.generation === generation;
    if (isCurrent) this.#running.delete(key);
    // See `Flight.end`.
    lookUp.result = undefined;
    if (found === undefined) return undefined;
    const { entry, tags, tier } = found;
    const verdict = judge(entry, { ...rules, refreshBeta: 0 }, options.now(), options.random);
    const value = options.isolate === 'freeze' ? deepFreeze(entry.value) : entry.value;
    if (!mayKeep || verdict !== 'serve') slots.release(tags);
    else
      keeper.keep(key, { ...entry, bytes: undefined, tags, needsHeld: needsHeld(value, rules, entry.etag) });
    if (verdict !== 'serve') return undefined;
    const { createdAt, freshUntil: expiresAt, counters } = entry;
    const names = counters.flatMap(({ tag }) => tag ?? []);
    return { value, createdAt, expiresAt, state: 'fresh', tier: tier.store.name, tags: names };
  }
}
