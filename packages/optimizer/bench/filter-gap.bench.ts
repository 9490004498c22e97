/**
 * How far from the best of all orders is ours? Modelled over random filters: independent ones by rank and by `bestOrder`, and ones that
 * depend on each other, told by a sample of 64 random rows. Every order is priced; the figure is the worst case.
 */
import type { RankedFilter } from '@perf/optimizer';
import { PassSample, bestOrder, conjunctionRank, orderFilters } from '@perf/optimizer';
import { seededRandom } from '@perf/testkit/inputs';
import type { Figure } from '@perf/testkit/measure';
import type { Bench, BenchUse } from './bench.ts';

const CASES = 5000;
const MOST_FILTERS = 7;
const SAMPLE_ROWS = 64;

type Random = ReturnType<typeof seededRandom>;
type Passing = (places: readonly number[]) => number;

export const filterGap: Bench = { cases: {}, figures };

function figures({ quick }: BenchUse): readonly Figure[] {
  const random = seededRandom(2);
  const cases = quick ? CASES / 10 : CASES;
  let worst = 0;
  for (let i = 0; i < cases; i++) worst = Math.max(worst, gapOf(random, i % 2 === 1));
  return [
    {
      id: 'filters.rank-gap',
      value: worst,
      n: cases,
      note: `modelled, cost of our order ÷ least of all orders − 1, worst of ${cases} random sets of 2 to ${MOST_FILTERS} filters; half of them depend on each other, as a sample of ${SAMPLE_ROWS} rows tells`,
    },
  ];
}

function gapOf(random: Random, isDependent: boolean): number {
  const filters = Array.from({ length: random.int(2, MOST_FILTERS) }, (_, place) => ({
    place,
    selectivity: random.next(),
    cost: 10 ** (3 * random.next()),
  }));
  const passing: Passing = isDependent
    ? dependent(random, filters.length)
    : (places) => places.reduce((share, place) => share * (filters[place]?.selectivity ?? 1), 1);
  const orders: (readonly { readonly place: number }[])[] = isDependent
    ? [bestOrder(filters, { passing })]
    : [bestOrder(filters), orderFilters(filters, conjunctionRank)];
  const shares = sharesOf(passing, filters.length);
  const least = leastCost(filters, shares, 0);
  const costs = orders.map((order) => {
    let [cost, set] = [0, 0];
    for (const { place } of order) {
      cost += (shares[set] ?? 0) * (filters[place]?.cost ?? 0);
      set |= 1 << place;
    }
    return cost;
  });
  return Math.max(...costs) / least - 1;
}

/** What passes each set of filters, a bit a filter. */
function sharesOf(passing: Passing, count: number): readonly number[] {
  return Array.from({ length: 1 << count }, (_, set) =>
    set === 0
      ? 1
      : passing(Array.from({ length: count }, (__, place) => place).filter((place) => (set >> place) & 1)),
  );
}

/** The cost of the cheapest of all orders of the filters that are not in `set`, each tried. */
function leastCost(filters: readonly RankedFilter[], shares: readonly number[], set: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (const [place, { cost }] of filters.entries()) {
    if (((set >> place) & 1) === 1) continue;
    least = Math.min(least, (shares[set] ?? 0) * cost + leastCost(filters, shares, set | (1 << place)));
  }
  return least === Number.POSITIVE_INFINITY ? 0 : least;
}

/** Rows of a few kinds, each of which passes some of the filters. */
function dependent(random: Random, filters: number): Passing {
  const kinds = Array.from({ length: 4 }, () => random.int(0, (1 << filters) - 1));
  const rows = Array.from({ length: SAMPLE_ROWS }, () => random.pick(kinds) ^ (1 << random.int(0, filters)));
  const tests = Array.from({ length: filters }, (_, place) => (row: number) => ((row >> place) & 1) === 1);
  const sample = PassSample.of(rows, tests);
  return (places) => sample.passing(places);
}
