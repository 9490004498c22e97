import type { JoinGraph, JoinPlan, RelationSet } from './join-graph.ts';

/** An edge between sets of leaves. */
interface LeafEdge {
  readonly left: RelationSet;
  readonly right: RelationSet;
}

/**
 * The cheapest plan that joins all leaves, of all bushy plans without needless products: DPhyp (Moerkotte and Neumann, SIGMOD 2008). A leaf
 * may be a plan of several relations. Undefined when more than `mostPairs` pairs of sub-plans would have to be weighed.
 */
export function cheapestPlan(
  graph: JoinGraph,
  leaves: readonly JoinPlan[],
  mostPairs: number,
): JoinPlan | undefined {
  return new Enumeration(graph, leaves, mostPairs).best();
}

class Enumeration {
  readonly #graph: JoinGraph;
  readonly #leaves: readonly JoinPlan[];
  readonly #mostPairs: number;
  /** Leaves that one edge joins with each leaf alone. */
  readonly #near: number[];
  /** Edges that need several leaves on a side. */
  readonly #wide: LeafEdge[] = [];
  /** The cheapest plan found of each set of leaves. */
  readonly #plans = new Map<RelationSet, JoinPlan>();
  #pairs = 0;

  constructor(graph: JoinGraph, leaves: readonly JoinPlan[], mostPairs: number) {
    this.#graph = graph;
    this.#leaves = leaves;
    this.#mostPairs = mostPairs;
    this.#near = leaves.map(() => 0);
    for (const { left, right } of graph.edges) this.#addEdge(this.#leavesOf(left), this.#leavesOf(right));
    for (const { set } of graph.classes) this.#addClass(this.#leavesOf(set));
    this.#addProducts();
  }

