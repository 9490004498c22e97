import assert from 'node:assert/strict';
import { FakeClock } from '@perf/testkit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPolicy } from '../src/memory/create-policy.ts';
import { seededKeyHash } from '../src/memory/key-hash.ts';
import { NumberColumn } from '../src/memory/number-column.ts';
import { SlotKeeper } from '../src/memory/slot-keeper.ts';

const POLICIES = ['s3-fifo', 'w-tinylfu', 'sieve', 'adaptive'] as const;

type Step =
  | { readonly do: 'get' | 'remove'; readonly key: number }
  | { readonly do: 'put'; readonly key: number; readonly bytes: number; readonly ttlMs: number }
  | { readonly do: 'advance'; readonly ms: number }
  | { readonly do: 'resize'; readonly maxEntries: number; readonly maxBytes: number }
  | { readonly do: 'clear' };

const anyKey = fc.nat(60);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 30, arbitrary: fc.record({ do: fc.constant('get' as const), key: anyKey }) },
  {
    weight: 40,
    arbitrary: fc.record({
      do: fc.constant('put' as const),
      key: anyKey,
      bytes: fc.integer({ min: 1, max: 40 }),
      ttlMs: fc.constantFrom(Infinity, 5, 50, 0.5, 2 ** 33),
    }),
  },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('remove' as const), key: anyKey }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('advance' as const), ms: fc.nat(20) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('resize' as const),
      maxEntries: fc.integer({ min: 1, max: 40 }),
      maxBytes: fc.integer({ min: 40, max: 600 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('clear' as const) }) },
);

describe.each(POLICIES)('SlotKeeper with %s', (policy) => {
  it('stays consistent, within its bounds, and gives what was put or nothing', { timeout: 120_000 }, () => {
    const check = (): void =>
      fc.assert(
        fc.property(fc.array(anyStep, { maxLength: 400, size: 'max' }), (steps) => run(policy, steps)),
        { numRuns: 300, seed: 7 },
      );

    expect(check).not.toThrow();
  });
});

/** Any steps against a Map of what was last put: a hit must agree with it, and what it lacks must be missing. */
function run(policy: (typeof POLICIES)[number], steps: readonly Step[]): void {
  const clock = new FakeClock();
  const keeper = new SlotKeeper({
    maxEntries: 20,
    maxBytes: 300,
    now: clock.now,
    hashOf: seededKeyHash(() => 0.3),
    createPolicy: (table) => createPolicy(policy, table),
  });
  const last = new Map<number, { readonly value: number; readonly expiresAt: number }>();
  let dropped = 0;
  let [putIn, bound] = [0, 300];
  keeper.onDrop = () => dropped++;
  for (const [i, step] of steps.entries()) {
    switch (step.do) {
      case 'get': {
        const value = keeper.get(`key ${step.key}`);
        const expected = last.get(step.key);
        if (value !== undefined) {
          assert.equal(value, expected?.value);
          assert.ok(expected !== undefined && expected.expiresAt > clock.now());
        }
        break;
      }
      case 'put': {
        const expiresAt = clock.now() + step.ttlMs;
        const bytes = Math.min(step.bytes, bound);
        keeper.put(`key ${step.key}`, {
          value: i,
          createdAt: clock.now(),
          expiresAt,
          bytes,
          tags: undefined,
        });
        last.set(step.key, { value: i, expiresAt });
        assert.deepEqual(keeper.read(`key ${step.key}`), {
          value: i,
          createdAt: clock.now(),
          expiresAt,
          bytes,
          tags: undefined,
        });
        putIn++;
        break;
      }
      case 'remove':
        keeper.remove(`key ${step.key}`);
        last.delete(step.key);
        break;
      case 'advance':
        clock.advance(step.ms);
        break;
      case 'resize':
        bound = step.maxBytes;
        keeper.resize(step);
        break;
      case 'clear':
        keeper.clear();
        last.clear();
        break;
    }
    keeper.validate();
  }
  assert.equal(dropped, putIn - keeper.size, 'every entry that is gone was told of once');
}

describe('NumberColumn', () => {
  it('gives back exactly what was put in, whatever the numbers and their order', () => {
    const anyNumber = fc.oneof(
      fc.integer({ min: 0, max: 2 ** 31 }).map((offset) => 1e12 + offset),
      fc.constantFrom(Infinity, 1e12, 1e12 + 2 ** 32 - 2, 1e12 + 2 ** 32 - 1, 1e12 - 1, 0.5, 0),
    );
    const check = (): void =>
      fc.assert(
        fc.property(fc.array(fc.tuple(fc.nat(9), anyNumber)), fc.nat(20), (writes, growAt) => {
          const column = new NumberColumn(1e12);
          const model = new Map<number, number>();
          column.grow(10);
          for (const [i, [slot, value]] of writes.entries()) {
            if (i === growAt) column.grow(20);
            column.set(slot, value);
            model.set(slot, value);
            for (const [key, expected] of model) assert.equal(column.at(key), expected);
          }
        }),
        { numRuns: 2000 },
      );

    expect(check).not.toThrow();
  });
});

describe('seededKeyHash', () => {
  it('spreads keys that differ little over all bits', () => {
    const hashOf = seededKeyHash(() => 0.7);
    const low = new Set<number>();
    const high = new Set<number>();
    for (let i = 0; i < 4096; i++) {
      const hash = hashOf(`query:${i}`);
      low.add(hash & 4095);
      high.add(hash >>> 20);
    }

    // 4,096 balls in 4,096 boxes leave 1 − 1/e of them filled.
    expect(low.size / 4096).toBeCloseTo(0.632, 1);
    expect(high.size / 4096).toBeCloseTo(0.632, 1);
  });

  it('gives keys that collide under one seed other hashes under another', () => {
    const one = seededKeyHash(() => 0.1);
    const other = seededKeyHash(() => 0.2);
    const byHash = new Map<number, string>();
    const pairs: [string, string][] = [];
    for (let i = 0; i < 300_000; i++) {
      const key = `key ${i}`;
      const twin = byHash.get(one(key));
      if (twin !== undefined) pairs.push([key, twin]);
      byHash.set(one(key), key);
    }

    expect(pairs.length).toBeGreaterThan(0);
    expect(pairs.filter(([a, b]) => other(a) === other(b))).toEqual([]);
  });
});
