import assert from 'node:assert/strict';
import type { PolicyName } from '@perf/cache-core';
import { MemoryStore } from '@perf/cache-core';
import { FakeClock, cacheStoreSuite, seededRandom } from '@perf/testkit';
import * as fc from 'fast-check';
import { LRUCache } from 'lru-cache';
import { describe, expect, it } from 'vitest';
import { createPolicy } from '../src/memory/create-policy.ts';
import { seededKeyHash } from '../src/memory/key-hash.ts';
import { SlotKeeper } from '../src/memory/slot-keeper.ts';
import type { NaiveCache } from './naive-policies.ts';
import { NaiveAdaptive, NaiveSieve, NaiveTwoQueues } from './naive-policies.ts';

const POLICIES = ['lru', 's3-fifo', 'w-tinylfu', 'sieve', 'adaptive'] as const;
const SLOT_POLICIES = ['s3-fifo', 'w-tinylfu', 'sieve', 'adaptive'] as const;
type SlotPolicy = (typeof SLOT_POLICIES)[number];

const hashOf = seededKeyHash(seededRandom(5).next);

describe.each(POLICIES)('MemoryStore with %s', (policy) => {
  const clock = new FakeClock();
  cacheStoreSuite({
    create: () => new MemoryStore({ now: clock.now, policy }),
    ttlStepMs: 1,
    now: clock.now,
    advance: (ms) => clock.advance(ms),
  });
});

describe.each(SLOT_POLICIES)('%s', (policy) => {
  it('has the hits and evicts the keys of its naive model, on any sequence', { timeout: 120_000 }, () => {
    const check = (): void =>
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 40 }), anySteps(90), (entries, steps) => {
          compareWithModel(policy, entries, steps);
        }),
        { numRuns: 300, seed: 1 },
      );

    expect(check).not.toThrow();
  });

  it.each([
    ['zipf', 100],
    ['a loop', 100],
    ['scans between zipf', 60],
  ] as const)('follows its naive model through %s with %d entries', (kind, entries) => {
    const random = seededRandom(3);
    const zipf = random.zipf(600, 0.9);
    const keyAt = {
      zipf,
      'a loop': (i: number) => i % 150,
      'scans between zipf': (i: number) => (i % 1000 < 300 ? 1000 + i : zipf()),
    }[kind];
    const steps = Array.from({ length: 15_000 }, (_, i): Step => ['use', keyAt(i)]);

    expect(() => compareWithModel(policy, entries, steps)).not.toThrow();
  });
});

describe('lru', () => {
  it('is lru-cache, on any sequence of calls, resizing included', { timeout: 120_000 }, () => {
    const check = (): void =>
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 20 }), anySteps(40), (entries, steps) => {
          const store = new MemoryStore({ maxEntries: entries, policy: 'lru' });
          const oracle = new LRUCache<string, number>({ max: entries });
          for (const [i, [action, id]] of steps.entries()) {
            const key = `key ${id}`;
            if (action === 'remove') {
              store.remove(key);
              oracle.delete(key);
            } else if (action === 'overwrite') {
              store.put(key, entryOf(i));
              oracle.set(key, i);
            } else {
              const held = oracle.get(key);
              assert.equal(store.get(key), held);
              if (held === undefined) {
                store.put(key, entryOf(i));
                oracle.set(key, i);
              }
            }
            assert.equal(store.entries, oracle.size);
          }
        }),
        { numRuns: 500, seed: 2 },
      );

    expect(check).not.toThrow();
  });
});

type Step = readonly ['use' | 'remove' | 'overwrite', key: number];

function anySteps(keys: number): fc.Arbitrary<Step[]> {
  const anyStep = fc.tuple(
    fc.constantFrom('use' as const, 'use' as const, 'use' as const, 'overwrite' as const, 'remove' as const),
    fc.nat(keys),
  );
  return fc.array(anyStep, { minLength: 50, maxLength: 600, size: 'max' });
}

/** Runs both, and asserts after each step that hits, victims and the structure agree. */
function compareWithModel(policy: SlotPolicy, entries: number, steps: readonly Step[]): void {
  const keeper = keeperOf(policy, entries);
  const model = modelOf(policy, entries);
  const left: unknown[] = [];
  keeper.onDrop = ({ value }, evicted) => evicted && left.push(value);
  for (const [i, [action, id]] of steps.entries()) {
    const key = `key ${id}`;
    left.length = 0;
    if (action === 'remove') {
      keeper.remove(key);
      model.remove(key);
      continue;
    }
    const isHit = action === 'use' ? keeper.get(key) !== undefined : Array.from(keeper.keys()).includes(key);
    if (action === 'overwrite' || !isHit) keeper.put(key, { ...entryOf(i), value: key });
    assert.equal(isHit, model.use(key), `step ${i}: hit`);
    const victim = isHit ? undefined : model.add(key);
    assert.deepEqual(left, victim === undefined ? [] : [victim], `step ${i}: victim`);
    if (i % 50 === 0) keeper.validate();
  }
  keeper.validate();
}

function keeperOf(policy: SlotPolicy, maxEntries: number): SlotKeeper {
  return new SlotKeeper({
    maxEntries,
    maxBytes: 2 ** 30,
    now: () => 0,
    hashOf,
    createPolicy: (table) => createPolicy(policy, table),
  });
}

function modelOf(policy: Exclude<PolicyName, 'lru'>, entries: number): NaiveCache {
  switch (policy) {
    case 'sieve':
      return new NaiveSieve(entries);
    case 's3-fifo':
    case 'w-tinylfu':
      return new NaiveTwoQueues(entries, policy, hashOf);
    case 'adaptive':
      return new NaiveAdaptive(entries, hashOf);
  }
}

function entryOf(value: unknown): Parameters<MemoryStore['put']>[1] {
  return { value, createdAt: 0, expiresAt: Infinity, bytes: 1, tags: undefined };
}
