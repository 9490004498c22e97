import { JoinConditions } from '../search/join-conditions.ts';
import type { RelationColumn } from '../search/join-conditions.ts';
import type { EqualColumn, JoinPlan, JoinSide, JoinWay } from '../search/join-graph.ts';
import { JoinGraph, MOST_RELATIONS } from '../search/join-graph.ts';
import type { JoinList } from '../search/join-list.ts';
import { isList, joinList } from '../search/join-list.ts';
import { conjunctionCost } from '../filter-rank.ts';
import { conditionCost } from './condition-cost.ts';
import type { Expr } from './expr.ts';
import { call, conjuncts } from './expr.ts';
import type { Leaf, Source } from './query.ts';
import type { CostModel } from './query-cost.ts';
import { isConstant } from './selectivity-of.ts';
import { rowsOfSets } from '../stats/rows-of-sets.ts';
import { columnsIn, mapExpr } from './walk.ts';

/** Rows of a table of which nothing is known. */
const DEFAULT_ROWS = 1000;

/** What one source, or several joined ones, give. */
export interface Relation extends JoinSide {
  readonly sources: ReadonlySet<string>;
  /** The source, when it is only one. */
  readonly leaf?: Leaf;
}

/** Cost of joining the sources of a SELECT in the order that the engine is expected to find. */
export class JoinCost {
  readonly #model: CostModel;
  /** Sources that each condition names, so that many conditions are not read for every table anew. */
  readonly #named = new Map<Expr, readonly string[]>();

  constructor(model: CostModel) {
    this.#model = model;
  }

  /** @param conditions of WHERE, without those that hold queries */
  of(
    from: Source | undefined,
    conditions: readonly Expr[],
  ): { readonly rows: number; readonly cost: number } {
    if (from === undefined) return { rows: 1, cost: 1 };
    // Columns of the queries around stay the same while this one runs.
    const own = aliasesOf(from);
    const parts = conditions.map((part) => withoutOuter(part, own));
    addInnerConditions(from, parts);
    return this.#ordered(joinList(from, this.#model.habits.reorders), parts);
  }

