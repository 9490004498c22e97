import { PerfError } from '@perf/contracts';
import type { LimitOptions } from './limit.ts';
import { Limit } from './limit.ts';
import type { WaitOptions } from './waiting-room.ts';

/** One compartment of a bulkhead. */
export interface Compartment extends Omit<LimitOptions, 'name'> {
  /** Pieces of work at once. */
  readonly max: number;
}

/** Compartments of a service by default: pieces of work at once. */
export const bulkheadProfile: Readonly<
  Record<'requests' | 'databaseQueries' | 'outsideCalls' | 'entities' | 'pipelineStages', Compartment>
> = {
  requests: { max: 100 },
  databaseQueries: { max: 50 },
  outsideCalls: { max: 25 },
  entities: { max: 10 },
  pipelineStages: { max: 3 },
};

/**
 * A limit for each kind of work, so that one that fills up takes nothing from the others.
 *
 * @example
 * const bulkhead = new Bulkhead(bulkheadProfile);
 * const rows = await bulkhead.run('databaseQueries', () => database.query(text));
 */
export class Bulkhead<Name extends string> {
  readonly #limits: ReadonlyMap<string, Limit>;

  constructor(compartments: Readonly<Record<Name, Compartment>>) {
    const entries = Object.entries<Compartment>(compartments);
    this.#limits = new Map(
      entries.map(([name, { max, ...options }]) => [name, new Limit(max, { ...options, name })]),
    );
  }

  /** The limit of a compartment. An unknown name is `ERR_PERF_INVALID_OPTION`. */
  limit(name: Name): Limit {
    const limit = this.#limits.get(name);
    if (limit === undefined)
      throw new PerfError('ERR_PERF_INVALID_OPTION', `no compartment is named ${name}`);
    return limit;
  }

  /** Runs `work` in a compartment; see `Limit.run`. */
  async run<T>(name: Name, work: () => T | Promise<T>, options?: WaitOptions): Promise<T> {
    return this.limit(name).run(work, options);
  }
}
