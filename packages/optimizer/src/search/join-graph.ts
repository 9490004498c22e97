/** Relations as bits: relation i is bit i. */
export type RelationSet = number;

/** Relations that a graph can hold, so that every set of them is a whole number of 32 bits above 0. */
export const MOST_RELATIONS = 30;

/** Rows, and what it costs to get them, in units of reading one row. */
export interface JoinSide {
  /** Rows it gives, after its own conditions; above 0. */
  readonly rows: number;
  /** Rows before its own conditions, which an index would find. */
  readonly read: number;
  readonly cost: number;
  /** Whether its rows have to be made before any of them can be looked up, as those of a query in FROM. */
  readonly isMade?: boolean;
}

/** A condition between relations; both sides are not empty and share none. */
export interface JoinEdge {
  readonly left: RelationSet;
  readonly right: RelationSet;
  /** Share of all pairs of rows that it lets pass, above 0 and at most 1. */
  readonly share: number;
  readonly isEqual: boolean;
  /** Relations of which an index answers it. */
  readonly keyed: RelationSet;
}

/** A column of a relation that equals columns of others. */
export interface EqualColumn {
  readonly relation: number;
  /** Distinct values, at least 1. */
  readonly distinct: number;
  /** Share of rows in which it is not null. */
  readonly present: number;
  /** Whether an index begins with it. */
  readonly keyed: boolean;
}

/** All that joins the relations of a graph. */
export interface JoinConditionList {
  readonly edges: readonly JoinEdge[];
  /** Columns of which each equals every other, at least two of a list. */
  readonly classes: readonly (readonly EqualColumn[])[];
}

/** Columns that are all equal. */
export interface EqualColumns {
  readonly columns: readonly EqualColumn[];
  /** Their relations. */
  readonly set: RelationSet;
}

/** How two sides are joined. */
export interface JoinWay {
  readonly rows: number;
  readonly isEqual: boolean;
  /** Whether an index of the right side finds its rows. */
  readonly isKeyed: boolean;
}

/** Cost of a join, that of both sides included. */
export type JoinPrice = (left: JoinSide, right: JoinSide, way: JoinWay) => number;

/** Relations joined in some order; one relation alone has no sides. */
export interface JoinPlan extends JoinSide {
  readonly set: RelationSet;
  readonly left?: JoinPlan;
  readonly right?: JoinPlan;
}

/** Fewest rows that anything gives, so that no product becomes 0. */
const LEAST_ROWS = 1e-3;

/**
 * Relations and the conditions between them. Columns that are all equal count as one condition, whichever of its equalities a join uses: of
 * k joined ones all but the one with the fewest values divide the rows (Swami and Schiefer, EDBT 1994).
 */
export class JoinGraph {
  readonly edges: readonly JoinEdge[];
  readonly classes: readonly EqualColumns[];
  /** The relations, each a plan of its own. */
  readonly leaves: readonly JoinPlan[];
  /** Edges between two relations, by each of them: of many edges a join looks at few. */
  readonly #simple: readonly (readonly JoinEdge[])[];
  /** Edges that need more relations. */
  readonly #wide: readonly JoinEdge[];
  readonly #price: JoinPrice;
  readonly #rowsOf: (set: RelationSet) => number | undefined;

