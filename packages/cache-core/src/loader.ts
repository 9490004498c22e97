import type { Load } from '@perf/contracts';
import { PerfError, abortError } from '@perf/contracts';
import type { CacheCounters } from './cache-counters.ts';
import type { EntryRules } from './entry-rules.ts';
import { endOf, judge, needsHeld } from './entry-rules.ts';
import { Flight, NOT_MODIFIED } from './flight.ts';
import { Held } from './held.ts';
import { deepFreeze } from './isolation.ts';
import type { KeptValue, MemoryKeeper } from './memory-keeper.ts';
import type { TagSlots } from './tag-slots.ts';
import type { ResolvedOptions } from './tiered-cache-options.ts';
import type { LowerTiers } from './tiers/lower-tiers.ts';
import type { Lease } from './tiers/leases.ts';
import type { Found } from './tiers/tier-reader.ts';

/** What a loader works with. */
export interface LoaderParts {
  readonly options: ResolvedOptions;
  readonly slots: TagSlots;
  readonly keeper: MemoryKeeper;
  readonly counters: CacheCounters;
  /** The tiers below the memory; undefined when there are none. */
  readonly lower: LowerTiers | undefined;
  readonly publish: (event: 'hit' | 'miss', tier?: string) => void;
}

/** One call that found nothing to serve. */
export interface LoadCall {
  readonly key: string;
  readonly load: Load<unknown>;
  readonly rules: EntryRules;
  /** What was found out of date, and whether it may be served when the load fails. */
  readonly old: Flight['old'];
  /** Whether nobody waits: another process that loads the same is left to it. */
  readonly isRenewal: boolean;
  /** Told once when it is known that the load is not needed at once: somebody else is at it. */
  readonly onHeld?: (() => void) | undefined;
  /** Asks for the value from the beginning; given where there is a `maxAgeMs`. */
  readonly again: (() => unknown) | undefined;
}

/** Loads what is missing, once per key over all callers, and keeps it in memory and in the tiers below. */
export class Loader {
  /** Loads that run, by key. What is not in here any more was invalidated: its value is not kept. */
  readonly flights: Map<string, Flight> = new Map();
  readonly #parts: LoaderParts;

  constructor(parts: LoaderParts) {
    this.#parts = parts;
  }

  /** The value: as it is where the load gives it at once, else a promise of it. */
  load(call: LoadCall): unknown {
    const { key, rules } = call;
    const { options, slots, lower } = this.#parts;
    const running = this.flights.get(key);
    if (running?.isCurrent === true) {
      if (running.result === undefined)
        throw new PerfError('ERR_PERF_UNSUPPORTED', 'a load asked the cache for its own key');
      call.onHeld?.();
      if (call.isRenewal) return undefined;
      // It may end with an entry of a tier that is too old for this caller: then look again.
      if (call.again !== undefined && lower !== undefined)
        return this.#wait(key, running, rules).then(call.again);
      return this.#wait(key, running, rules);
    }
    const flight = new Flight(options.now(), slots.hold(rules.tags));
    flight.old = call.old;
    this.flights.set(key, flight);
    return lower === undefined
      ? this.#start(call, flight)
      : this.#follow(call, flight, this.#fetch(call, flight, lower));
  }

  /** Renews an entry in the background, unless that is being done. */
  renew(call: Omit<LoadCall, 'isRenewal'>): void {
    const { onError } = this.#parts.options;
    try {
      const renewed = this.load({ ...call, isRenewal: true });
      if (isPromise(renewed)) renewed.catch(onError);
    } catch (error) {
      onError(error);
    }
  }

  /** Aborts every load that runs; what it still gives goes to its callers and is not kept. */
  abortAll(reason: PerfError): void {
    const flights = [...this.flights.values()];
    this.flights.clear();
    for (const flight of flights) flight.abort(reason);
  }

