import type { CacheStore } from '@perf/contracts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { StoreFixture } from './store-fixture.ts';
import { comparable, entryFor, valueFor, valuesOf } from './store-fixture.ts';

type Step =
  | { readonly do: 'set'; readonly key: string; readonly id: number; readonly steps: number }
  | { readonly do: 'delete'; readonly key: string }
  | { readonly do: 'clear'; readonly prefix: string }
  | { readonly do: 'advance'; readonly steps: number };

const KEYS = ['a', 'b', 'ab', 'ab:1', 'a*', 'a*c', 'c:', 'c:\u00e9'];

/** Any sequence of calls leaves what a `Map` would hold. */
export function modelCases(fixture: StoreFixture): void {
  describe('model', () => {
    it('agrees with a Map after any sequence of calls', { timeout: 60_000 }, () =>
      expect(
        fc.assert(
          fc.asyncProperty(fc.array(anyStep(fixture.timeIsFake), { maxLength: 30 }), (steps) =>
            fixture.withStore((store) => follow(fixture, store, steps)),
          ),
          { numRuns: 60 },
        ),
      ).resolves.toBeUndefined(),
    );
  });
}

function anyStep(timeIsFake: boolean): fc.Arbitrary<Step> {
  const key = fc.constantFrom(...KEYS);
  return fc.oneof(
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('set' as const),
        key,
        id: fc.nat(99),
        steps: fc.integer({ min: -1, max: 20 }),
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), key }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: fc.constant('clear' as const),
        prefix: fc.constantFrom('', 'a', 'ab', 'a*', 'c:'),
      }),
    },
    {
      weight: timeIsFake ? 2 : 0,
      arbitrary: fc.record({ do: fc.constant('advance' as const), steps: fc.integer({ min: 1, max: 9 }) }),
    },
  );
}

async function follow(fixture: StoreFixture, store: CacheStore, steps: readonly Step[]): Promise<void> {
  const { now, stepMs, timeIsFake } = fixture;
  const model = new Map<string, { readonly value: unknown; readonly expiresAt: number }>();
  for (const step of steps) {
    switch (step.do) {
      case 'set': {
        const life = timeIsFake ? step.steps * stepMs : step.steps > 0 ? Infinity : -1000;
        const expiresAt = now() + life;
        await store.setMany([entryFor(store, step.key, { id: step.id, expiresAt })]);
        model.set(step.key, { value: comparable(valueFor(store, step.id)), expiresAt });
        break;
      }
      case 'delete':
        await store.deleteMany([step.key]);
        model.delete(step.key);
        break;
      case 'clear':
        await store.clear(step.prefix);
        for (const key of model.keys())
          if (fixture.clearsAll || key.startsWith(step.prefix)) model.delete(key);
        break;
      case 'advance':
        await fixture.advance(step.steps * stepMs);
        break;
    }
    const held = KEYS.map((key) => model.get(key));
    expect(await valuesOf(store, KEYS)).toEqual(
      held.map((entry) => (entry !== undefined && entry.expiresAt > now() ? entry.value : undefined)),
    );
  }
}
