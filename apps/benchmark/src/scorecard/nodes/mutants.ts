import { registerHooks } from 'node:module';
import { PerfError } from '@perf/contracts';

/** One change of the text of a source file as it is loaded. */
interface Edit {
  /** End of the file's path. */
  readonly file: string;
  /** Stands there exactly once. */
  readonly find: string;
  readonly put: string;
}

/** A copy of our cache that lacks one protection. */
export interface Mutant {
  readonly name: string;
  /** What was taken away. */
  readonly without: string;
  readonly edits: readonly Edit[];
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

/**
 * Has the files of a mutant changed as they are loaded; call it before the cache is. Works on sources only: the text must stand there
 * exactly once, otherwise loading fails with `ERR_PERF_RUN_INVALID`.
 */
export function breakSources(name: string): { expectDone(): void } {
  const { edits } = mutantOf(name);
  const open = new Set(edits);
  registerHooks({
    load(url, context, nextLoad) {
      const loaded = nextLoad(url, context);
      const mine = edits.filter(({ file }) => url.endsWith(file));
      if (mine.length === 0) return loaded;
      let text = textOf(loaded.source);
      for (const edit of mine) {
        if (text.split(edit.find).length !== 2)
          throw new PerfError(
            'ERR_PERF_RUN_INVALID',
            `${name}: ${edit.file} does not hold once: ${edit.find}`,
          );
        text = text.replace(edit.find, () => edit.put);
        open.delete(edit);
      }
      return { ...loaded, source: text };
    },
  });
  return {
    expectDone() {
      const [left] = open;
      if (left !== undefined)
        throw new PerfError('ERR_PERF_RUN_INVALID', `${name}: ${left.file} was not loaded`);
    },
  };
}

function textOf(source: unknown): string {
  if (typeof source === 'string') return source;
  if (source instanceof Uint8Array) return Buffer.from(source).toString();
  throw new PerfError('ERR_PERF_RUN_INVALID', 'a module was loaded without its text');
}
