import type { EqualColumn, JoinEdge, JoinPlan, JoinPrice, JoinSide } from '@perf/optimizer';
import { JoinGraph, bestJoin, cheapestPlan, greedyPlan, improvedPlan } from '@perf/optimizer';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const price: JoinPrice = (left, right, { rows, isEqual, isKeyed }) =>
  left.cost +
  (isKeyed ? left.rows * 4 : right.cost + left.rows + right.rows * (isEqual ? 2 : left.rows)) +
  rows;

const graphs = fc.integer({ min: 2, max: 6 }).chain((count) => {
  const relation = fc.integer({ min: 0, max: count - 1 });
  const pair = fc.tuple(relation, relation).filter(([a, b]) => a !== b);
  return fc.record({
    sides: fc.array(
      fc.record({ rows: fc.integer({ min: 1, max: 1000 }), cost: fc.integer({ min: 1, max: 1000 }) }),
      { minLength: count, maxLength: count },
    ),
    edges: fc.array(fc.record({ pair, share: fc.constantFrom(0.001, 0.01, 0.3), isKeyed: fc.boolean() }), {
      maxLength: 8,
    }),
    classes: fc.array(
      fc.uniqueArray(fc.record({ relation, distinct: fc.constantFrom(1, 10, 500) }), {
        minLength: Math.min(3, count),
        maxLength: Math.max(3, count),
        selector: (column) => column.relation,
      }),
      { maxLength: count > 2 ? 1 : 0 },
    ),
  });
});

interface Drawn {
  readonly sides: readonly { readonly rows: number; readonly cost: number }[];
  readonly edges: readonly {
    readonly pair: readonly [number, number];
    readonly share: number;
    readonly isKeyed: boolean;
  }[];
  readonly classes: readonly (readonly { readonly relation: number; readonly distinct: number }[])[];
}

function graphOf({ sides, edges, classes }: Drawn): JoinGraph {
  return new JoinGraph(
    sides.map(({ rows, cost }): JoinSide => ({ rows, read: rows, cost })),
    {
      edges: edges.map(({ pair: [a, b], share, isKeyed }): JoinEdge => {
        const [left, right] = [1 << a, 1 << b];
        return { left, right, share, isEqual: true, keyed: isKeyed ? right : 0 };
      }),
      classes: classes.map((columns) =>
        columns.map((column): EqualColumn => ({ ...column, present: 1, keyed: false })),
      ),
    },
    price,
  );
}

/** The cheapest of all plans, where each join has a condition if its relations can be joined so at all. */
function leastCost(graph: JoinGraph): number {
  const known = new Map<number, readonly JoinPlan[]>();
  const plansOf = (set: number): readonly JoinPlan[] => {
    const found = known.get(set);
    if (found !== undefined) return found;
    const plans: JoinPlan[] = graph.leaves.filter((leaf) => leaf.set === set);
    for (let part = (set - 1) & set; part > 0; part = (part - 1) & set) {
      const other = set & ~part;
      if (part < other || !graph.areJoined(part, other)) continue;
      for (const a of plansOf(part)) for (const b of plansOf(other)) plans.push(graph.join(a, b));
    }
    // Plans of one set differ in nothing but their cost.
    const best = plans.toSorted((a, b) => a.cost - b.cost).slice(0, 1);
    known.set(set, best);
    return best;
  };
  return plansOf((1 << graph.leaves.length) - 1)[0]?.cost ?? Infinity;
}

function relationsOf(plan: JoinPlan): readonly number[] {
  if (plan.left === undefined || plan.right === undefined) return [plan.set];
  return [...relationsOf(plan.left), ...relationsOf(plan.right)];
}