  /** The relations of a list as a graph, with all conditions between them. At most `MOST_RELATIONS`. */
  graph(relations: readonly Relation[], conditions: readonly Expr[]): JoinGraph {
    const between = new JoinConditions(
      relations.map(({ sources }) => sources),
      this.#model.shapes,
    );
    for (const part of conditions) between.add(part);
    const edges = between.edges.map(({ condition, left, right }) => ({
      left,
      right,
      share: this.#share(condition),
      isEqual: condition.kind === 'call' && condition.name === '=',
      keyed: relations.reduce(
        (set, { leaf }, i) => (leaf !== undefined && this.#isIndexed(leaf, condition) ? set | (1 << i) : set),
        0,
      ),
    }));
    const classes = between.classes.map((columns) =>
      columns.map((column) => this.#equalColumn(column, relations[column.relation])),
    );
    const leaves = relations.map(({ leaf }) => leaf);
    const { cardinality } = this.#model;
    return new JoinGraph(
      relations,
      { edges, classes },
      (left, right, way) => this.#price(left, right, way),
      cardinality === undefined ? undefined : rowsOfSets(cardinality, leaves, conditions),
    );
  }

  /** A source that keeps its place: a table or query, or an outer join as a whole. */
  relation(unit: Source, conditions: readonly Expr[]): Relation {
    return this.#unit(unit, conditions);
  }

  #equalColumn({ relation, source, name }: RelationColumn, side: Relation | undefined): EqualColumn {
    const column = { kind: 'column', source, name } as const;
    const known = this.#model.selectivity.column(column);
    const leaf = side?.leaf;
    return {
      relation,
      distinct: this.#model.selectivity.distinct(column, Math.max(1, side?.read ?? Infinity)),
      present: 1 - Math.min(1, Math.max(0, known?.nullFraction ?? 0)),
      keyed: leaf !== undefined && this.#isIndexed(leaf, call('=', column, OUTER)),
    };
  }

  /** Sources that may change places: leaves, and outer joins as a whole. */
  #unit(unit: Source, conditions: readonly Expr[]): Relation {
    if (unit.kind !== 'join') return this.#leaf(unit, conditions);
    const left = this.of(
      unit.left,
      conditions.filter((part) => this.#isWithin(part, aliasesOf(unit.left))),
    );
    const right = this.#unit(unit.right, conjuncts(unit.on));
    const both = new Set([...aliasesOf(unit.left), ...right.sources]);
    const sides = [{ ...left, read: left.rows, sources: aliasesOf(unit.left) }, right];
    const joined = leftDeep(this.graph(sides, conjuncts(unit.on)));
    const rows =
      unit.type === 'left' || unit.type === 'full' ? Math.max(left.rows, joined.rows) : joined.rows;
    return { rows, read: rows, cost: joined.cost, sources: both };
  }

  #leaf(leaf: Leaf, conditions: readonly Expr[]): Relation {
    const { habits, selectivity } = this.#model;
    const sources = new Set([leaf.alias]);
    const own = conditions.filter((part) => this.#isWithin(part, sources));
    const share = own.reduce((product, part) => product * this.#share(part), 1);
    if (leaf.kind === 'derived') {
      const inner = this.#model.query(leaf.query);
      return {
        rows: Math.max(1, inner.rows * share),
        read: inner.rows,
        cost: inner.cost + inner.rows,
        sources,
        leaf,
        isMade: true,
      };
    }
    if (leaf.kind === 'cte') {
      const { rows } = this.#model.cte(leaf.name);
      return { rows: Math.max(1, rows * share), read: rows, cost: rows, sources, leaf };
    }
    const rows = this.rowsOf(leaf.table.name);
    const found = own.reduce(
      (least, part) => (this.#isIndexed(leaf, part) ? Math.min(least, selectivity.of(part).value) : least),
      1,
    );
    const tests = own.map((part) => ({ selectivity: this.#share(part), cost: conditionCost(part) }));
    const scan = rows * habits.scan * (1 + conjunctionCost(tests));
    const look = found < 1 ? rows * found * habits.look + Math.log2(2 + rows) : Infinity;
    return { rows: Math.max(1e-3, rows * share), read: rows, cost: Math.min(scan, look), sources, leaf };
  }

  /** Rows of a table: nonsense counts as unknown. */
  rowsOf(table: string): number {
    const rows = this.#model.statistics.tables.get(table)?.rows;
    if (rows !== undefined && rows >= 0) return Math.max(1, rows);
    this.#model.isDefault = true;
    return DEFAULT_ROWS;
  }

  #ordered(list: JoinList, conditions: readonly Expr[]): { readonly rows: number; readonly cost: number } {
    const relations = list.map((part) =>
      isList(part)
        ? { ...this.#asSide(part, conditions), sources: new Set(part.flatMap(sourcesIn)) }
        : this.relation(part, conditions),
    );
    const fitting = relations.slice(0, MOST_RELATIONS);
    if (fitting.length === relations.length) return leftDeep(this.graph(relations, conditions));
    return this.#ordered([list.slice(0, MOST_RELATIONS), ...list.slice(MOST_RELATIONS)], conditions);
  }

  #asSide(list: JoinList, conditions: readonly Expr[]): JoinSide {
    const { rows, cost } = this.#ordered(list, conditions);
    return { rows, read: rows, cost };
  }

  #price(left: JoinSide, right: JoinSide, { rows, isEqual, isKeyed }: JoinWay): number {
    // What an index finds is read before the other conditions of the right side are asked; finding nothing costs nearly as much.
    const matches = Math.max(((rows / right.rows) * right.read) / Math.max(1, left.rows), 0.7);
    const { join, look } = this.#model.habits;
    // An engine that joins row by row makes an index on the rows of a query in FROM.
    const isMade = right.isMade === true && isEqual && join === 'loop';
    const made = isMade ? right.cost + right.rows : 0;
    const looked = isKeyed || isMade ? left.cost + made + left.rows * (1 + look * matches) : Infinity;
    const built = left.cost + right.cost + this.#built(left.rows, right.rows, isEqual);
    return Math.min(looked, built) + rows * 0.1;
  }

  /** Cost of joining what no index joins. */
  #built(left: number, right: number, isEqual: boolean): number {
    const loop = left * right * 0.05 * this.#model.habits.scan;
    if (!isEqual || this.#model.habits.join === 'loop')
      return isEqual ? Math.min(loop, left * right * 0.02) : loop;
    // Of the two sides the smaller one is made a table or an index of.
    const [few, many] = [Math.min(left, right), Math.max(left, right)];
    if (this.#model.habits.join === 'hash')
      return (many * 0.5 + few * 1.5) * Math.min(1, this.#model.habits.scan * 2);
    return few * 0.5 * Math.log2(2 + few) + many * 0.3 * (1 + Math.log2(2 + few));
  }

  /** Whether a condition names these sources only. */
  #isWithin(condition: Expr, sources: ReadonlySet<string>): boolean {
    let named = this.#named.get(condition);
    if (named === undefined) {
      named = columnsIn(condition).map(({ source }) => source);
      this.#named.set(condition, named);
    }
    return named.length > 0 && named.every((source) => sources.has(source));
  }

  #share(part: Expr): number {
    const { value, isDefault } = this.#model.selectivity.of(part);
    if (isDefault) this.#model.isDefault = true;
    return value;
  }

  /** Whether an index of the table begins with the column that the condition compares, bare. */
  #isIndexed(leaf: Leaf, part: Expr): boolean {
    if (leaf.kind !== 'table' || part.kind !== 'call' || !SEARCHED.has(part.name)) return false;
    const [first, second] = part.args;
    const name = [first, second].flatMap((arg) =>
      arg?.kind === 'column' && arg.source === leaf.alias ? [arg.name] : [],
    )[0];
    if (name === undefined || (part.name !== '=' && !part.args.slice(1).every(isOuterOf(leaf.alias))))
      return false;
    const known = this.#model.statistics.tables.get(leaf.table.name)?.indexes;
    return [...leaf.table.uniqueKeys, ...(known ?? [])].some((index) => index[0] === name);
  }
}

const SEARCHED: ReadonlySet<string> = new Set(['=', '<', '<=', '>', '>=', 'between', 'in', 'is null']);

function isOuterOf(alias: string): (expr: Expr) => boolean {
  return (expr) => isConstant(expr) || !columnsIn(expr).some(({ source }) => source === alias);
}

/** Smallest result first: the order that engines with few tables find. */
function leftDeep(graph: JoinGraph): JoinPlan {
  const [first, ...left] = graph.leaves.toSorted((a, b) => a.rows - b.rows);
  let current = first ?? { set: 0, rows: 1, read: 1, cost: 1 };
  while (left.length > 0) {
    const now = current;
    const options = left.map((each) => ({
      each,
      isJoined: graph.areJoined(now.set, each.set),
      joined: graph.join(now, each),
    }));
    const best = options.toSorted(
      (a, b) => Number(b.isJoined) - Number(a.isJoined) || a.joined.rows - b.joined.rows,
    )[0];
    if (best === undefined) break;
    current = best.joined;
    left.splice(left.indexOf(best.each), 1);
  }
  return current;
}

/** Adds the conditions of inner joins that stand above every outer join. */
function addInnerConditions(source: Source, conditions: Expr[]): void {
  if (source.kind !== 'join' || (source.type !== 'inner' && source.type !== 'cross')) return;
  conditions.push(...conjuncts(source.on));
  addInnerConditions(source.left, conditions);
  addInnerConditions(source.right, conditions);
}

function sourcesIn(part: Source | JoinList): readonly string[] {
  return isList(part) ? part.flatMap(sourcesIn) : [...aliasesOf(part)];
}

/** The sources within a source. */
export function aliasesOf(source: Source): ReadonlySet<string> {
  return source.kind === 'join'
    ? new Set([...aliasesOf(source.left), ...aliasesOf(source.right)])
    : new Set([source.alias]);
}

/** A condition with the columns of other sources as constants. */
export function withoutOuter(condition: Expr, own: ReadonlySet<string>): Expr {
  if (condition.kind === 'query') return condition;
  return mapExpr(condition, (part) => (part.kind === 'column' && !own.has(part.source) ? OUTER : part));
}

const OUTER: Expr = { kind: 'parameter', text: 'outer' };
