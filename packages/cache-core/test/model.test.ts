import assert from 'node:assert/strict';
import { TieredCache } from '@perf/cache-core';
import { FakeClock } from '@perf/testkit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const KEYS = ['a', 'b', 'c'];
const TAGS = ['t0', 't1'];
/** The tags each key's entries stand under. */
const TAGS_OF: Readonly<Record<string, readonly string[]>> = { a: ['t0'], b: ['t0', 't1'], c: [] };

type Step =
  | { readonly do: 'read' | 'set' | 'delete'; readonly key: string }
  | { readonly do: 'old-read'; readonly key: string; readonly maxAgeMs: number }
  | { readonly do: 'tag'; readonly tag: string }
  | { readonly do: 'clear' }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'end' | 'fail'; readonly which: number };

const anyKey = fc.constantFrom(...KEYS);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('read' as const), key: anyKey }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('old-read' as const), key: anyKey, maxAgeMs: fc.nat(50) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('set' as const, 'delete' as const), key: anyKey }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('tag' as const), tag: fc.constantFrom(...TAGS) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.integer({ min: 1, max: 60 }) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('end' as const, 'end' as const, 'fail' as const),
      which: fc.nat(9),
    }),
  },
);

/** A load that runs: the version of the source it saw. */
interface Running {
  readonly end: () => void;
  readonly fail: () => void;
}

/**
 * The source is one version number. Every invalidation raises it first, so an older number read afterwards is a stale read.
 */
class Register {
  readonly clock = new FakeClock();
  readonly cache = new TieredCache({ now: this.clock.now, ttlMs: 100, memory: { maxEntries: 100 } });
  readonly running: Running[] = [];
  readonly reads: Promise<void>[] = [];
  version = 0;
  /** Lowest version a read of each key may give from now on. */
  readonly floor = new Map(KEYS.map((key) => [key, 0]));

  read(key: string, maxAgeMs?: number): void {
    const least = this.floor.get(key) ?? 0;
    const startedAt = this.clock.now();
    const load = (): Promise<{ version: number; at: number }> => {
      const seen = { version: this.version, at: this.clock.now() };
      const { promise, resolve, reject } = Promise.withResolvers<typeof seen>();
      this.running.push({ end: () => resolve(seen), fail: () => reject(new Error('planted')) });
      return promise;
    };
    const options = maxAgeMs === undefined ? {} : { maxAgeMs };
    const given = this.cache.getOrSet(key, load, { tags: TAGS_OF[key] ?? [], ...options });
    if (given instanceof Promise) {
      this.reads.push(
        given.then(
          (value) => assert.ok(value.version >= least, `version ${value.version} where ${least} was due`),
          (error: unknown) => assert.match(String(error), /planted/),
        ),
      );
      return;
    }
    assert.ok(given.version >= least, `version ${given.version} where ${least} was due`);
    assert.ok(startedAt - given.at <= (maxAgeMs ?? Infinity), 'older than the caller allows');
  }

  async step(step: Step): Promise<void> {
    switch (step.do) {
      case 'read':
        return this.read(step.key);
      case 'old-read':
        return this.read(step.key, step.maxAgeMs);
      case 'set':
        this.raise([step.key]);
        return this.cache.cacheResult(
          step.key,
          { version: this.version, at: this.clock.now() },
          0.1,
          TAGS_OF[step.key],
        );
      case 'delete':
        this.raise([step.key]);
        return void (await this.cache.delete(step.key));
      case 'tag':
        this.raise(KEYS.filter((key) => TAGS_OF[key]?.includes(step.tag)));
        return void (await this.cache.invalidateTags([step.tag]));
      case 'clear':
        this.raise(KEYS);
        return void (await this.cache.clear());
      case 'advance':
        return this.clock.advance(step.ms);
      case 'end':
      case 'fail': {
        const [load] = this.running.splice(step.which % Math.max(1, this.running.length), 1);
        load?.[step.do]();
        return this.clock.advanceAndSettle(0);
      }
    }
  }

  raise(keys: readonly string[]): void {
    this.version++;
    for (const key of keys) this.floor.set(key, this.version);
  }
}

describe('TieredCache', () => {
  it(
    'gives no read that starts after an invalidation an older value, whatever runs meanwhile',
    { timeout: 120_000 },
    async () => {
      await expect(
        fc.assert(
          fc.asyncProperty(fc.array(anyStep, { minLength: 5, maxLength: 60 }), async (steps) => {
            const register = new Register();
            for (const step of steps) await register.step(step);
            for (const load of register.running) load.end();
            await Promise.all(register.reads);
          }),
          { numRuns: 3000 },
        ),
      ).resolves.toBeUndefined();
    },
  );

  it('agrees with a Map when loads end at once', { timeout: 60_000 }, () => {
    expect(agreesWithMap).not.toThrow();
  });
});

/** Every sequence of calls, against a `Map` with the same rules. */
function agreesWithMap(): void {
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 80 }), (steps) => {
      const clock = new FakeClock();
      const cache = new TieredCache({ now: clock.now, ttlMs: 100, memory: { maxEntries: 100 } });
      const model = new Map<string, { readonly value: number; readonly at: number }>();
      let loads = 0;
      const read = (key: string, maxAgeMs: number): void => {
        const held = model.get(key);
        const age = clock.now() - (held?.at ?? -Infinity);
        const expected = held !== undefined && age < 100 && age <= maxAgeMs ? held.value : ++loads;
        if (expected !== held?.value) model.set(key, { value: expected, at: clock.now() });
        assert.equal(
          cache.getOrSet(key, () => expected, { tags: TAGS_OF[key] ?? [], maxAgeMs }),
          expected,
        );
      };
      for (const step of steps) {
        switch (step.do) {
          case 'read':
            read(step.key, Infinity);
            break;
          case 'old-read':
            read(step.key, step.maxAgeMs);
            break;
          case 'set':
            model.set(step.key, { value: ++loads, at: clock.now() });
            void cache.cacheResult(step.key, loads, 0.1, TAGS_OF[step.key]);
            break;
          case 'delete':
            model.delete(step.key);
            void cache.delete(step.key);
            break;
          case 'tag':
            for (const key of KEYS) if (TAGS_OF[key]?.includes(step.tag)) model.delete(key);
            void cache.invalidateTags([step.tag]);
            break;
          case 'clear':
            model.clear();
            void cache.clear();
            break;
          case 'advance':
            clock.advance(step.ms);
            break;
          case 'end':
          case 'fail':
            break;
        }
      }
    }),
    { numRuns: 1000 },
  );
}