describe('the search for an order of joins', () => {
  it('finds the cheapest of all plans without products', () => {
    let compared = 0;
    fc.assert(
      fc.property(graphs, (drawn) => {
        const graph = graphOf(drawn);
        const least = leastCost(graph);
        if (least === Infinity) return;
        compared++;

        const found = cheapestPlan(graph, graph.leaves, 100_000);

        expect(found?.cost).toBeCloseTo(least, 6);
      }),
      { numRuns: 500, seed: 11 },
    );
    expect(compared).toBeGreaterThan(100);
  });

  it('joins every relation once, also where some are joined by nothing', () => {
    fc.assert(
      fc.property(graphs, (drawn) => {
        const graph = graphOf(drawn);
        const all = graph.leaves.map(({ set }) => set);

        for (const plan of [bestJoin(graph), greedyPlan(graph), cheapestPlan(graph, graph.leaves, 100_000)])
          expect(plan === undefined ? [] : relationsOf(plan).toSorted((a, b) => a - b)).toEqual(all);
      }),
      { numRuns: 300, seed: 12 },
    );
  });

  it('never makes a plan dearer by improving it, and the cheapest is no dearer than that', () => {
    fc.assert(
      fc.property(graphs, (drawn) => {
        const graph = graphOf(drawn);
        const greedy = greedyPlan(graph);
        if (greedy === undefined || leastCost(graph) === Infinity) return;

        const improved = improvedPlan(graph, greedy);

        expect(improved.cost).toBeLessThanOrEqual(greedy.cost);
        expect(bestJoin(graph)?.cost).toBeLessThanOrEqual(improved.cost * (1 + 1e-9));
      }),
      { numRuns: 300, seed: 13 },
    );
  });

  it('expects the same rows whichever way relations are joined', () => {
    fc.assert(
      fc.property(graphs, fc.array(fc.nat(), { minLength: 12, maxLength: 12 }), (drawn, picks) => {
        const graph = graphOf(drawn);
        const exactly = graph.leaves.map((leaf) => ({ ...leaf, rows: leaf.rows * 1e12 }));
        const joined = (order: readonly number[]): number => {
          const plans: JoinPlan[] = [...exactly];
          for (const pick of order) {
            if (plans.length < 2) break;
            const [a] = plans.splice(pick % plans.length, 1);
            const b = plans[pick % plans.length];
            if (a !== undefined && b !== undefined) plans[pick % plans.length] = graph.join(a, b);
          }
          return plans[0]?.rows ?? 0;
        };

        const ratio = joined(picks) / joined(picks.map((pick) => pick + 1));

        expect(ratio).toBeCloseTo(1, 6);
      }),
      { numRuns: 300, seed: 14 },
    );
  });

  it('begins with what a filter leaves few rows of, however far away it stands', () => {
    const rows = [1_000_000, 10_000, 10_000, 10_000, 10];
    const graph = graphOf({
      sides: rows.map((each) => ({ rows: each, cost: each })),
      edges: rows.slice(1).map((_, i) => ({ pair: [0, i + 1] as const, share: 1e-4, isKeyed: false })),
      classes: [],
    });

    let plan = bestJoin(graph);
    while (plan?.left?.left !== undefined || plan?.right?.left !== undefined)
      plan = plan.left?.left === undefined ? plan.right : plan.left;

    expect(plan?.set).toBe(0b10001);
  });

  it('gives up the search of all plans when there are too many, and still joins all', () => {
    const star = graphOf({
      sides: Array.from({ length: 20 }, (_, i) => ({ rows: 10 + i, cost: 10 })),
      edges: Array.from({ length: 19 }, (_, i) => ({
        pair: [0, i + 1] as const,
        share: 0.01,
        isKeyed: false,
      })),
      classes: [],
    });

    expect(cheapestPlan(star, star.leaves, 10_000)).toBeUndefined();
    const plan = bestJoin(star);

    expect(plan === undefined ? 0 : relationsOf(plan).length).toBe(20);
  });

  it('joins by a condition over three relations once all of them are there', () => {
    const sides = [100, 100, 100].map((rows) => ({ rows, read: rows, cost: rows }));
    const between = { share: 0.01, isEqual: true, keyed: 0 };
    const graph = new JoinGraph(
      sides,
      {
        edges: [
          { ...between, left: 1, right: 2 },
          { ...between, left: 3, right: 4 },
        ],
        classes: [],
      },
      price,
    );

    const plan = cheapestPlan(graph, graph.leaves, 1000);

    expect([plan?.left?.set, plan?.right?.set].toSorted((a = 0, b = 0) => a - b)).toEqual([3, 4]);
    expect(plan?.rows).toBeCloseTo(100, 6);
  });
});
