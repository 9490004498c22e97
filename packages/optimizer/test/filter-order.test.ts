import { AdaptiveFilter, PassSample, bestOrder, conjunctionCost } from '@perf/optimizer';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

const filter = fc.record({
  selectivity: fc.double({ min: 0, max: 1, noNaN: true }),
  cost: fc.double({ min: 0.01, max: 1000, noNaN: true }),
});

/** Rows are masks: bit i tells whether filter i passes. */
const tests = (count: number): ((row: number) => boolean)[] =>
  Array.from({ length: count }, (_, i) => (row: number) => ((row >> i) & 1) === 1);

/** Cost of asking `rows` of filters in this order, counted. */
function counted(rows: readonly number[], order: readonly { place: number; cost: number }[]): number {
  let cost = 0;
  for (const row of rows)
    for (const each of order) {
      cost += each.cost;
      if (((row >> each.place) & 1) === 0) break;
    }
  return cost;
}

describe('bestOrder', () => {
  it('costs as little as the best of all orders of independent filters', () => {
    fc.assert(
      fc.property(fc.array(filter, { minLength: 1, maxLength: 6 }), (set) => {
        const least = Math.min(...permutations(set).map(conjunctionCost));
        expect(conjunctionCost(bestOrder(set))).toBeLessThanOrEqual(least * (1 + 1e-9));
      }),
    );
  });

  it('costs as little as the best of all orders on a sample of rows, whatever the filters have to do with each other', () => {
    const costs = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 2, maxLength: 5 });
    fc.assert(
      fc.property(costs, fc.array(fc.nat(31), { minLength: 50, maxLength: 80 }), (given, rows) => {
        const set = given.map((cost, place) => ({ selectivity: 0.5, cost, place }));
        const sample = PassSample.of(rows, tests(set.length));

        const ours = bestOrder(set, { passing: (places) => sample.passing(places) });

        // The sample takes half a row as passed and half as failed: more than what is counted by that at most.
        const least = Math.min(...permutations(set).map((order) => counted(rows, order)));
        const slack = given.reduce((sum, cost) => sum + cost, 0);
        expect(counted(rows, ours)).toBeLessThanOrEqual(least + slack);
      }),
      { numRuns: 60 },
    );
  });

  it('sets a filter that only repeats another behind the rest', () => {
    const rows = Array.from(
      { length: 1000 },
      (_, i) => (i % 10 === 0 ? 0b011 : 0) | (i % 2 === 0 ? 0b100 : 0),
    );
    const set = ['rare', 'same as rare', 'half'].map((name) => ({ name, selectivity: 0.5, cost: 1 }));
    const sample = PassSample.of(rows, tests(3));

    const order = bestOrder(set, { passing: (places) => sample.passing(places) });

    expect(order.map(({ name }) => name)).toEqual(['rare', 'same as rare', 'half']);
    const odd = rows.map((row, i) => (row & 0b011) | (i % 20 === 0 ? 0 : 0b100));
    const other = PassSample.of(odd, tests(3));
    expect(bestOrder(set, { passing: (places) => other.passing(places) })[1]?.name).toBe('half');
  });

  it('keeps filters that are alike in the order they were written', () => {
    const set = ['a', 'b', 'c'].map((name) => ({ name, selectivity: 0.5, cost: 2 }));

    expect(bestOrder(set).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('goes by rank beyond seven filters, and by what each adds where filters depend on each other', () => {
    const set = Array.from({ length: 9 }, (_, place) => ({ selectivity: 0.9, cost: 9 - place, place }));
    expect(bestOrder(set).map(({ place }) => place)).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0]);

    const rows = Array.from({ length: 500 }, (_, i) => (i % 50 === 0 ? 0b111111111 : 0b111111011));
    const sample = PassSample.of(rows, tests(9));
    expect(bestOrder(set, { passing: (places) => sample.passing(places) })[0]?.place).toBe(2);
  });
});

describe('AdaptiveFilter', () => {
  const rare = { test: (row: number): boolean => row % 100 === 0, cost: 1 };
  const usual = { test: (row: number): boolean => row % 3 !== 0, cost: 5 };
  const rows = Array.from({ length: 20_000 }, (_, i) => i);

  it('finds the order that costs least, and the same rows as in any order', () => {
    const adaptive = new AdaptiveFilter([usual, rare]);

    const found = adaptive.filter(rows);

    expect(adaptive.order).toEqual([1, 0]);
    expect(found).toEqual(rows.filter((row) => rare.test(row) && usual.test(row)));
  });

  it('follows data that changes', () => {
    const small = { test: (row: number): boolean => row < 10_000, cost: 1 };
    const large = { test: (row: number): boolean => row >= 10_000, cost: 1 };
    const adaptive = new AdaptiveFilter([small, large], { everyRows: 1000, sampleEvery: 4 });

    adaptive.filter(rows.slice(0, 10_000));
    expect(adaptive.order).toEqual([1, 0]);
    adaptive.filter(rows.slice(10_000));
    expect(adaptive.order).toEqual([0, 1]);
  });

  it('stays with its order for a gain under the hysteresis', () => {
    const one = { test: (row: number): boolean => row % 20 !== 0, cost: 1 };
    const other = { test: (row: number): boolean => row % 18 !== 0, cost: 1 };
    const adaptive = new AdaptiveFilter([one, other]);

    adaptive.filter(rows);

    expect(adaptive.order).toEqual([0, 1]);
  });

  it('is not misled by data that repeats with the step of the sample', () => {
    const dear = { test: (row: number): boolean => row % 16 !== 0, cost: 3 };
    const cheap = { test: (row: number): boolean => row % 2 === 0, cost: 3 };
    const adaptive = new AdaptiveFilter([dear, cheap]);

    adaptive.filter(rows);

    expect(adaptive.order).toEqual([1, 0]);
  });

  it('refuses nonsense', () => {
    expect(() => new AdaptiveFilter([rare], { everyRows: 0 })).toThrow('everyRows');
    expect(() => new AdaptiveFilter([rare], { hysteresis: 0.5 })).toThrow('hysteresis');
    expect(() => new AdaptiveFilter([{ ...rare, cost: 0 }])).toThrow('cost');
  });
});
