import type { Cursor } from './cursor.ts';
import type { Expr, OrderItem } from './expr.ts';
import type { Cte, Query, Select, SetOperation } from './query.ts';
import { outputNames } from './query.ts';
import { readOrderItem } from './read-call.ts';
import { readExpression } from './read-expression.ts';
import { readSelect } from './read-select.ts';
import type { Names } from './scope.ts';
import { Scope } from './scope.ts';
import { unreadable } from './unreadable.ts';

/** A query with its named queries, order and limits. @param outer the scope that it stands in */
export function readQuery(cursor: Cursor, names: Names, outer: Scope | undefined): Query {
  return cursor.within(() => {
    // Named queries see nothing of the query they belong to, and their names are seen in all of it.
    const around = new Scope(names, outer);
    const ctes = cursor.take('with') ? readCtes(cursor, names, around) : [];
    const { query, scope } = readBody(cursor, names, around);
    if (query.with.length + query.order.length > 0 || query.limit !== undefined || query.offset !== undefined)
      return cursor.is('order') || cursor.is('limit') || ctes.length > 0
        ? unreadable('a query in brackets has an order or a limit')
        : query;
    const order = cursor.take('order', 'by') ? readOrder(cursor, query, scope) : [];
    const { limit, offset } = readLimit(cursor, around);
    for (const word of ['for', 'into', 'window', 'qualify', 'lock', 'procedure', 'with'])
      if (cursor.is(word)) unreadable(`${word} is not understood`);
    return { with: ctes, body: query.body, order, limit, offset };
  });
}

function readCtes(cursor: Cursor, names: Names, around: Scope): Cte[] {
  if (cursor.is('recursive')) return unreadable('WITH RECURSIVE is not understood');
  return cursor.list(() => {
    const called = cursor.name();
    const columns = cursor.is('(') ? unreadable('a named query renames its columns') : undefined;
    cursor.must('as');
    const materialized = cursor.take('materialized')
      ? true
      : cursor.take('not', 'materialized')
        ? false
        : undefined;
    cursor.must('(');
    const query = readQuery(cursor, names, around);
    cursor.must(')');
    return { name: around.addCte(called, columns ?? outputNames(query)), query, materialized };
  });
}

/** A body, and the scope of its SELECT where it is one. */
interface ReadBody {
  readonly query: Query;
  readonly scope: Scope | undefined;
}

const SET_WORDS = ['union', 'intersect', 'except'] as const;

/** SELECTs with set operations between; INTERSECT does not bind alike everywhere, so only one kind may stand in a row. */
function readBody(cursor: Cursor, names: Names, around: Scope): ReadBody {
  let { query, scope } = readTerm(cursor, names, around);
  let first: string | undefined;
  for (;;) {
    const kind = SET_WORDS.find((word) => cursor.take(word));
    if (kind === undefined) return { query, scope };
    if (first !== undefined && first !== kind)
      unreadable('different set operations stand in a row without brackets');
    first = kind;
    cursor.step();
    const all = cursor.take('all');
    if (!all) cursor.take('distinct');
    const right = readTerm(cursor, names, around).query;
    if (outputNames(query).length !== outputNames(right).length)
      unreadable('a set operation joins different numbers of columns');
    const body: SetOperation = { kind, all, left: query, right };
    query = { with: [], body, order: [], limit: undefined, offset: undefined };
    scope = undefined;
  }
}

function readTerm(cursor: Cursor, names: Names, around: Scope): ReadBody {
  if (cursor.take('(')) {
    const query = readQuery(cursor, names, around);
    cursor.must(')');
    return { query, scope: undefined };
  }
  const scope = new Scope(names, around);
  const body = readSelect(cursor, scope, (lateral) => readQuery(cursor, names, lateral));
  return { query: { with: [], body, order: [], limit: undefined, offset: undefined }, scope };
}

function readOrder(cursor: Cursor, query: Query, scope: Scope | undefined): OrderItem[] {
  const outputs = outputNames(query);
  const selected = query.body.kind === 'select' ? query.body : undefined;
  return cursor.list(() =>
    readOrderItem(cursor, () => {
      const index = outputPlace(cursor, outputs, scope);
      if (index !== undefined) return { kind: 'output', index };
      if (scope === undefined || selected === undefined)
        return unreadable('an ORDER BY of a set operation is not understood');
      return readOrderExpression(cursor, selected, scope);
    }),
  );
}

/** An expression of the order; one that the answer shows is that column. */
function readOrderExpression(cursor: Cursor, { output, distinct }: Select, scope: Scope): Expr {
  const expr = readExpression(cursor, scope);
  if (expr.kind === 'literal' || expr.kind === 'parameter') return unreadable('an order key is a constant');
  const text = JSON.stringify(expr);
  const index = output.findIndex((each) => JSON.stringify(each.expr) === text);
  if (index >= 0) return { kind: 'output', index };
  return distinct ? unreadable('a DISTINCT is ordered by what it does not show') : expr;
}

/** A number or the name of an output column, alone. */
function outputPlace(
  cursor: Cursor,
  outputs: readonly string[],
  scope: Scope | undefined,
): number | undefined {
  const token = cursor.peek();
  const isAlone = ORDER_ENDS.has(cursor.peek(1).text) || cursor.peek(1).kind === 'end';
  if (!isAlone) return undefined;
  if (token.kind === 'number') {
    cursor.next();
    const place = Number(token.text);
    return /^\d+$/.test(token.text) && place >= 1 && place <= outputs.length
      ? place - 1
      : unreadable('ORDER BY has no such column');
  }
  if (token.kind !== 'word' && token.kind !== 'quoted') return undefined;
  const before = cursor.at;
  const name = cursor.name();
  const places = outputs.flatMap((each, i) => (alike(cursor, scope, each, name) ? [i] : []));
  const [only] = places;
  if (places.length > 1) return unreadable('ORDER BY names two columns at once');
  if (only === undefined) cursor.at = before;
  return only;
}

function alike(cursor: Cursor, scope: Scope | undefined, a: string, b: string): boolean {
  if (scope !== undefined) return scope.names.alike(a, b);
  return cursor.traits.foldsNames ? a === b : a.toLowerCase() === b.toLowerCase();
}

const ORDER_ENDS: ReadonlySet<string> = new Set([
  ',',
  ')',
  'asc',
  'desc',
  'nulls',
  'limit',
  'offset',
  'fetch',
  ';',
]);

function readLimit(cursor: Cursor, scope: Scope): Pick<Query, 'limit' | 'offset'> {
  let limit: Expr | undefined;
  let offset: Expr | undefined;
  for (;;) {
    if (limit === undefined && cursor.take('limit')) {
      limit = readExpression(cursor, scope);
      if (cursor.take(',')) [offset, limit] = [limit, readExpression(cursor, scope)];
    } else if (offset === undefined && cursor.take('offset')) {
      offset = readExpression(cursor, scope);
      if (!cursor.take('rows')) cursor.take('row');
    } else if (limit === undefined && cursor.take('fetch')) {
      if (!cursor.take('first')) cursor.must('next');
      limit = readExpression(cursor, scope);
      if (!cursor.take('rows')) cursor.must('row');
      cursor.must('only');
    } else {
      if (
        [limit, offset].some(
          (each) => each !== undefined && each.kind !== 'literal' && each.kind !== 'parameter',
        )
      )
        unreadable('a limit is no number');
      return { limit, offset };
    }
  }
}
