import type { CacheStore, CounterStore, SharedStore } from '@perf/contracts';
import { isSharedStore } from '@perf/contracts';
import type { After } from '../timer.ts';
import type { Order } from './journal.ts';
import { Journal } from './journal.ts';
import type { CalmOptions } from './tier-guard.ts';
import { TierGuard } from './tier-guard.ts';

/** Names carried out in one call during a replay. */
const CHUNK = 500;
/** Ms a prefix may take: every key of the tier is looked at. */
const PREFIX_TIMEOUT_MS = 60_000;

/** What a lower tier needs from outside. */
export interface LowerTierOptions {
  readonly calm: Required<CalmOptions>;
  readonly now: () => number;
  readonly after: After;
  /** What every name of this cache begins with. */
  readonly prefix: string;
  /** The counter of the whole namespace. */
  readonly rootCounter: string;
  /** Told of the numbers that counters were raised to. */
  readonly raised: (names: readonly string[], numbers: readonly number[]) => void;
  /** Whether this tier keeps the counters of the cache. */
  readonly keepsCounters: boolean;
}

/** A tier below the memory, with its guard and the journal of invalidations it did not take. */
export class LowerTier {
  readonly store: CacheStore;
  readonly shared: SharedStore | undefined;
  readonly guard: TierGuard;
  readonly journal: Journal;
  readonly #options: LowerTierOptions;
  #replay: Promise<boolean> | undefined;
  #retry: { cancel(): void } | undefined;

  constructor(store: CacheStore, options: LowerTierOptions) {
    this.store = store;
    this.shared = isSharedStore(store) ? store : undefined;
    this.guard = new TierGuard(store, options);
    this.#options = options;
    const { journalEntries, journalMs } = options.calm;
    this.journal = new Journal({
      entries: journalEntries,
      keepMs: this.shared === undefined ? 0 : journalMs,
      now: options.now,
    });
  }

  /** Whether it may be read: not while it may hold what it was told to drop. */
  get isUsable(): boolean {
    return !this.journal.isPending && this.#replay === undefined;
  }

  /**
   * Has an invalidation carried out. Says whether it was; if not, it is carried out when the tier answers again.
   * @param write stores another value in place of dropping the key
   */
  async deliver(order: Order, write?: () => Promise<void>): Promise<boolean> {
    this.journal.begin(order);
    try {
      await (write === undefined ? this.#perform([order]) : this.guard.demand(write));
      this.journal.succeeded(order);
      return true;
    } catch {
      // Counted by the guard, told in the receipt, and kept in the journal.
      this.journal.failed(order);
      this.#retryLater();
      return false;
    }
  }

  /** Stops trying again what it did not take. */
  stop(): void {
    this.#retry?.cancel();
  }

  /** Carries out again what is remembered. Says whether all went well. Runs once at a time. */
  replay(): Promise<boolean> {
    this.#replay ??= this.#replayAll().finally(() => (this.#replay = undefined));
    return this.#replay;
  }

  async #replayAll(): Promise<boolean> {
    const { orders, isIncomplete } = this.journal;
    try {
      if (isIncomplete) {
        await this.#performAll();
        this.journal.everythingDone(orders);
        return true;
      }
      for (const batch of batches(orders)) {
        await this.#perform(batch);
        for (const order of batch) this.journal.succeeded(order);
      }
      return true;
    } catch {
      // As above: nothing is lost, it is tried again.
      this.#retryLater();
      return false;
    }
  }

  #retryLater(): void {
    if (this.#retry !== undefined) return;
    this.#retry = this.#options.after(this.#options.calm.retryMs, () => {
      this.#retry = undefined;
      if (this.journal.isPending) void this.replay();
    });
  }

  async #performAll(): Promise<void> {
    const { prefix, rootCounter, keepsCounters } = this.#options;
    await this.#perform([
      keepsCounters ? { kind: 'counter', name: rootCounter } : { kind: 'prefix', name: prefix },
    ]);
  }

  /** Carries out orders of one kind. */
  async #perform(orders: readonly Order[]): Promise<void> {
    const names = orders.map(({ name }) => name);
    const [first] = orders;
    switch (first?.kind) {
      case undefined:
        return;
      case 'key':
        return this.guard.demand(() => this.store.deleteMany(names));
      case 'prefix':
        for (const name of names) await this.guard.demand(() => this.store.clear(name), PREFIX_TIMEOUT_MS);
        return;
      case 'counter': {
        const counters = counterStore(this.store);
        if (counters === undefined || !this.#options.keepsCounters) return;
        const numbers = await this.guard.demand(() => counters.bump(names));
        this.#options.raised(names, numbers);
      }
    }
  }
}

/** The store as one that keeps counters, if it does. */
export function counterStore(store: CacheStore): CounterStore | undefined {
  return hasCounters(store) ? store : undefined;
}

function hasCounters(store: CacheStore): store is CacheStore & CounterStore {
  return (
    'generations' in store &&
    typeof store.generations === 'function' &&
    'bump' in store &&
    typeof store.bump === 'function'
  );
}

/** Orders of one kind together, in chunks, in the order in which they came. */
function* batches(orders: readonly Order[]): Generator<readonly Order[]> {
  let batch: Order[] = [];
  for (const order of orders) {
    if (batch.length === CHUNK || (batch[0] !== undefined && batch[0].kind !== order.kind)) {
      yield batch;
      batch = [];
    }
    batch.push(order);
  }
  if (batch.length > 0) yield batch;
}
