import type {
  BusListener,
  BusState,
  CacheStore,
  CounterStore,
  Invalidation,
  InvalidationReceipt,
} from '@perf/contracts';
import type { SeenTags } from '../memory-entry.ts';
import type { TagSlot, TagSlots } from '../tag-slots.ts';
import type { After } from '../timer.ts';
import type { SeenCounter } from './envelope.ts';
import type { Order } from './journal.ts';
import { LocalCounters } from './local-counters.ts';
import { LowerTier, counterStore } from './lower-tier.ts';
import type { Names } from './names.ts';
import type { CalmOptions } from './tier-guard.ts';

/** What is told to the cache above. */
export interface CoherenceListener {
  /** Drop what is under this key's name (without namespace), and forget its load. */
  dropKey(name: string): void;
  /** The same for all keys that begin so. */
  dropPrefix(prefix: string): void;
}

/** What coherence needs from outside. */
export interface CoherenceOptions {
  /** Fastest first. */
  readonly tiers: readonly CacheStore[];
  readonly slots: TagSlots;
  readonly names: Names;
  readonly calm: Required<CalmOptions>;
  readonly now: () => number;
  readonly after: After;
  readonly listener: CoherenceListener;
}

/**
 * Keeps the memory and the tiers below it of one mind: knows the numbers of counters, listens to the bus of the shared tier,
 * has invalidations carried out everywhere, and says when memory may not be believed.
 */
export class Coherence {
  readonly tiers: readonly LowerTier[];
  readonly shared: LowerTier | undefined;
  /** Entries that tiers of this process were given before this instant missed invalidations. Epoch ms. */
  trustedSince = 0;
  readonly #options: CoherenceOptions;
  /** Keeps the counters, with the guard of its tier; the process itself where no tier does. */
  readonly #counters: { readonly store: CounterStore; readonly tier: LowerTier | undefined };
  readonly #waiting = new Map<string, Set<() => void>>();
  /** Orders that tiers are carrying out, by kind and name, and how often; and of those the prefixes. */
  readonly #settling = new Map<string, number>();
  readonly #settlingPrefixes = new Set<string>();
  #state: BusState = 'blind';
  /** Whether memory was served for as long as it may be without hearing anything. */
  #isExhausted = false;
  #wasTrusted = false;
  /** Stretches of undisturbed listening so far. */
  #epoch = 1;
  #patience: { cancel(): void } | undefined;
  #subscription: Promise<AsyncDisposable> | undefined;

  constructor(options: CoherenceOptions) {
    this.#options = options;
    const { tiers: stores, names, calm, now, after } = options;
    const authority = stores.find((store) => 'isShared' in store) ?? stores.find(counterStore);
    this.tiers = stores.map(
      (store) =>
        new LowerTier(store, {
          calm,
          now,
          after,
          prefix: names.prefix,
          rootCounter: names.root,
          keepsCounters: store === authority,
          raised: (raised, numbers) => this.#raised(raised, numbers),
        }),
    );
    this.shared = this.tiers.find((tier) => tier.shared !== undefined);
    const tier = this.tiers.find(({ store }) => store === authority);
    const own = authority === undefined ? undefined : counterStore(authority);
    this.#counters = { store: own ?? new LocalCounters(now), tier: own === undefined ? undefined : tier };
  }