  /** Calls the load where there are no tiers to ask: a value is kept and given back at once. */
  #start(call: LoadCall, flight: Flight): unknown {
    this.#parts.publish('miss');
    const start = performance.now();
    let loaded: unknown;
    try {
      loaded = call.load(flight);
    } catch (error) {
      return this.#given(this.#recover(call, flight, error, { start }));
    }
    if (!isPromise(loaded)) return this.#given(this.#land(call, flight, loaded, { start }));
    return this.#follow(call, flight, this.#settle(call, flight, loaded, { start }));
  }

  #follow(call: LoadCall, flight: Flight, result: Promise<unknown>): Promise<unknown> {
    flight.result = result;
    return this.#wait(call.key, flight, call.rules);
  }

  /** Asks the tiers below, takes the lease, and loads when no other process does. */
  async #fetch(call: LoadCall, flight: Flight, lower: LowerTiers): Promise<unknown> {
    const { key } = call;
    const name = lower.names.ofKey(key);
    const accept = (found: Found): boolean => this.#accept(call, flight, found);
    try {
      const found = await lower.reader.read(name, flight.tags);
      if (found !== undefined && accept(found)) return found.entry.value;
    } catch (error) {
      this.#end(key, flight);
      throw error;
    }
    const result = await lower.leases.take({
      name,
      tags: flight.tags ?? { slots: [], generations: [] },
      waits: !call.isRenewal,
      onHeld: call.onHeld,
      accept,
      isWanted: () => this.flights.get(key) === flight,
    });
    if (result.kind === 'found') return result.found.entry.value;
    if (result.kind === 'busy') return this.#end(key, flight);
    const lease = result.kind === 'lease' ? result.lease : undefined;
    const { shared } = lower.coherence;
    // Without a lease the shared tier is down: then no other tier can know what is invalidated, and only memory keeps the value.
    const counters =
      lease?.counters ??
      (shared === undefined && flight.tags !== undefined
        ? await lower.coherence.numbers(flight.tags)
        : undefined);
    this.#parts.publish('miss');
    const start = performance.now();
    // A throw at once becomes a rejection here.
    const loading = (async (): Promise<unknown> => call.load(flight))();
    return this.#settle(call, flight, loading, { start, name, lease, counters });
  }

  /** Whether an entry of a tier will do; if so it goes into memory. */
  #accept(call: LoadCall, flight: Flight, found: Found): boolean {
    const { key, rules } = call;
    const { options, keeper, counters, slots, publish } = this.#parts;
    const { entry, tier, tags } = found;
    const verdict = judge(entry, rules, options.now(), options.random);
    const isOld = call.isRenewal && entry.createdAt <= (call.old?.held.createdAt ?? -1);
    if (isOld || (verdict !== 'serve' && verdict !== 'renew')) {
      slots.release(tags);
      flight.old ??= { held: new Held(entry), mayServe: verdict === 'fallback' };
      return false;
    }
    counters.hits++;
    publish('hit', tier.store.name);
    const isCurrent = this.flights.get(key) === flight && flight.isCurrent;
    this.#end(key, flight);
    if (options.isolate === 'freeze') deepFreeze(entry.value);
    if (isCurrent) {
      const { bytes } = rules;
      this.#tell(() =>
        keeper.keep(key, { ...entry, bytes, tags, needsHeld: needsHeld(entry.value, rules, entry.etag) }),
      );
    } else slots.release(tags);
    if (verdict === 'renew' && isCurrent && !call.isRenewal)
      this.renew({ ...call, old: { held: new Held(entry), mayServe: true } });
    return true;
  }

  /** Waits for the load, for at most `hardTimeoutMs`, and keeps what it gives. */
  async #settle(call: LoadCall, flight: Flight, loading: Promise<unknown>, at: LoadedAt): Promise<unknown> {
    let value: unknown;
    try {
      value = await this.#bounded(loading, flight, call.rules.hardTimeoutMs);
    } catch (error) {
      return this.#recover(call, flight, error, at);
    }
    return this.#land(call, flight, value, at);
  }

  async #bounded(loading: Promise<unknown>, flight: Flight, timeoutMs: number): Promise<unknown> {
    if (timeoutMs === Infinity) return loading;
    const { promise, reject } = Promise.withResolvers<never>();
    const timer = this.#parts.options.after(timeoutMs, () => {
      const error = new PerfError('ERR_PERF_LOAD_TIMEOUT', `a load took longer than ${timeoutMs} ms`);
      flight.abort(error);
      reject(error);
    });
    loading.catch(() => undefined);
    try {
      return await Promise.race([loading, promise]);
    } finally {
      timer.cancel();
    }
  }

  /** The end of a load that failed, or that found its old value still true. */
  #recover(call: LoadCall, flight: Flight, error: unknown, at: LoadedAt): unknown {
    const { key, rules } = call;
    const { options, counters } = this.#parts;
    const { old } = flight;
    if (error === NOT_MODIFIED && old !== undefined) {
      flight.newEtag ??= old.held.etag;
      return this.#land(call, flight, old.held.value, at);
    }
    counters.timeMiss(performance.now() - at.start);
    const isCurrent = this.flights.get(key) === flight && flight.isCurrent;
    this.#letGo(at);
    const { errorTtlMs } = rules;
    if (isCurrent && old?.mayServe === true && options.now() < old.held.freshUntil + rules.graceMs) {
      this.#end(key, flight);
      counters.staleHits++;
      return old.held.value;
    }
    if (isCurrent && errorTtlMs > 0) {
      this.#leave(key, flight);
      const now = options.now();
      const [freshUntil, expiresAt] = [now + errorTtlMs, now + errorTtlMs];
      this.#keep(key, {
        value: error,
        isError: true,
        createdAt: flight.startedAt,
        freshUntil,
        expiresAt,
        loadMs: 0,
        etag: undefined,
        needsHeld: true,
        bytes: 64,
        tags: flight.tags,
      });
    } else this.#end(key, flight);
    throw error;
  }

  /** The end of a load: keeps its value when nothing was invalidated since it began, and lets its tags go otherwise. */
  #land(call: LoadCall, flight: Flight, value: unknown, at: LoadedAt): unknown {
    const { key } = call;
    const { options, counters, lower } = this.#parts;
    const loadMs = performance.now() - at.start;
    counters.timeMiss(loadMs);
    if (options.isolate === 'freeze') deepFreeze(value);
    const isCurrent = this.flights.get(key) === flight && flight.isCurrent;
    const kept = isCurrent ? this.#life(call, flight, value, loadMs) : undefined;
    if (kept === undefined) {
      this.#end(key, flight);
      this.#letGo(at);
      return value;
    }
    this.#leave(key, flight);
    const { name, lease, counters: numbers } = at;
    if (lower !== undefined && name !== undefined && numbers !== undefined)
      lower.store({ name, lease, entry: { ...kept, storedAt: options.now(), counters: numbers } });
    else this.#letGo(at);
    this.#keep(key, kept);
    return value;
  }

  /** For how long a loaded value is kept; undefined when it is not. */
  #life(
    call: LoadCall,
    flight: Flight,
    value: unknown,
    loadMs: number,
  ): (KeptValue & { isPrivate: boolean }) | undefined {
    const { key, rules } = call;
    const { options } = this.#parts;
    const etag = flight.newEtag;
    let privacy;
    try {
      privacy = options.privacyOf(key, value);
    } catch (error) {
      // What cannot be judged is not kept.
      options.onError(error);
      return undefined;
    }
    if (!privacy.mayKeep) return undefined;
    const end = endOf(value, rules, privacy.maxTtlMs, { now: options.now(), random: options.random });
    if (end === undefined) return undefined;
    return {
      value,
      createdAt: flight.startedAt,
      ...end,
      loadMs,
      etag,
      needsHeld: needsHeld(value, rules, etag),
      bytes: rules.bytes,
      tags: flight.tags,
      isPrivate: privacy.isPrivate,
    };
  }

  /** The callers have their value; that it could not be kept is told, not thrown at them. */
  #keep(key: string, kept: KeptValue): void {
    this.#tell(() => this.#parts.keeper.keep(key, kept));
  }

  #tell(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#parts.options.onError(error);
    }
  }

  /** A flight that leaves nothing behind. */
  #end(key: string, flight: Flight): undefined {
    this.#leave(key, flight);
    this.#parts.slots.release(flight.tags);
  }

  #leave(key: string, flight: Flight): void {
    if (this.flights.get(key) === flight) this.flights.delete(key);
    flight.end();
  }

  #letGo({ name, lease }: LoadedAt): void {
    if (name !== undefined && lease !== undefined) this.#parts.lower?.release(name, lease);
  }

  #given(value: unknown): unknown {
    return this.#parts.options.isolate === 'clone' ? structuredClone(value) : value;
  }

  #wait(key: string, flight: Flight, rules: EntryRules): Promise<unknown> {
    const { signal, softTimeoutMs } = rules;
    const result = flight.result ?? Promise.resolve(undefined);
    if (signal?.aborted === true) return Promise.reject(abortError(signal, 'the wait for a load'));
    const waiting = flight.join(result, signal, () => {
      if (this.flights.get(key) === flight) this.flights.delete(key);
    });
    const given = softTimeoutMs === Infinity ? waiting : this.#orStale(waiting, flight, rules);
    return this.#parts.options.isolate === 'clone' ? given.then(structuredClone) : given;
  }

  /** The old value when the load is slower than `softTimeoutMs` and it may be served. */
  async #orStale(waiting: Promise<unknown>, flight: Flight, rules: EntryRules): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers();
    const timer = this.#parts.options.after(rules.softTimeoutMs, () => {
      const { old } = flight;
      if (old?.mayServe !== true || !flight.isCurrent) return;
      this.#parts.counters.staleHits++;
      resolve(old.held.value);
    });
    waiting.catch(() => undefined);
    try {
      return await Promise.race([waiting, promise]);
    } finally {
      timer.cancel();
    }
  }
}

/** When and under what a load was begun. */
interface LoadedAt {
  /** By `performance.now`. */
  readonly start: number;
  readonly name?: string;
  readonly lease?: Lease | undefined;
  readonly counters?: Parameters<LowerTiers['store']>[0]['entry']['counters'] | undefined;
}

function isPromise(value: unknown): value is Promise<unknown> {
  return (
    value instanceof Promise ||
    (typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function')
  );
}
