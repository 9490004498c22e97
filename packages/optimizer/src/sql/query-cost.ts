import type { QueryStatistics } from '@perf/contracts';
import type { EngineCosts, EngineHabits } from './engine-habits.ts';
import { HABITS } from './engine-habits.ts';
import type { Expr } from './expr.ts';
import { conjuncts } from './expr.ts';
import { JoinCost } from './join-cost.ts';
import type { Query, QueryBody, Select } from './query.ts';
import type { JoinEstimator } from '../stats/join-estimator.ts';
import { joinQueryOf } from '../stats/join-query.ts';
import { Selectivity } from './selectivity-of.ts';
import { Shapes } from './shapes.ts';
import type { SqlName } from './sql-name.ts';
import { columnsIn, hasAggregate, hasQuery, hasWindow, outerSources, partsOf } from './walk.ts';

/** What a query is expected to give and to cost, in units of reading one row of a scan. */
export interface QueryCost {
  readonly rows: number;
  readonly cost: number;
  /** Whether some share of rows is only a default. */
  readonly isDefault: boolean;
}

/** What the estimate may rest on besides statistics. */
export interface CostOptions {
  /** What is known of joins, instead of the statistics of single columns. */
  readonly cardinality?: JoinEstimator | undefined;
  /** @default ENGINE_COSTS */
  readonly costs?: Partial<EngineCosts> | undefined;
}

/** Fewest rows that a join gives, so that no product becomes 0. */
const LEAST_ROWS = 1e-3;

/** Estimates a whole statement for one engine. */
export function costOf(query: Query, statistics: QueryStatistics, dialect: SqlName): QueryCost {
  return new CostModel(query, statistics, dialect).query(query);
}

/** Cost of the parts of one form of a statement. */
export class CostModel {
  readonly shapes: Shapes;
  readonly selectivity: Selectivity;
  readonly statistics: QueryStatistics;
  readonly habits: EngineHabits;
  readonly cardinality: JoinEstimator | undefined;
  readonly #ctes = new Map<string, QueryCost>();
  isDefault = false;

  constructor(
    query: Query,
    statistics: QueryStatistics,
    dialect: SqlName,
    { cardinality, costs }: CostOptions = {},
  ) {
    this.cardinality = cardinality;
    this.shapes = new Shapes(query, dialect);
    this.selectivity = new Selectivity(statistics, this.shapes);
    this.statistics = statistics;
    this.habits = { ...HABITS[dialect], ...costs };
  }

  query({ with: ctes, body, order, limit, offset }: Query): QueryCost {
    let cost = 0;
    for (const cte of ctes) {
      const own = this.query(cte.query);
      this.#ctes.set(cte.name, own);
      cost += own.cost + own.rows;
    }
    const inner = this.#body(body);
    cost += inner.cost;
    const wanted = limited(limit, inner.rows) + limited(offset, 0);
    if (order.length > 0) cost += sortCost(inner.rows, wanted);
    // Without an order or a group, the engine stops when it has enough.
    else if (limit !== undefined && body.kind === 'select' && !isGrouped(body) && !body.distinct)
      cost *= Math.min(1, Math.max(0.001, wanted / Math.max(1, inner.rows)));
    return {
      rows: limit === undefined ? inner.rows : Math.min(inner.rows, limited(limit, inner.rows)),
      cost,
      isDefault: this.isDefault,
    };
  }

  /** Rows and cost of a named query; reading it again costs its rows alone. */
  cte(name: string): QueryCost {
    return this.#ctes.get(name) ?? { rows: 1000, cost: 0, isDefault: true };
  }

