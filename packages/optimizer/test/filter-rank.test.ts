import type { RankedFilter } from '@perf/optimizer';
import {
  conjunctionCost,
  conjunctionRank,
  disjunctionCost,
  disjunctionRank,
  foundingPriority,
  orderFilters,
} from '@perf/optimizer';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const filter: fc.Arbitrary<RankedFilter> = fc.record({
  selectivity: fc.double({ min: 0, max: 1, noNaN: true }),
  cost: fc.double({ min: 0.01, max: 1000, noNaN: true }),
});
const filters = fc.array(filter, { minLength: 1, maxLength: 6 });

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length < 2) return [[...items]];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

describe('rank order', () => {
  it('costs no more than the best of all orders of a conjunction', () => {
    fc.assert(
      fc.property(filters, (set) => {
        const best = Math.min(...permutations(set).map(conjunctionCost));
        expect(conjunctionCost(orderFilters(set, conjunctionRank))).toBeLessThanOrEqual(best * (1 + 1e-9));
      }),
    );
  });

  it('costs no more than the best of all orders of a disjunction', () => {
    fc.assert(
      fc.property(filters, (set) => {
        const best = Math.min(...permutations(set).map(disjunctionCost));
        expect(disjunctionCost(orderFilters(set, disjunctionRank))).toBeLessThanOrEqual(best * (1 + 1e-9));
      }),
    );
  });

  it('beats selectivity × cost where a dear filter is decisive', () => {
    const set = [
      { selectivity: 0.001, cost: 100 },
      { selectivity: 0.5, cost: 1 },
    ];

    expect(conjunctionCost(orderFilters(set, conjunctionRank))).toBeCloseTo(51, 5);
    expect(conjunctionCost(orderFilters(set, foundingPriority))).toBeCloseTo(100.001, 5);
  });

  it('keeps filters of equal rank in their order', () => {
    const set = [
      { selectivity: 0.5, cost: 2, name: 'a' },
      { selectivity: 0.5, cost: 2, name: 'b' },
    ];

    expect(orderFilters(set, conjunctionRank).map(({ name }) => name)).toEqual(['a', 'b']);
  });
});