  best(): JoinPlan | undefined {
    const { length } = this.#leaves;
    if (this.#leastPairs() > this.#mostPairs) return undefined;
    for (const [i, leaf] of this.#leaves.entries()) this.#plans.set(1 << i, leaf);
    for (let i = length - 1; i >= 0 && this.#pairs <= this.#mostPairs; i--) {
      this.#joinWithRest(1 << i);
      this.#grow(1 << i, (2 << i) - 1);
    }
    return this.#pairs > this.#mostPairs ? undefined : this.#plans.get((1 << length) - 1);
  }

  /** A leaf with d others around it is the middle of a star, which has d · 2^(d − 1) pairs. */
  #leastPairs(): number {
    return this.#near.reduce((most, near) => {
      const around = bitsOf(near);
      return Math.max(most, around * 2 ** (around - 1));
    }, 0);
  }

  /** Larger connected sets that hold this one and nothing of `without`. */
  #grow(set: RelationSet, without: RelationSet): void {
    const around = this.#around(set, without);
    for (let more = around & -around; more !== 0; more = (more - around) & around)
      if (this.#plans.has(set | more)) this.#joinWithRest(set | more);
    if (this.#pairs > this.#mostPairs) return;
    for (let more = around & -around; more !== 0; more = (more - around) & around)
      this.#grow(set | more, without | around);
  }

  /** Joins a set with each connected set that begins behind its first leaf. */
  #joinWithRest(set: RelationSet): void {
    const without = set | ((set & -set) - 1);
    const around = this.#around(set, without);
    for (let rest = around; rest !== 0 && this.#pairs <= this.#mostPairs;) {
      const last = 1 << (31 - Math.clz32(rest));
      rest &= ~last;
      if (this.#areJoined(set, last)) this.#join(set, last);
      this.#growPartner(set, last, without | (around & ((last << 1) - 1)));
    }
  }

  #growPartner(set: RelationSet, partner: RelationSet, without: RelationSet): void {
    const around = this.#around(partner, without);
    for (let more = around & -around; more !== 0; more = (more - around) & around)
      if (this.#plans.has(partner | more) && this.#areJoined(set, partner | more))
        this.#join(set, partner | more);
    if (this.#pairs > this.#mostPairs) return;
    for (let more = around & -around; more !== 0; more = (more - around) & around)
      this.#growPartner(set, partner | more, without | around);
  }

  #join(a: RelationSet, b: RelationSet): void {
    const [left, right] = [this.#plans.get(a), this.#plans.get(b)];
    if (left === undefined || right === undefined || ++this.#pairs > this.#mostPairs) return;
    const joined = this.#graph.join(left, right);
    const known = this.#plans.get(a | b);
    if (known === undefined || joined.cost < known.cost) this.#plans.set(a | b, joined);
  }

  /** Leaves that an edge leads to; of an edge to several only the first, which stands for them. */
  #around(set: RelationSet, without: RelationSet): RelationSet {
    let found = 0;
    for (let rest = set; rest !== 0; rest &= rest - 1)
      found |= this.#near[31 - Math.clz32(rest & -rest)] ?? 0;
    found &= ~(without | set);
    for (const { left, right } of this.#wide) {
      if ((left & ~set) === 0 && (right & (without | set)) === 0) found |= right & -right;
      if ((right & ~set) === 0 && (left & (without | set)) === 0) found |= left & -left;
    }
    return found;
  }

  #areJoined(a: RelationSet, b: RelationSet): boolean {
    for (let rest = a; rest !== 0; rest &= rest - 1)
      if (((this.#near[31 - Math.clz32(rest & -rest)] ?? 0) & b) !== 0) return true;
    return this.#wide.some(
      ({ left, right }) =>
        ((left & ~a) === 0 && (right & ~b) === 0) || ((right & ~a) === 0 && (left & ~b) === 0),
    );
  }

  /** The leaves that hold relations of a set. */
  #leavesOf(relations: RelationSet): RelationSet {
    let found = 0;
    for (const [i, { set }] of this.#leaves.entries()) if ((set & relations) !== 0) found |= 1 << i;
    return found;
  }

  #addEdge(left: RelationSet, right: RelationSet): void {
    // A leaf that stands on both sides brings its part of the condition with it.
    const [here, there] = (left & right) === 0 ? [left, right] : halves(left | right);
    if (here === 0 || there === 0) return;
    if (isOne(here) && isOne(there)) {
      this.#addNear(here, there);
      return;
    }
    this.#wide.push({ left: here, right: there });
  }

  /** Joins each of some leaves with each other. */
  #addClass(all: RelationSet): void {
    for (let rest = all; rest !== 0; rest &= rest - 1)
      this.#near[31 - Math.clz32(rest & -rest)] =
        (this.#near[31 - Math.clz32(rest & -rest)] ?? 0) | (all & ~(rest & -rest));
  }

  #addNear(a: RelationSet, b: RelationSet): void {
    const [i, k] = [31 - Math.clz32(a), 31 - Math.clz32(b)];
    this.#near[i] = (this.#near[i] ?? 0) | b;
    this.#near[k] = (this.#near[k] ?? 0) | a;
  }

  /** Parts that no condition joins are joined by a product. */
  #addProducts(): void {
    let rest = (1 << this.#leaves.length) - 1;
    let before = 0;
    while (rest !== 0) {
      const part = this.#partOf(rest & -rest);
      if (before !== 0) this.#addEdge(before, part);
      before |= part;
      rest &= ~part;
    }
  }

  /** All leaves that edges lead to from one leaf. */
  #partOf(leaf: RelationSet): RelationSet {
    let part = leaf;
    for (;;) {
      let more = 0;
      for (let rest = part; rest !== 0; rest &= rest - 1)
        more |= this.#near[31 - Math.clz32(rest & -rest)] ?? 0;
      for (const { left, right } of this.#wide) if (((left | right) & part) !== 0) more |= left | right;
      if ((more & ~part) === 0) return part;
      part |= more;
    }
  }
}

function bitsOf(set: RelationSet): number {
  let count = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function isOne(set: RelationSet): boolean {
  return (set & (set - 1)) === 0;
}

/** The first of a set, and the others. */
function halves(set: RelationSet): readonly [RelationSet, RelationSet] {
  return [set & -set, set & (set - 1)];
}