  #body(body: QueryBody): { rows: number; cost: number } {
    if (body.kind === 'select') return this.#select(body);
    const [left, right] = [this.query(body.left), this.query(body.right)];
    const cost = left.cost + right.cost;
    const rows = body.kind === 'union' ? left.rows + right.rows : left.rows;
    return { rows, cost: body.all ? cost : cost + 2.5 * (left.rows + right.rows) };
  }

  #select(select: Select): { rows: number; cost: number } {
    const where = conjuncts(select.where);
    const plain = where.filter((part) => !hasQuery(part));
    const joined = new JoinCost(this).of(select.from, plain);
    const join = this.cardinality === undefined ? undefined : joinQueryOf(select.from, plain);
    let rows =
      join === undefined
        ? joined.rows
        : Math.max(LEAST_ROWS, this.cardinality?.estimateJoin(join).rows ?? joined.rows);
    let cost = joined.cost;
    for (const part of where.filter(hasQuery)) {
      cost += this.#queriesIn(part, rows);
      rows *= this.#share(part);
    }
    const grouped = isGrouped(select);
    const groups = grouped ? this.#groups(select.group, rows) : rows;
    if (grouped)
      cost += rows * this.habits.distinct * select.output.filter(({ expr }) => isDistinct(expr)).length;
    if (grouped) cost += select.group.length === 0 ? rows * 0.3 : rows * 1.5 + groups;
    for (const expr of select.output.map((output) => output.expr)) {
      cost += this.#queriesIn(expr, groups);
      if (hasWindow(expr)) cost += sortCost(rows, rows) + rows;
    }
    rows = groups;
    if (select.having !== undefined) {
      cost += this.#queriesIn(select.having, rows);
      rows *= this.#share(select.having);
    }
    if (!select.distinct) return { rows, cost };
    return {
      rows: this.#groups(
        select.output.map((output) => output.expr),
        rows,
      ),
      cost: cost + 1.5 * rows,
    };
  }

  #share(part: Expr): number {
    const { value, isDefault } = this.selectivity.of(part);
    if (isDefault) this.isDefault = true;
    return value;
  }

  #groups(keys: readonly Expr[], rows: number): number {
    if (keys.length === 0) return 1;
    return Math.max(
      1,
      Math.min(
        rows,
        keys.reduce((groups, key) => groups * this.selectivity.distinct(key, rows), 1),
      ),
    );
  }

  /** Cost of the queries in an expression that is evaluated for `rows` rows. */
  #queriesIn(expr: Expr, rows: number): number {
    const own = expr.kind === 'query' ? this.#inner(expr.query, expr.form, rows) : 0;
    return partsOf(expr).reduce((cost, part) => cost + this.#queriesIn(part, rows), own);
  }

  #inner(query: Query, form: 'scalar' | 'exists' | 'in', rows: number): number {
    const { unnests, start } = this.habits;
    const once = this.query(query);
    const isCorrelated = outerSources(query).size > 0;
    if (!isCorrelated) return once.cost + once.rows + rows * (form === 'in' ? 1 : 0.1);
    if (unnests === 'all' || (unnests === 'semijoins' && form !== 'scalar')) {
      const apart = uncorrelated(query);
      const all = this.query(apart);
      return Math.min(all.cost + all.rows + rows, rows * (start + this.#stopped(once, form)));
    }
    return rows * (start + this.#stopped(once, form));
  }

  /** A test ends at the first row it finds. */
  #stopped({ rows, cost }: QueryCost, form: 'scalar' | 'exists' | 'in'): number {
    return form === 'scalar' ? cost : cost / Math.max(1, Math.min(rows, 2));
  }
}

/** The query without the conditions that name sources around it. */
function uncorrelated(query: Query): Query {
  if (query.body.kind !== 'select' || query.body.where === undefined) return query;
  const outer = outerSources(query);
  const own = conjuncts(query.body.where).filter(
    (part) => !columnsIn(part).some(({ source }) => outer.has(source)),
  );
  const [first] = own;
  const where = own.length > 1 ? { kind: 'call' as const, name: 'and', args: own } : first;
  return { ...query, body: { ...query.body, where } };
}

function isGrouped({ group, output, having }: Select): boolean {
  return group.length > 0 || having !== undefined || output.some(({ expr }) => hasAggregate(expr));
}

/** Whether it is an aggregate of distinct values. */
function isDistinct(expr: Expr): boolean {
  return (expr.kind === 'aggregate' && expr.distinct) || partsOf(expr).some(isDistinct);
}

function sortCost(rows: number, wanted: number): number {
  return rows * 0.4 * Math.log2(2 + Math.min(rows, wanted));
}

function limited(limit: Expr | undefined, otherwise: number): number {
  if (limit?.kind !== 'literal') return limit === undefined ? otherwise : 100;
  return Number(limit.text);
}
