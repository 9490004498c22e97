import type { Cursor } from './cursor.ts';
import type { Expr, OrderItem } from './expr.ts';
import { call } from './expr.ts';
import { AGGREGATE_FUNCTIONS, KNOWN_FUNCTIONS, WINDOW_FUNCTIONS } from './functions.ts';
import { readType } from './read-type.ts';
import type { Scope } from './scope.ts';
import { unreadable } from './unreadable.ts';

/** Reads an expression; passed along, so that the readers of parts need not know that of the whole. */
export type ReadExpression = (cursor: Cursor, scope: Scope) => Expr;

/** A call: `name(…)`, with what may follow an aggregate. */
export function readCall(cursor: Cursor, scope: Scope, read: ReadExpression): Expr {
  const name = cursor.next().text;
  cursor.must('(');
  if (name === 'cast') return readCast(cursor, scope, read);
  if (name === 'extract') return readExtract(cursor, scope, read);
  if (name === 'date_trunc' && cursor.dialect === 'bigquery') return readTruncated(cursor, scope, read);
  const distinct = cursor.take('distinct');
  const isStar = cursor.take('*');
  const args = isStar || cursor.is(')') ? [] : cursor.list(() => read(cursor, scope));
  if (name === 'substring' && cursor.take('from')) {
    args.push(read(cursor, scope));
    if (cursor.take('for')) args.push(read(cursor, scope));
  }
  if (!cursor.take(')')) return unreadable(`the arguments of ${name} are not understood`);
  if (isStar && name !== 'count') return unreadable(`${name}(*) is not understood`);
  const filter = readFilter(cursor, scope, read);
  if (cursor.take('over')) {
    if (distinct || filter !== undefined || !WINDOW_FUNCTIONS.has(name))
      return unreadable('a window is not understood');
    return { kind: 'window', name, args, ...readWindow(cursor, scope, read) };
  }
  if (isAggregate(cursor, name, args)) return { kind: 'aggregate', name, args, distinct, filter };
  if (distinct || filter !== undefined || !KNOWN_FUNCTIONS.has(name))
    return unreadable(`it calls ${name.slice(0, 64)}, of which nothing is known`);
  return call(name, ...args);
}

/** `min` and `max` of several values are no aggregates on SQLite. */
function isAggregate(cursor: Cursor, name: string, args: readonly Expr[]): boolean {
  if (!AGGREGATE_FUNCTIONS.has(name)) return false;
  if (args.length > 1) unreadable(`${name} with ${args.length} arguments is not understood`);
  if (name === 'total' && cursor.dialect !== 'sqlite')
    unreadable('it calls total, of which nothing is known');
  return true;
}

function readCast(cursor: Cursor, scope: Scope, read: ReadExpression): Expr {
  const arg = read(cursor, scope);
  cursor.must('as');
  const to = readType(cursor);
  cursor.must(')');
  return { kind: 'cast', arg, to };
}

/** BigQuery's `date_trunc(date, MONTH)`, with the unit in front as elsewhere. */
function readTruncated(cursor: Cursor, scope: Scope, read: ReadExpression): Expr {
  const arg = read(cursor, scope);
  cursor.must(',');
  const unit = cursor.next();
  if (unit.kind !== 'word' || !cursor.take(')')) return unreadable('a unit is not understood');
  return call('date_trunc', { kind: 'literal', type: 'text', text: unit.text }, arg);
}

function readExtract(cursor: Cursor, scope: Scope, read: ReadExpression): Expr {
  const field = cursor.next();
  if (field.kind !== 'word') return unreadable('EXTRACT is not understood');
  cursor.must('from');
  const arg = read(cursor, scope);
  cursor.must(')');
  return call(`extract ${field.text}`, arg);
}

function readFilter(cursor: Cursor, scope: Scope, read: ReadExpression): Expr | undefined {
  if (!cursor.take('filter', '(')) return undefined;
  cursor.must('where');
  const filter = read(cursor, scope);
  cursor.must(')');
  return filter;
}

function readWindow(
  cursor: Cursor,
  scope: Scope,
  read: ReadExpression,
): {
  readonly partition: readonly Expr[];
  readonly order: readonly OrderItem[];
  readonly frame: string | undefined;
} {
  cursor.must('(');
  const partition = cursor.take('partition', 'by') ? cursor.list(() => read(cursor, scope)) : [];
  const order = cursor.take('order', 'by')
    ? cursor.list(() => readOrderItem(cursor, () => read(cursor, scope)))
    : [];
  const frame = readFrame(cursor);
  cursor.must(')');
  return { partition, order, frame };
}

const FRAME_WORDS: ReadonlySet<string> = new Set([
  'rows',
  'range',
  'groups',
  'between',
  'unbounded',
  'preceding',
  'following',
  'current',
  'row',
  'and',
]);

function readFrame(cursor: Cursor): string | undefined {
  const words: string[] = [];
  while (!cursor.is(')')) {
    const token = cursor.next();
    if (token.kind !== 'number' && !FRAME_WORDS.has(token.text))
      return unreadable('a window frame is not understood');
    words.push(token.text);
  }
  return words.length === 0 ? undefined : words.join(' ');
}

/** One key of an ORDER BY. */
export function readOrderItem(cursor: Cursor, read: () => Expr): OrderItem {
  const expr = read();
  const descending = cursor.take('desc');
  if (!descending) cursor.take('asc');
  const nullsFirst = cursor.take('nulls', 'first') ? true : cursor.take('nulls', 'last') ? false : undefined;
  return { expr, descending, nullsFirst };
}
