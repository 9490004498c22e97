/** Where each node of a tree stands, in units of one node's width: `x` from the left, at least 0. */
export interface TidyTree {
  readonly x: Float64Array;
  /** Width of the whole, at least 1. */
  readonly width: number;
}

/**
 * Lays a tree out so that parents stand over the middle of their children, equal subtrees look equal wherever they are, and no
 * two nodes of a level come closer than 1. Walker's algorithm in the linear time of Buchheim, Jünger and Leipert ("Improving
 * Walker's Algorithm to Run in Linear Time", Graph Drawing 2002, LNCS 2528).
 *
 * @param parents place of each node's parent, −1 for the root; parents stand before their children, children in order
 */
export function tidyTree(parents: readonly number[]): TidyTree {
  const layout = new Layout(parents);
  layout.place();
  return layout.finished();
}

/** The names are those of the paper: prelim, mod, change, shift, thread and ancestor of a node. */
class Layout {
  readonly #parents: readonly number[];
  readonly #children: number[][];
  /** Order among siblings. */
  readonly #number: number[];
  readonly #prelim: Float64Array;
  readonly #mod: Float64Array;
  readonly #change: Float64Array;
  readonly #shift: Float64Array;
  readonly #thread: Int32Array;
  readonly #ancestor: Int32Array;

