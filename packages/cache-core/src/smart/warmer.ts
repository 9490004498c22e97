import type { EntryOptions, Load } from '@perf/contracts';
import { PerfError, throwIfAborted } from '@perf/contracts';
import type { After } from '../timer.ts';
import { realAfter } from '../timer.ts';

/** One key to warm. */
export interface WarmEntry {
  readonly key: string;
  readonly load: Load<unknown>;
  readonly options?: EntryOptions;
}

/** Which runs first when several are due. */
export type WarmingPriority = 'high' | 'medium' | 'low';

/** When a list is warmed: again and again, or before each of some instants. */
export type WarmingSchedule =
  | { readonly everyMs: number }
  | {
      /** Epoch ms of the instants to come, as the openings of days on which demand will rise; asked anew after each run. */
      readonly instants: () => readonly number[];
      /** Ms before an instant. */
      readonly leadMs: number;
    };

/** Keys that are warmed together. */
export interface WarmingList {
  readonly name: string;
  readonly priority: WarmingPriority;
  readonly schedule: WarmingSchedule;
  /** The keys, asked for anew in each run. */
  readonly entries: () => Iterable<WarmEntry> | AsyncIterable<WarmEntry> | Promise<Iterable<WarmEntry>>;
}

/** What one run did. */
export interface WarmingReport {
  readonly list: string;
  /** Keys that are in the cache now. */
  readonly warmed: number;
  readonly failed: number;
  readonly durationMs: number;
}

/** How lists are warmed. */
export interface WarmerOptions {
  readonly cache: { getOrSet<T>(key: string, load: Load<T>, options?: EntryOptions): T | Promise<T> };
  readonly lists: readonly WarmingList[];
  /** Most keys loaded at once, over all lists. @default 10 */
  readonly concurrency?: number;
  /** Told of each run that ended. */
  readonly onReport?: (report: WarmingReport) => void;
  /** Told of a list that could not be read; a key that could not be loaded is counted. @default a process warning */
  readonly onError?: (error: unknown) => void;
  /** Source of time, epoch ms. @default Date.now */
  readonly now?: () => number;
  /** Source of timers. @default Node's */
  readonly after?: After;
}

const HOUR_MS = 3_600_000;
/** The longest wait that Node's timers know. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** Schedules and priorities of the founding lists: popular, recent, and calendar, whose instants and keys only the application knows. */
export const WARMING_LISTS: {
  readonly popular: Pick<WarmingList, 'name' | 'priority' | 'schedule'>;
  readonly recent: Pick<WarmingList, 'name' | 'priority' | 'schedule'>;
  readonly calendar: Pick<WarmingList, 'name' | 'priority'> & { readonly leadMs: number };
} = {
  popular: { name: 'popular', priority: 'high', schedule: { everyMs: 4 * HOUR_MS } },
  recent: { name: 'recent', priority: 'medium', schedule: { everyMs: HOUR_MS } },
  calendar: { name: 'calendar', priority: 'high', leadMs: HOUR_MS },
};

const RANK = { high: 0, medium: 1, low: 2 } as const;

/**
 * Warms lists of keys by their schedules. One list runs at a time: of those that are due the one of highest priority. Keys that are in the
 * cache already cost a look.
 */
export class Warmer implements AsyncDisposable {
  readonly #options: Required<WarmerOptions>;
  readonly #due = new Set<WarmingList>();
  readonly #timers = new Map<WarmingList, { cancel(): void }>();
  readonly #stop = new AbortController();
  #working: Promise<void> | undefined;

