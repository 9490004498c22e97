import type { Catalog, ExecutionPlan, QueryStatistics } from '@perf/contracts';
import { HABITS } from '../sql/engine-habits.ts';
import type { Expr } from '../sql/expr.ts';
import { conjuncts } from '../sql/expr.ts';
import type { Query, Source } from '../sql/query.ts';
import { leavesOf } from '../sql/query.ts';
import { readStatement } from '../sql/read-statement.ts';
import { Selectivity } from '../sql/selectivity-of.ts';
import { Shapes } from '../sql/shapes.ts';
import type { SqlName } from '../sql/sql-name.ts';
import { columnsIn } from '../sql/walk.ts';

const DEFAULT_ROWS = 1000;
/** A share that means none. */
const UNSEEN = 1e-8;
/** Cost of one step down an index. */
const STEP = 0.3;
/** Cost of a row that an index of all columns has whole. */
const COVERED = 1;

/**
 * What a plan that tells no cost would cost, in units of reading a row: its tables are taken in the order that the planner has chosen, each once for every
 * row of those before, as SQLite does. Undefined for a statement that is not read.
 */
export function nestedLoopCost(
  plan: ExecutionPlan,
  text: string,
  {
    dialect,
    catalog,
    statistics,
  }: { readonly dialect: SqlName; readonly catalog: Catalog; readonly statistics: QueryStatistics },
): number | undefined {
  const read = readStatement(text, dialect, catalog);
  if ('reason' in read) return undefined;
  const { query } = read;
  const walk = new PlanWalk(query, new Selectivity(statistics, new Shapes(query, dialect)), {
    statistics,
    look: HABITS[dialect].look,
  });
  return walk.cost(plan);
}

class PlanWalk {
  readonly #query: Query;
  readonly #selectivity: Selectivity;
  readonly #statistics: QueryStatistics;
  readonly #look: number;
  readonly #tables = new Map<string, string>();
  readonly #conditions: Expr[] = [];

  constructor(
    query: Query,
    selectivity: Selectivity,
    { statistics, look }: { readonly statistics: QueryStatistics; readonly look: number },
  ) {
    this.#query = query;
    this.#selectivity = selectivity;
    this.#statistics = statistics;
    this.#look = look;
    this.#gather(query);
  }

  cost({ children }: ExecutionPlan): number {
    const { cost, rows, isSorted } = this.#level(children, new Set());
    const { limit, body, order } = this.#query;
    const isGrouped = body.kind !== 'select' || body.group.length > 0 || body.distinct;
    // Rows come in order, and reading ends at the last one wanted.
    if (limit?.kind !== 'literal' || isSorted || isGrouped || order.length === 0) return 1 + cost;
    return 1 + cost * Math.min(1, Number(limit.text) / Math.max(1, rows));
  }

  #level(
    children: readonly ExecutionPlan[],
    bound: Set<string>,
  ): { readonly cost: number; readonly rows: number; readonly isSorted: boolean } {
    let [cost, rows, isSorted] = [0, 1, false];
    for (const child of children) {
      const table = child.table === undefined ? undefined : this.#tables.get(child.table);
      if (child.table !== undefined && (child.operator === 'scan' || child.operator === 'search')) {
        const all = table === undefined ? DEFAULT_ROWS : this.#rows(table);
        cost += rows * this.#access(child, child.table, all);
        bound.add(child.table);
        rows *= Math.max(1e-6, all * this.#passed(child.table, bound));
      } else if (child.engineOperator?.startsWith('USE TEMP B-TREE') === true) {
        isSorted ||= child.operator === 'sort';
        cost += rows * 0.4 * Math.log2(2 + rows);
      } else {
        const inner = this.#level(child.children, new Set(bound));
        cost += inner.cost * (child.correlated === true ? rows : 1);
      }
    }
    return { cost, rows, isSorted };
  }

  /** Cost of reading a table once. */
  #access({ operator, detail }: ExecutionPlan, alias: string, all: number): number {
    const each = detail.includes('COVERING') ? COVERED : this.#look;
    // A scan through an index reads its rows out of their order.
    if (operator === 'scan') return all * (detail.includes(' INDEX ') ? each : 1);
    const columns = [...detail.matchAll(/\b(\w+)\s*(?:=|>|<)\s*\?/g)].map(([, name = '']) => name);
    const share = [...new Set(columns)].reduce((product, name) => product * this.#found(alias, name, all), 1);
    const made = detail.includes('AUTOMATIC') ? all : 0;
    return made + STEP * Math.log2(2 + all) + Math.max(share * all, 0.5) * each;
  }

  /** Share of rows that a searched column leaves. */
  #found(alias: string, name: string, all: number): number {
    if (name === 'rowid') return 1 / all;
    const own = this.#conditions.filter((condition) =>
      columnsIn(condition).some((column) => column.source === alias && column.name === name),
    );
    const constant = own.filter((condition) => columnsIn(condition).every(({ source }) => source === alias));
    if (constant.length > 0) return constant.reduce((product, each) => product * this.#share(each), 1);
    return 1 / this.#selectivity.distinct({ kind: 'column', source: alias, name }, all);
  }

  /** Share of rows that pass what can be tested once a source is bound. */
  #passed(alias: string, bound: ReadonlySet<string>): number {
    return this.#conditions.reduce((product, condition) => {
      const sources = columnsIn(condition).map(({ source }) => source);
      const isReady = sources.includes(alias) && sources.every((source) => bound.has(source));
      return isReady ? product * this.#share(condition) : product;
    }, 1);
  }

  /** A value that no statistics have seen counts as any other. */
  #share(condition: Expr): number {
    const { value } = this.#selectivity.of(condition);
    const [column] = columnsIn(condition);
    if (value > UNSEEN || column === undefined) return value;
    return 1 / this.#selectivity.distinct({ kind: 'column', ...column }, DEFAULT_ROWS);
  }

  #gather({ with: ctes, body }: Query): void {
    for (const cte of ctes) this.#gather(cte.query);
    if (body.kind !== 'select') {
      this.#gather(body.left);
      this.#gather(body.right);
      return;
    }
    for (const leaf of leavesOf(body.from)) {
      if (leaf.kind === 'table') this.#tables.set(leaf.alias, leaf.table.name);
      if (leaf.kind === 'derived') this.#gather(leaf.query);
    }
    this.#conditions.push(...conjuncts(body.where), ...joinConditions(body.from));
  }

  #rows(table: string): number {
    return Math.max(1, this.#statistics.tables.get(table)?.rows ?? DEFAULT_ROWS);
  }
}

function joinConditions(source: Source | undefined): readonly Expr[] {
  if (source?.kind !== 'join') return [];
  return [...joinConditions(source.left), ...joinConditions(source.right), ...conjuncts(source.on)];
}
