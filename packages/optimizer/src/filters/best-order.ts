import type { RankedFilter } from '../filter-rank.ts';
import { conjunctionRank } from '../filter-rank.ts';

/** What is known of filters together. */
export interface BestOrderOptions {
  /**
   * Share of rows, 0 to 1, that pass all the filters at these places; asked for sets of at least one, places ascending.
   * @default the product of the selectivities: filters are independent
   */
  readonly passing?: (places: readonly number[]) => number;
}

/** Most filters of which every order is weighed. */
const MOST_EXHAUSTIVE = 7;

/**
 * The filters of a conjunction in the order that costs least, evaluated left to right until one fails. Up to seven filters every order
 * is weighed, also of filters that depend on each other; beyond, independent filters go by rank, which is the least too, and
 * dependent ones by the rank of what each lets pass behind those before it, which costs at most four times the least (Munagala, Babu,
 * Motwani and Widom, "The Pipelined Set Cover Problem", ICDT 2005). Of orders that cost the same the first written stays.
 *
 * Filters may only change places when they are pure, total (they throw for no row) and agree on null: a row is kept when all of
 * them say true, whatever keeps it out.
 */
export function bestOrder<F extends RankedFilter>(
  filters: readonly F[],
  { passing }: BestOrderOptions = {},
): readonly F[] {
  return bestPlaces(filters, passing).flatMap((place) => filters[place] ?? []);
}

/** The places of `filters` in the best order. */
export function bestPlaces(
  filters: readonly RankedFilter[],
  passing?: BestOrderOptions['passing'],
): readonly number[] {
  const places = filters.map((_, place) => place);
  if (filters.length <= MOST_EXHAUSTIVE) return leastOrder(filters, passing ?? independent(filters));
  if (passing !== undefined) return greedyOrder(filters, passing);
  const ranks = filters.map(conjunctionRank);
  return places.toSorted((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0));
}

/** Expected cost of one row through filters at `places`, in this order, where `passing` tells what passes sets of them. */
export function orderCost(
  places: readonly number[],
  filters: readonly RankedFilter[],
  passing: NonNullable<BestOrderOptions['passing']> = independent(filters),
): number {
  let cost = 0;
  for (const [i, place] of places.entries()) {
    const before = places.slice(0, i).toSorted((a, b) => a - b);
    cost += (before.length === 0 ? 1 : passing(before)) * (filters[place]?.cost ?? 0);
  }
  return cost;
}

/** What passes filters that know nothing of each other. */
function independent(filters: readonly RankedFilter[]): NonNullable<BestOrderOptions['passing']> {
  return (places) => places.reduce((share, place) => share * (filters[place]?.selectivity ?? 1), 1);
}

/**
 * The least of all orders: what a set of filters has cost depends on the order, what passes it does not, so the best order of each
 * set follows from those of the sets with one filter less.
 */
function leastOrder(
  filters: readonly RankedFilter[],
  passing: NonNullable<BestOrderOptions['passing']>,
): readonly number[] {
  const sets = 1 << filters.length;
  const cost = new Float64Array(sets).fill(Number.POSITIVE_INFINITY);
  const last = new Int8Array(sets).fill(-1);
  cost[0] = 0;
  for (let set = 0; set < sets - 1; set++) {
    const share = set === 0 ? 1 : passing(placesOf(set));
    for (let place = 0; place < filters.length; place++) {
      const wider = set | (1 << place);
      if (wider === set) continue;
      const total = (cost[set] ?? 0) + share * (filters[place]?.cost ?? 0);
      // A later place wins a tie, as it stands last: what was written first stays first.
      if (total > (cost[wider] ?? 0) || (total === cost[wider] && place < (last[wider] ?? 0))) continue;
      cost[wider] = total;
      last[wider] = place;
    }
  }
  const order: number[] = [];
  for (let set = sets - 1; set > 0; set &= ~(1 << (last[set] ?? 0))) order.unshift(last[set] ?? 0);
  return order;
}

function placesOf(set: number): number[] {
  const places: number[] = [];
  for (let place = 0; set >> place > 0; place++) if (((set >> place) & 1) === 1) places.push(place);
  return places;
}

/** Each time the filter with the least rank among what passed those before. */
function greedyOrder(
  filters: readonly RankedFilter[],
  passing: NonNullable<BestOrderOptions['passing']>,
): readonly number[] {
  const order: number[] = [];
  const left = new Set(filters.keys());
  for (let share = 1; left.size > 0;) {
    let best = { place: -1, rank: Number.POSITIVE_INFINITY, share: 0 };
    for (const place of left) {
      const together = passing([...order, place].toSorted((a, b) => a - b));
      const selectivity = share > 0 ? Math.min(1, together / share) : 1;
      const rank = conjunctionRank({ selectivity, cost: filters[place]?.cost ?? 1 });
      if (best.place < 0 || rank < best.rank) best = { place, rank, share: together };
    }
    order.push(best.place);
    left.delete(best.place);
    share = best.share;
  }
  return order;
}