  /**
   * Whether memory may hold what others invalidated, so that it must not be served: messages may have been missed and the shared tier can
   * be asked instead, or nothing was heard for too long.
   */
  get isDoubtful(): boolean {
    if (this.#state === 'trusted' || this.shared === undefined) return false;
    if (this.#isExhausted) return true;
    return this.#state === 'doubtful' && this.shared.isUsable && !this.shared.guard.breaker.isOpen;
  }

  /** Begins to listen, and empties tiers whose entries missed what happened before. */
  start(): void {
    const { shared } = this.shared ?? {};
    if (shared === undefined) return;
    this.#lose('blind');
    for (const tier of this.tiers)
      if (tier.shared === undefined && tier.store.keepOnOpen !== true)
        void this.#settle({ kind: 'prefix', name: this.#options.names.prefix }, [tier]);
    const listener: BusListener = {
      invalidated: (invalidation) => this.#heard(invalidation),
      landed: (key) => this.#wake(key),
      stateChanged: (state) => this.#changed(state),
    };
    this.#subscription = shared.subscribe(listener);
    // It stays blind then, and says so in the statistics; each dispose and read goes on without it.
    this.#subscription.catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.#patience?.cancel();
    for (const tier of this.tiers) tier.stop();
    for (const name of this.#waiting.keys()) this.#wake(name);
    const subscription = await this.#subscription?.catch(() => undefined);
    await subscription?.[Symbol.asyncDispose]();
  }

  /** Whether the bus tells of every change of these, so that nothing has to be read. */
  knows(seen: SeenTags): boolean {
    if (this.#state !== 'trusted') return false;
    for (const slot of seen.slots) if (!this.#knows(slot)) return false;
    return true;
  }

  /** The numbers of the counters behind `seen`, of which each is known. */
  known(seen: SeenTags): readonly SeenCounter[] {
    return seen.slots.map(({ tag, number = 0 }) => ({ tag, number }));
  }

  /** The same, read where they are not known; undefined when they cannot be had. */
  async numbers(seen: SeenTags): Promise<readonly SeenCounter[] | undefined> {
    const { slots, names, epoch } = this.unknown(seen);
    if (slots.length === 0) return this.known(seen);
    const { store, tier } = this.#counters;
    const read = (): Promise<readonly number[]> => store.generations(names);
    const numbers = await (tier === undefined ? read() : tier.guard.read(read));
    return numbers === undefined ? undefined : this.learn(seen, slots, numbers, epoch);
  }

  /** Counters of `seen` that are not known now, to be read with something else, and the stretch in which they are read. */
  unknown(seen: SeenTags): {
    readonly slots: readonly TagSlot[];
    readonly names: readonly string[];
    readonly epoch: number;
  } {
    const slots = seen.slots.filter((slot) => !this.#knows(slot));
    return { slots, names: slots.map(({ tag }) => this.#options.names.ofTag(tag)), epoch: this.#epoch };
  }

  /** Takes in numbers that were read, and gives those of all of `seen`. */
  learn(
    seen: SeenTags,
    slots: readonly TagSlot[],
    numbers: readonly number[],
    epoch: number,
  ): readonly SeenCounter[] {
    const read = new Map(slots.map((slot, i) => [slot, numbers[i] ?? 0]));
    for (const [slot, number] of read) this.#learn(slot, number, epoch);
    return seen.slots.map((slot) => ({ tag: slot.tag, number: read.get(slot) ?? slot.number ?? 0 }));
  }

  /**
   * Has an invalidation carried out in every tier, after it was obeyed here.
   * @param write what takes the place of dropping a key: storing another value
   */
  async deliver(order: Order, write?: (tier: LowerTier) => Promise<void>): Promise<InvalidationReceipt> {
    if (this.#counters.tier === undefined && order.kind === 'counter')
      this.#raised([order.name], await this.#counters.store.bump([order.name]));
    return { delivered: (await this.#settle(order, this.tiers, write)) ? 'shared' : 'journaled' };
  }

  /**
   * Has what tiers hold under a name not read, until what it gives is called, once. For changes that were obeyed here before they can be
   * delivered: what is read meanwhile would be older, and be kept when the change is through.
   */
  holdOff(name: string): () => void {
    return this.#begin({ kind: 'key', name });
  }

  /** Whether tiers are about to drop what is under a name: until they have, it must not be read there. */
  isSettling(name: string): boolean {
    if (this.#settling.size === 0) return false;
    if (this.#settling.has(`key ${name}`)) return true;
    for (const prefix of this.#settlingPrefixes) if (name.startsWith(prefix)) return true;
    return false;
  }

  /** Resolves when the load of a key in another process has ended, or after `ms`. */
  landing(name: string, ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(name) ?? new Set();
    this.#waiting.set(name, waiting.add(resolve));
    const timer = this.#options.after(ms, resolve);
    return promise.finally(() => {
      timer.cancel();
      waiting.delete(resolve);
      if (waiting.size === 0 && this.#waiting.get(name) === waiting) this.#waiting.delete(name);
    });
  }

  #wake(name: string): void {
    for (const resolve of this.#waiting.get(name) ?? []) resolve();
  }

  #heard(invalidation: Invalidation): void {
    const { names, listener } = this.#options;
    switch (invalidation.kind) {
      case 'key': {
        const name = names.keyOf(invalidation.key);
        if (name === undefined) return;
        listener.dropKey(name);
        return this.#tellLocalTiers({ kind: 'key', name: invalidation.key });
      }
      case 'prefix': {
        const prefix = names.keyOf(invalidation.prefix);
        if (prefix === undefined) return;
        listener.dropPrefix(prefix);
        return this.#tellLocalTiers({ kind: 'prefix', name: invalidation.prefix });
      }
      case 'counter': {
        const found = names.tagOf(invalidation.name);
        const slot = found === undefined ? undefined : this.#options.slots.find(found.tag);
        if (slot === undefined || slot.number === invalidation.generation) return;
        if (this.#knows(slot) && slot.number !== undefined && slot.number > invalidation.generation) return;
        slot.generation++;
        slot.number = invalidation.generation;
        slot.epoch = this.#epoch;
      }
    }
  }

  #tellLocalTiers(order: Order): void {
    const local = this.tiers.filter((tier) => tier.shared === undefined);
    if (local.length > 0) void this.#settle(order, local);
  }

  /** Says whether all tiers did it. */
  async #settle(
    order: Order,
    tiers: readonly LowerTier[],
    write?: (tier: LowerTier) => Promise<void>,
  ): Promise<boolean> {
    const settled = this.#begin(order);
    try {
      const done = await Promise.all(
        tiers.map((tier) => tier.deliver(order, write === undefined ? undefined : () => write(tier))),
      );
      return done.every(Boolean);
    } finally {
      settled();
    }
  }

  /** Counts an order as being carried out, until what it gives is called, once. */
  #begin({ kind, name }: Order): () => void {
    const id = `${kind} ${name}`;
    this.#settling.set(id, (this.#settling.get(id) ?? 0) + 1);
    if (kind === 'prefix') this.#settlingPrefixes.add(name);
    return () => {
      const left = (this.#settling.get(id) ?? 1) - 1;
      if (left > 0) {
        this.#settling.set(id, left);
        return;
      }
      this.#settling.delete(id);
      if (kind === 'prefix') this.#settlingPrefixes.delete(name);
    };
  }

  #changed(state: BusState): void {
    if (state !== 'trusted') return this.#lose(state);
    this.#state = 'trusted';
    this.#patience?.cancel();
    this.#epoch++;
    this.trustedSince = this.#options.now();
    this.#options.slots.invalidate(undefined);
    this.#isExhausted = false;
    this.shared?.guard.breaker.succeeded();
    // The first time nothing that was delivered can have been lost: there was no failover, only a beginning.
    const mustReplay = this.#wasTrusted || this.shared?.journal.isPending === true;
    this.#wasTrusted = true;
    if (mustReplay && this.shared !== undefined && this.shared.journal.size > 0) void this.shared.replay();
  }

  #lose(state: 'doubtful' | 'blind'): void {
    const { maxDoubtMs } = this.#options.calm;
    const isNew = this.#state === 'trusted' || this.#patience === undefined;
    this.#state = state;
    if (!isNew) return;
    this.#patience?.cancel();
    this.#isExhausted = maxDoubtMs === 0;
    if (maxDoubtMs > 0 && maxDoubtMs !== Infinity)
      this.#patience = this.#options.after(maxDoubtMs, () => (this.#isExhausted = true));
  }

  #knows(slot: TagSlot): boolean {
    return slot.number !== undefined && slot.epoch === this.#epoch && this.#state === 'trusted';
  }

  #learn(slot: TagSlot, number: number, epoch: number): void {
    if (this.#knows(slot)) {
      // The bus may have been quicker than the answer: numbers only grow.
      if (slot.number === undefined || number <= slot.number) return;
      slot.generation++;
    } else if (slot.number !== undefined && slot.number !== number) {
      slot.generation++;
    }
    slot.number = number;
    slot.epoch = epoch;
  }

  /** Own invalidations: their slots are out of date already. */
  #raised(names: readonly string[], numbers: readonly number[]): void {
    for (const [i, name] of names.entries()) {
      const found = this.#options.names.tagOf(name);
      const slot = found === undefined ? undefined : this.#options.slots.find(found.tag);
      const number = numbers[i];
      if (slot === undefined || number === undefined) continue;
      if (slot.number !== undefined && slot.number >= number) continue;
      slot.number = number;
      slot.epoch = this.#epoch;
    }
  }
}