  /**
   * @param relations at most `MOST_RELATIONS`; relation i is bit i of every set
   * @param rowsOf rows of a set where more is known of it than its parts and conditions tell; undefined: nothing is
   */
  constructor(
    relations: readonly JoinSide[],
    conditions: JoinConditionList,
    price: JoinPrice,
    rowsOf: (set: RelationSet) => number | undefined = () => undefined,
  ) {
    this.#rowsOf = rowsOf;
    this.leaves = relations.map(({ rows, read, cost, isMade = false }, i) => {
      const set = 1 << i;
      return { rows: Math.max(LEAST_ROWS, rowsOf(set) ?? rows), read, cost, isMade, set };
    });
    // Two columns are a plain edge, which is weighed in less time.
    const pairs = conditions.classes.flatMap((columns) => edgeOf(columns) ?? []);
    this.edges = [...conditions.edges, ...pairs];
    this.classes = conditions.classes
      .filter((columns) => edgeOf(columns) === undefined)
      .map((columns) => ({ columns, set: columns.reduce((set, { relation }) => set | (1 << relation), 0) }));
    const isSimple = ({ left, right }: JoinEdge): boolean => isOne(left) && isOne(right);
    const simple = this.edges.filter(isSimple);
    this.#simple = this.leaves.map(({ set }) =>
      simple.filter(({ left, right }) => ((left | right) & set) !== 0),
    );
    this.#wide = this.edges.filter((edge) => !isSimple(edge));
    this.#price = price;
  }

  /** Two plans that share no relation joined, the cheaper way round. */
  join(a: JoinPlan, b: JoinPlan): JoinPlan {
    const both = a.set | b.set;
    let [share, isEqual, keyed] = [1, false, 0];
    const [few, many] = isOne(b.set) ? [b.set, a.set] : [a.set, b.set];
    for (let rest = few; rest !== 0; rest &= rest - 1)
      for (const edge of this.#simple[lowest(rest)] ?? []) {
        if (((edge.left | edge.right) & many) === 0) continue;
        share *= edge.share;
        isEqual ||= edge.isEqual;
        keyed |= edge.keyed;
      }
    for (const edge of this.#wide) {
      if (!isBetween(edge, a.set, b.set)) continue;
      share *= edge.share;
      isEqual ||= edge.isEqual;
      keyed |= edge.keyed;
    }
    for (const { columns, set } of this.classes) {
      if ((set & a.set) === 0 || (set & b.set) === 0) continue;
      const [here, there] = [fewest(columns, a.set), fewest(columns, b.set)];
      share *= (here.present * there.present) / Math.max(here.distinct, there.distinct);
      isEqual = true;
      keyed |= here.keyed | there.keyed;
    }
    const rows = Math.max(LEAST_ROWS, this.#rowsOf(both) ?? a.rows * b.rows * share);
    const forth = this.#price(a, b, {
      rows,
      isEqual,
      isKeyed: b.left === undefined && (keyed & b.set) !== 0,
    });
    const back = this.#price(b, a, { rows, isEqual, isKeyed: a.left === undefined && (keyed & a.set) !== 0 });
    const [left, right] = back < forth ? [b, a] : [a, b];
    return { set: both, rows, read: rows, cost: Math.min(forth, back), left, right };
  }

  /** Whether a condition stands between two sets. */
  areJoined(a: RelationSet, b: RelationSet): boolean {
    return (
      this.edges.some((edge) => isBetween(edge, a, b)) ||
      this.classes.some(({ set }) => (set & a) !== 0 && (set & b) !== 0)
    );
  }
}

/** Number of the first relation of a set. */
function lowest(set: RelationSet): number {
  return 31 - Math.clz32(set & -set);
}

function isOne(set: RelationSet): boolean {
  return (set & (set - 1)) === 0;
}

/** Whether two sets have together what an edge needs, and neither has it alone. */
function isBetween({ left, right }: JoinEdge, a: RelationSet, b: RelationSet): boolean {
  const needed = left | right;
  return (needed & ~(a | b)) === 0 && (needed & ~a) !== 0 && (needed & ~b) !== 0;
}

/** Two equal columns of two relations as an edge. */
function edgeOf(columns: readonly EqualColumn[]): JoinEdge | undefined {
  const [a, b] = columns;
  if (a === undefined || b === undefined || columns.length > 2 || a.relation === b.relation) return undefined;
  return {
    left: 1 << a.relation,
    right: 1 << b.relation,
    share: (a.present * b.present) / Math.max(a.distinct, b.distinct),
    isEqual: true,
    keyed: (a.keyed ? 1 << a.relation : 0) | (b.keyed ? 1 << b.relation : 0),
  };
}

/** What a set has of equal columns: the fewest values, the relations whose index finds them, and what is not null where it is the first. */
function fewest(
  columns: readonly EqualColumn[],
  set: RelationSet,
): { readonly distinct: number; readonly present: number; readonly keyed: RelationSet } {
  let [count, distinct, present, keyed] = [0, Infinity, 1, 0];
  for (const column of columns) {
    if (((set >> column.relation) & 1) === 0) continue;
    count++;
    distinct = Math.min(distinct, column.distinct);
    present = column.present;
    if (column.keyed) keyed |= 1 << column.relation;
  }
  // Rows that are joined by the column already hold no null in it.
  return { distinct, present: count === 1 ? present : 1, keyed };
}