  constructor(options: WarmerOptions) {
    this.#options = {
      concurrency: 10,
      onReport: () => undefined,
      onError: (error) => process.emitWarning(error instanceof Error ? error : String(error)),
      now: Date.now,
      after: realAfter,
      ...options,
    };
    const { concurrency, lists } = this.#options;
    if (!Number.isInteger(concurrency) || concurrency < 1)
      throw invalid(`concurrency must be a whole number of at least 1, got ${concurrency}`);
    for (const { name, schedule } of lists)
      if ('everyMs' in schedule && !(schedule.everyMs > 0))
        throw invalid(`everyMs of the list ${name} must be above 0, got ${schedule.everyMs}`);
    if (new Set(lists.map(({ name }) => name)).size < lists.length)
      throw invalid('two warming lists have one name');
  }

  /** Warms every list with an interval now, and all lists by their schedules from now on. */
  start(): void {
    for (const list of this.#options.lists) {
      if ('everyMs' in list.schedule) this.#due.add(list);
      else this.#plan(list);
    }
    this.#work();
  }

  /** Warms one list now, whatever its schedule. Rejects when it cannot be read, and when the signal is aborted. */
  async run(name: string, { signal }: { readonly signal?: AbortSignal } = {}): Promise<WarmingReport> {
    const list = this.#options.lists.find((other) => other.name === name);
    if (list === undefined) throw invalid(`there is no warming list ${name}`);
    return this.#warm(
      list,
      signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]),
    );
  }

  /** Stops the schedules, lets loads that run end, and begins no others. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    for (const timer of this.#timers.values()) timer.cancel();
    this.#due.clear();
    await this.#working;
  }

  #plan(list: WarmingList): void {
    if (this.#stop.signal.aborted) return;
    const now = this.#options.now();
    const at = nextRun(list.schedule, now);
    if (at === undefined) return;
    const wait = Math.min(at - now, LONGEST_WAIT_MS);
    const timer = this.#options.after(wait, () => {
      // A wait longer than timers know is done in parts.
      if (wait < at - now) return this.#plan(list);
      this.#due.add(list);
      this.#work();
    });
    this.#timers.set(list, timer);
  }

  #work(): void {
    this.#working ??= this.#workOff().finally(() => (this.#working = undefined));
  }

  async #workOff(): Promise<void> {
    for (;;) {
      const [list] = [...this.#due].toSorted((a, b) => RANK[a.priority] - RANK[b.priority]);
      if (list === undefined || this.#stop.signal.aborted) return;
      this.#due.delete(list);
      try {
        await this.#warm(list, this.#stop.signal);
      } catch (error) {
        if (!this.#stop.signal.aborted) this.#options.onError(error);
      }
      this.#plan(list);
    }
  }

  async #warm(list: WarmingList, signal: AbortSignal): Promise<WarmingReport> {
    const { cache, concurrency, now, onReport } = this.#options;
    const start = now();
    const counts = { warmed: 0, failed: 0 };
    const running = new Set<Promise<void>>();
    const load = async ({ key, load: loadEntry, options }: WarmEntry): Promise<void> => {
      try {
        await cache.getOrSet(key, loadEntry, options);
        counts.warmed++;
      } catch {
        // Counted and reported: whoever asks for the key meets the error itself.
        counts.failed++;
      }
    };
    for await (const entry of await list.entries()) {
      throwIfAborted(signal, `the warming of ${list.name}`);
      const loading = load(entry).finally(() => running.delete(loading));
      running.add(loading);
      if (running.size >= concurrency) await Promise.race(running);
    }
    await Promise.all(running);
    const report = { list: list.name, ...counts, durationMs: now() - start };
    onReport(report);
    return report;
  }
}

/** When a list is to run next, epoch ms; undefined when there is nothing to come. */
function nextRun(schedule: WarmingSchedule, now: number): number | undefined {
  if ('everyMs' in schedule) return now + schedule.everyMs;
  const runs = schedule.instants().map((instant) => instant - schedule.leadMs);
  const next = Math.min(...runs.filter((run) => run > now));
  return next === Infinity ? undefined : next;
}

function invalid(message: string): PerfError {
  return new PerfError('ERR_PERF_INVALID_OPTION', message);
}
