import type { Catalog } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { substituted } from './clone.ts';
import type { Expr } from './expr.ts';
import { conjuncts, isSame } from './expr.ts';
import { printName } from './print-name.ts';
import type { Query, Source, TableSource } from './query.ts';
import { leavesOf } from './query.ts';
import { readStatement } from './read-statement.ts';
import { sitesOf } from './site.ts';
import type { SqlName } from './sql-name.ts';

/** A filter on rows that must stay where it is: beside its table, in every form of a statement. */
export interface SecurityPredicate {
  /** As the catalogue calls it. */
  readonly table: string;
  /** As it would stand in WHERE of a SELECT from this table alone, as in `tenant_id = 7`; in a statement it must be written alike. */
  readonly condition: string;
}

interface Mark {
  readonly table: string;
  /** All must hold; the table is called by no name. */
  readonly conditions: readonly Expr[];
}

/** How many times marked tables are read, with their conditions beside them and without. */
interface Count {
  readonly guarded: number;
  readonly open: number;
}

/**
 * Watches that rewriting parts no table from its security predicates: each must be asked in the SELECT that reads the table, in WHERE or in a
 * join that every row of the table has to pass, so that nothing sees its rows before.
 */
export class SecurityGuard {
  readonly #marks: readonly Mark[];

  /** Throws `ERR_PERF_INVALID_OPTION` for what is no condition on the table. */
  constructor(predicates: readonly SecurityPredicate[], dialect: SqlName, catalog: Catalog) {
    this.#marks = predicates.map((predicate) => markOf(predicate, dialect, catalog));
  }

  /** Whether every marked table of the statement has its conditions beside it. */
  isClosed(query: Query): boolean {
    return this.#marks.every((mark) => countOf(query, mark).open === 0);
  }

  /** Whether another form of a statement keeps every condition of it. */
  keeps(before: Query, after: Query): boolean {
    return this.#marks.every((mark) => {
      const { guarded, open } = countOf(after, mark);
      return open === 0 && guarded >= countOf(before, mark).guarded;
    });
  }
}

function markOf({ table, condition }: SecurityPredicate, dialect: SqlName, catalog: Catalog): Mark {
  const read = readStatement(
    `SELECT 1 FROM ${printName(table, dialect)} WHERE ${condition}`,
    dialect,
    catalog,
    {
      unnamed: true,
    },
  );
  const query = 'query' in read ? read.query : undefined;
  const select = query?.body.kind === 'select' ? query.body : undefined;
  const from = select?.from;
  const conditions = conjuncts(select?.where);
  const isPlain =
    query?.order.length === 0 &&
    query.limit === undefined &&
    query.offset === undefined &&
    select?.group.length === 0 &&
    select.having === undefined;
  if (from?.kind !== 'table' || !isPlain || conditions.length === 0)
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `a security predicate must be a condition on one table that is understood, got ${JSON.stringify(condition)} on ${JSON.stringify(table)}`,
    );
  return { table: from.table.name, conditions: conditions.map((part) => renamed(part, from.alias, '')) };
}

function countOf(query: Query, { table, conditions }: Mark): Count {
  let [guarded, open] = [0, 0];
  for (const { query: each } of sitesOf(query)) {
    const { body } = each;
    if (body.kind !== 'select') continue;
    for (const leaf of leavesOf(body.from)) {
      if (leaf.kind !== 'table' || leaf.table.name !== table) continue;
      const asked = [...conjuncts(body.where), ...passedBy(leaf, body.from)];
      const isGuarded = conditions.every((condition) => {
        const wanted = renamed(condition, '', leaf.alias);
        return asked.some((part) => isSame(part, wanted));
      });
      if (isGuarded) guarded++;
      else open++;
    }
  }
  return { guarded, open };
}

/** Conditions of joins that let a row of the table through only where they hold. */
function passedBy(leaf: TableSource, source: Source | undefined): readonly Expr[] {
  if (source?.kind !== 'join') return [];
  const { type, left, right, on } = source;
  const isRight = leavesOf(right).includes(leaf);
  if (!isRight && !leavesOf(left).includes(leaf)) return [];
  const inner = passedBy(leaf, isRight ? right : left);
  const isPassed = type === 'inner' || (type === 'left' && isRight) || (type === 'right' && !isRight);
  return isPassed ? [...inner, ...conjuncts(on)] : inner;
}

/** A condition with one source called otherwise, in the queries within it too. */
function renamed(condition: Expr, from: string, to: string): Expr {
  return substituted(condition, (each) => (each.source === from ? { ...each, source: to } : each));
}