  constructor(parents: readonly number[]) {
    const count = parents.length;
    this.#parents = parents;
    this.#children = parents.map(() => []);
    this.#number = parents.map((parent, node) => {
      const siblings = this.#children[parent];
      return siblings === undefined ? 0 : siblings.push(node) - 1;
    });
    this.#prelim = new Float64Array(count);
    this.#mod = new Float64Array(count);
    this.#change = new Float64Array(count);
    this.#shift = new Float64Array(count);
    this.#thread = new Int32Array(count).fill(-1);
    this.#ancestor = Int32Array.from({ length: count }, (_, node) => node);
  }

  /** The first walk, from the leaves up: a node after its children, siblings from left to right. */
  place(): void {
    for (const node of this.#postOrder()) {
      const children = this.#childrenOf(node);
      const left = this.#leftSibling(node);
      const base = left === -1 ? 0 : this.#at(this.#prelim, left) + 1;
      if (children.length === 0) {
        this.#prelim[node] = base;
      } else {
        this.#executeShifts(node);
        const middle = (this.#at(this.#prelim, children[0]) + this.#at(this.#prelim, children.at(-1))) / 2;
        this.#prelim[node] = left === -1 ? middle : base;
        this.#mod[node] = left === -1 ? 0 : base - middle;
      }
      this.#apportion(node);
    }
  }

  /** The second walk, from the root down: sums up what parents were moved by. */
  finished(): TidyTree {
    const count = this.#parents.length;
    const x = new Float64Array(count);
    const moved = new Float64Array(count);
    let [least, most] = [Infinity, -Infinity];
    for (let node = 0; node < count; node++) {
      const parent = this.#parents[node] ?? -1;
      const by = parent < 0 ? 0 : this.#at(moved, parent) + this.#at(this.#mod, parent);
      moved[node] = by;
      const place = this.#at(this.#prelim, node) + by;
      x[node] = place;
      least = Math.min(least, place);
      most = Math.max(most, place);
    }
    return { x: x.map((place) => place - least), width: count === 0 ? 1 : most - least + 1 };
  }

  /**
   * Moves the subtree of `node` right until it clears those of its siblings to the left. A sibling's own apportionment comes
   * before that of the next, because children are visited in order and before their parent.
   */
  #apportion(node: number): void {
    const left = this.#leftSibling(node);
    if (left === -1) return;
    const first = this.#childrenOf(this.#parents[node] ?? -1)[0] ?? node;
    // Contours: inner and outer side of the new subtree (right) and of all before it (left).
    let [innerRight, outerRight, innerLeft, outerLeft] = [node, node, left, first];
    let [sumInnerRight, sumOuterRight] = [this.#at(this.#mod, node), this.#at(this.#mod, node)];
    let [sumInnerLeft, sumOuterLeft] = [this.#at(this.#mod, left), this.#at(this.#mod, first)];
    let nextLeft = this.#nextRight(innerLeft);
    let nextRight = this.#nextLeft(innerRight);
    while (nextLeft !== -1 && nextRight !== -1) {
      [innerLeft, innerRight] = [nextLeft, nextRight];
      outerLeft = this.#nextLeft(outerLeft);
      outerRight = this.#nextRight(outerRight);
      this.#ancestor[outerRight] = node;
      const gap =
        this.#at(this.#prelim, innerLeft) +
        sumInnerLeft -
        this.#at(this.#prelim, innerRight) -
        sumInnerRight +
        1;
      if (gap > 0) {
        this.#moveSubtree(this.#ancestorOf(innerLeft, node, left), node, gap);
        sumInnerRight += gap;
        sumOuterRight += gap;
      }
      sumInnerLeft += this.#at(this.#mod, innerLeft);
      sumInnerRight += this.#at(this.#mod, innerRight);
      sumOuterLeft += this.#at(this.#mod, outerLeft);
      sumOuterRight += this.#at(this.#mod, outerRight);
      nextLeft = this.#nextRight(innerLeft);
      nextRight = this.#nextLeft(innerRight);
    }
    if (nextLeft !== -1 && this.#nextRight(outerRight) === -1) {
      this.#thread[outerRight] = nextLeft;
      this.#mod[outerRight] = this.#at(this.#mod, outerRight) + sumInnerLeft - sumOuterRight;
    }
    if (nextRight !== -1 && this.#nextLeft(outerLeft) === -1) {
      this.#thread[outerLeft] = nextRight;
      this.#mod[outerLeft] = this.#at(this.#mod, outerLeft) + sumInnerRight - sumOuterLeft;
    }
  }

  #moveSubtree(left: number, right: number, by: number): void {
    const between = (this.#number[right] ?? 0) - (this.#number[left] ?? 0);
    this.#change[right] = this.#at(this.#change, right) - by / between;
    this.#shift[right] = this.#at(this.#shift, right) + by;
    this.#change[left] = this.#at(this.#change, left) + by / between;
    this.#prelim[right] = this.#at(this.#prelim, right) + by;
    this.#mod[right] = this.#at(this.#mod, right) + by;
  }

  /** Spreads what the last child was moved by over those between. */
  #executeShifts(node: number): void {
    let [shift, change] = [0, 0];
    for (const child of this.#childrenOf(node).toReversed()) {
      this.#prelim[child] = this.#at(this.#prelim, child) + shift;
      this.#mod[child] = this.#at(this.#mod, child) + shift;
      change += this.#at(this.#change, child);
      shift += this.#at(this.#shift, child) + change;
    }
  }

  /** The sibling of `node` below which `inner` stands; the left neighbour where that is not kept any more. */
  #ancestorOf(inner: number, node: number, left: number): number {
    const ancestor = this.#ancestor[inner] ?? -1;
    return this.#parents[ancestor] === this.#parents[node] ? ancestor : left;
  }

  #nextLeft(node: number): number {
    return this.#childrenOf(node)[0] ?? this.#thread[node] ?? -1;
  }

  #nextRight(node: number): number {
    return this.#childrenOf(node).at(-1) ?? this.#thread[node] ?? -1;
  }

  #leftSibling(node: number): number {
    const number = this.#number[node] ?? 0;
    return number === 0 ? -1 : (this.#childrenOf(this.#parents[node] ?? -1)[number - 1] ?? -1);
  }

  #childrenOf(node: number): readonly number[] {
    return this.#children[node] ?? [];
  }

  #at(values: Float64Array, node: number | undefined): number {
    return values[node ?? -1] ?? 0;
  }

  #postOrder(): readonly number[] {
    const order: number[] = [];
    const left = this.#parents.length === 0 ? [] : [0];
    for (let node = left.pop(); node !== undefined; node = left.pop()) {
      order.push(node);
      left.push(...this.#childrenOf(node));
    }
    return order.toReversed();
  }
}
