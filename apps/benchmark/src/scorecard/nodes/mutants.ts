import { PerfError } from '@perf/contracts';
import type { TextEdit } from '../../data/broken-text.ts';
import { breakText } from '../../data/broken-text.ts';

/** A copy of our cache that lacks one protection. */
export interface Mutant {
  readonly name: string;
  /** What was taken away. */
  readonly without: string;
  readonly edits: readonly TextEdit[];
  /** Scenarios of which at least one must find it; those that begin with C need an outage. */
  readonly scenarios: readonly string[];
}

const comparison = 'return now?.number === number;';

/** The copies that the kit must tell from the whole one. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: 'key-lease',
    without: 'the check that a load still holds the lease of its key when it stores',
    edits: [
      {
        file: 'cache-redis/src/scripts.ts',
        find: "if redis.pcall('GET', KEYS[2]) ~= ARGV[1] then return 0 end",
        put: '',
      },
    ],
    scenarios: ['F1'],
  },
  {
    name: 'tag-counter',
    without: 'the check of tag counters when an entry comes from Redis',
    edits: [
      {
        file: 'cache-core/src/tiers/tier-reader.ts',
        find: comparison,
        put: comparison.replace('return ', 'return tag !== undefined || '),
      },
    ],
    scenarios: ['R5', 'R7'],
  },
  {
    name: 'namespace-counter',
    without: 'the check of the namespace counter when an entry comes from Redis',
    edits: [
      {
        file: 'cache-core/src/tiers/tier-reader.ts',
        find: comparison,
        put: comparison.replace('return ', 'return tag === undefined || '),
      },
    ],
    scenarios: ['R5 clear', 'R6 clear'],
  },
  {
    name: 'journal',
    without: 'the journal of invalidations that Redis did not take',
    edits: [
      {
        file: 'cache-core/src/tiers/journal.ts',
        find: 'failed(order: Order): void {',
        put: 'failed(order: Order): void { if (order !== undefined) return;',
      },
      {
        file: 'cache-core/src/tiers/journal.ts',
        find: 'return Array.from(this.#lines.values(), ({ order }) => order);',
        put: 'return [];',
      },
    ],
    scenarios: ['C4'],
  },
  {
    name: 'gap-detection',
    without: 'the search for missing numbers on the bus',
    edits: [
      {
        file: 'cache-redis/src/sequence-watch.ts',
        find: 'hasLost(now: number): boolean {',
        put: 'hasLost(now: number): boolean { if (now !== undefined) return false;',
      },
    ],
    scenarios: ['F2'],
  },
  {
    name: 'single-flight',
    without: 'one load per key within a process',
    edits: [
      {
        file: 'cache-core/src/loader.ts',
        find: 'if (running?.isCurrent === true) {',
        put: 'if (running?.isCurrent === true && running.startedAt < 0) {',
      },
    ],
    scenarios: ['S1'],
  },
  {
    name: 'load-lease',
    without: 'one load per key over all processes',
    edits: [
      {
        file: 'cache-redis/src/scripts.ts',
        find: "if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end",
        put: "if redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2]) then return 1 end",
      },
    ],
    scenarios: ['S1'],
  },
  {
    name: 'flight-fence',
    without: 'the check that nothing was invalidated while a load ran',
    edits: [
      {
        file: 'cache-core/src/loader.ts',
        find: 'const kept = isCurrent ? this.#life(call, flight, value, loadMs) : undefined;',
        put: 'const kept = flight !== undefined ? this.#life(call, flight, value, loadMs) : undefined;',
      },
    ],
    scenarios: ['R1', 'R2', 'R3', 'R4'],
  },
  {
    name: 'bus',
    without: 'obedience to what other nodes invalidate',
    edits: [
      {
        file: 'cache-core/src/tiers/coherence.ts',
        find: 'invalidated: (invalidation) => this.#heard(invalidation),',
        put: 'invalidated: (invalidation) => void [invalidation, this.#heard],',
      },
    ],
    scenarios: ['R6', 'R7'],
  },
];

/** The mutant of that name. Throws `ERR_PERF_INVALID_OPTION`. */
function mutantOf(name: string): Mutant {
  const found = MUTANTS.find((mutant) => mutant.name === name);
  if (found === undefined) throw new PerfError('ERR_PERF_INVALID_OPTION', `no mutant is named ${name}`);
  return found;
}

/** Has the files of a mutant changed as they are loaded; call it before the cache is. See `breakText`. */
export function breakSources(name: string): { expectDone(): void } {
  return breakText(name, mutantOf(name).edits);
}
