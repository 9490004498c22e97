import type { Expr } from './expr.ts';
import { conjuncts } from './expr.ts';
import type { Leaf, Source } from './query.ts';
import type { CostModel } from './query-cost.ts';
import { isConstant } from './selectivity-of.ts';
import { columnsIn, mapExpr, partsOf } from './walk.ts';

/** Rows of a table of which nothing is known. */
const DEFAULT_ROWS = 1000;

interface Relation {
  readonly rows: number;
  readonly cost: number;
  readonly sources: ReadonlySet<string>;
}

/** Cost of joining the sources of a SELECT in the order that the engine is expected to find. */
export class JoinCost {
  readonly #model: CostModel;

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
    const units = unitsOf(from, parts);
    const relations = units.map((unit) => this.#unit(unit, parts));
    return this.#joined(relations, units, parts);
  }

  /** Sources that may change places: leaves, and outer joins as a whole. */
  #unit(unit: Source, conditions: readonly Expr[]): Relation {
    if (unit.kind !== 'join') return this.#leaf(unit, conditions);
    const left = this.of(
      unit.left,
      conditions.filter((part) => isWithin(part, aliasesOf(unit.left))),
    );
    const right = this.#unit(unit.right, conjuncts(unit.on));
    const both = new Set([...aliasesOf(unit.left), ...right.sources]);
    const joined = this.#pair(
      { ...left, sources: aliasesOf(unit.left) },
      right,
      conjuncts(unit.on),
      unit.right,
    );
    const rows =
      unit.type === 'left' || unit.type === 'full' ? Math.max(left.rows, joined.rows) : joined.rows;
    return { rows, cost: joined.cost, sources: both };
  }

  #leaf(leaf: Leaf, conditions: readonly Expr[]): Relation {
    const { habits, selectivity } = this.#model;
    const own = conditions.filter((part) => isWithin(part, new Set([leaf.alias])));
    const share = own.reduce((product, part) => product * this.#share(part), 1);
    const sources = new Set([leaf.alias]);
    if (leaf.kind === 'derived') {
      const inner = this.#model.query(leaf.query);
      return { rows: Math.max(1, inner.rows * share), cost: inner.cost + inner.rows, sources };
    }
    if (leaf.kind === 'cte') {
      const { rows } = this.#model.cte(leaf.name);
      return { rows: Math.max(1, rows * share), cost: rows, sources };
    }
    const rows = this.rowsOf(leaf.table.name);
    const found = own.reduce(
      (least, part) => (this.#isIndexed(leaf, part) ? Math.min(least, selectivity.of(part).value) : least),
      1,
    );
    const scan = rows * habits.scan * (1 + testCost(own));
    const look = found < 1 ? rows * found * habits.look + Math.log2(2 + rows) : Infinity;
    return { rows: Math.max(1e-3, rows * share), cost: Math.min(scan, look), sources };
  }

  /** Rows of a table: nonsense counts as unknown. */
  rowsOf(table: string): number {
    const rows = this.#model.statistics.tables.get(table)?.rows;
    if (rows !== undefined && rows >= 0) return Math.max(1, rows);
    this.#model.isDefault = true;
    return DEFAULT_ROWS;
  }

  /** Smallest result first: the order that engines with few tables find. */
  #joined(
    relations: readonly Relation[],
    units: readonly Source[],
    conditions: readonly Expr[],
  ): { rows: number; cost: number } {
    const left = relations
      .map((relation, i) => ({ relation, unit: units[i] }))
      .toSorted((a, b) => a.relation.rows - b.relation.rows);
    let current = left.shift()?.relation ?? { rows: 1, cost: 1, sources: new Set<string>() };
    while (left.length > 0) {
      const now = current;
      const options = left.map((each) => {
        const both = new Set([...now.sources, ...each.relation.sources]);
        const between = conditions.filter(
          (part) =>
            isWithin(part, both) && !isWithin(part, now.sources) && !isWithin(part, each.relation.sources),
        );
        return { each, between, joined: this.#pair(now, each.relation, between, each.unit) };
      });
      const best = options.toSorted(
        (a, b) =>
          Number(b.between.length > 0) - Number(a.between.length > 0) || a.joined.rows - b.joined.rows,
      )[0];
      if (best === undefined) break;
      current = best.joined;
      left.splice(left.indexOf(best.each), 1);
    }
    return current;
  }

  #pair(left: Relation, right: Relation, between: readonly Expr[], unit: Source | undefined): Relation {
    const { habits } = this.#model;
    const share = between.reduce((product, part) => product * this.#share(part), 1);
    const rows = Math.max(1e-3, left.rows * right.rows * share);
    const keyed =
      unit !== undefined && unit.kind === 'table' && between.some((part) => this.#isIndexed(unit, part));
    const isEqual = between.some((part) => part.kind === 'call' && part.name === '=');
    const matches = Math.max(rows / Math.max(1, left.rows), 0.1);
    const looked = keyed ? left.cost + left.rows * (1 + habits.look * matches) : Infinity;
    const built = left.cost + right.cost + this.#built(left.rows, right.rows, isEqual);
    return {
      rows,
      cost: Math.min(looked, built) + rows * 0.1,
      sources: new Set([...left.sources, ...right.sources]),
    };
  }

  /** Cost of joining what no index joins. */
  #built(left: number, right: number, isEqual: boolean): number {
    const loop = left * right * 0.05 * this.#model.habits.scan;
    if (!isEqual || this.#model.habits.join === 'loop')
      return isEqual ? Math.min(loop, left * right * 0.02) : loop;
    if (this.#model.habits.join === 'hash')
      return (
        left * 0.7 * Math.min(1, this.#model.habits.scan * 2) +
        right * 1.5 * Math.min(1, this.#model.habits.scan * 2)
      );
    return right * 0.5 * Math.log2(2 + right) + left * (1 + 0.3 * Math.log2(2 + right));
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

/** The parts of inner joins, from left to right; their conditions join `conditions`. */
function unitsOf(source: Source, conditions: Expr[]): readonly Source[] {
  if (source.kind !== 'join' || (source.type !== 'inner' && source.type !== 'cross')) return [source];
  conditions.push(...conjuncts(source.on));
  return [...unitsOf(source.left, conditions), ...unitsOf(source.right, conditions)];
}

function aliasesOf(source: Source): ReadonlySet<string> {
  return source.kind === 'join'
    ? new Set([...aliasesOf(source.left), ...aliasesOf(source.right)])
    : new Set([source.alias]);
}

/** Whether a condition names these sources only, or ones of the queries around. */
function isWithin(condition: Expr, sources: ReadonlySet<string>): boolean {
  const columns = columnsIn(condition);
  return (
    columns.some(({ source }) => sources.has(source)) && columns.every(({ source }) => sources.has(source))
  );
}

/** Cost of evaluating conditions once, where reading the row costs 1. */
function testCost(conditions: readonly Expr[]): number {
  return conditions.reduce((cost, condition) => cost + exprCost(condition), 0);
}

function exprCost(expr: Expr): number {
  const own = expr.kind === 'cast' ? 0.3 : expr.kind === 'call' ? callCost(expr.name) : 0.01;
  return partsOf(expr).reduce((cost, part) => cost + exprCost(part), own);
}

function callCost(name: string): number {
  if (name === 'like' || name === 'ilike' || name === '~') return 0.3;
  return /^[a-z_]+$/.test(name) && !SEARCHED.has(name) && name !== 'and' && name !== 'or' && name !== 'not'
    ? 0.3
    : 0.05;
}

/** A condition with the columns of other sources as constants. */
function withoutOuter(condition: Expr, own: ReadonlySet<string>): Expr {
  if (condition.kind === 'query') return condition;
  return mapExpr(condition, (part) => (part.kind === 'column' && !own.has(part.source) ? OUTER : part));
}

const OUTER: Expr = { kind: 'parameter', text: 'outer' };
