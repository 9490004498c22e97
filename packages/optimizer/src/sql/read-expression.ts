import type { Cursor } from './cursor.ts';
import type { Expr } from './expr.ts';
import { call } from './expr.ts';
import { readOperand } from './read-operand.ts';
import type { Scope } from './scope.ts';
import { unreadable } from './unreadable.ts';

/** Comparisons, as they are called from here on. */
const COMPARISONS: Readonly<Record<string, string>> = {
  '=': '=',
  '==': '=',
  '<>': '<>',
  '!=': '<>',
  '<': '<',
  '<=': '<=',
  '>': '>',
  '>=': '>=',
  '<=>': 'is not distinct from',
  '~': '~',
};

/** A scalar expression or condition. */
export function readExpression(cursor: Cursor, scope: Scope): Expr {
  return cursor.within(() => readOr(cursor, scope));
}

function readOr(cursor: Cursor, scope: Scope): Expr {
  const parts = [readAnd(cursor, scope)];
  while (cursor.take('or') || (!cursor.traits.barsConcat && cursor.take('||'))) {
    cursor.step();
    parts.push(readAnd(cursor, scope));
  }
  return joined('or', parts);
}

function readAnd(cursor: Cursor, scope: Scope): Expr {
  const parts = [readNot(cursor, scope)];
  while (cursor.take('and') || (cursor.dialect === 'mysql' && cursor.take('&&'))) {
    cursor.step();
    parts.push(readNot(cursor, scope));
  }
  return joined('and', parts);
}

function joined(name: string, parts: readonly Expr[]): Expr {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : call(name, ...parts);
}

function readNot(cursor: Cursor, scope: Scope): Expr {
  if (!cursor.take('not')) return readComparison(cursor, scope);
  return cursor.within(() => call('not', readNot(cursor, scope)));
}

/** One comparison: dialects do not agree on how two in a row belong together. */
function readComparison(cursor: Cursor, scope: Scope): Expr {
  const left = readSum(cursor, scope);
  const found = readTest(cursor, scope, left);
  if (found === undefined) return left;
  const again = readTest(cursor, scope, found);
  return again === undefined ? found : unreadable('two comparisons stand in a row without brackets');
}

/** `= ANY (query)` is IN and `<> ALL (query)` is NOT IN; other comparisons with queries, and those with arrays, are not understood. */
function readQuantified(cursor: Cursor, scope: Scope, test: Expr, comparison: string): Expr {
  const isAll = cursor.next().text === 'all';
  const isQuery = cursor.is('(', 'select') || cursor.is('(', 'with');
  if (!isQuery || comparison !== (isAll ? '<>' : '=')) return unreadable('it compares with ANY or ALL');
  cursor.must('(');
  const query = cursor.query(scope);
  cursor.must(')');
  const found: Expr = { kind: 'query', form: 'in', test, query };
  return isAll ? call('not', found) : found;
}

function readTest(cursor: Cursor, scope: Scope, left: Expr): Expr | undefined {
  const sign = cursor.peek();
  const comparison = sign.kind === 'sign' ? COMPARISONS[sign.text] : undefined;
  if (comparison !== undefined) {
    cursor.next();
    if (cursor.is('any') || cursor.is('all') || cursor.is('some'))
      return readQuantified(cursor, scope, left, comparison);
    return call(comparison, left, readSum(cursor, scope));
  }
  if (cursor.take('is')) return readIs(cursor, scope, left);
  if (cursor.take('isnull')) return call('is null', left);
  if (cursor.take('notnull')) return call('not', call('is null', left));
  const isNot = cursor.is('not') && ['in', 'like', 'ilike', 'between'].includes(cursor.peek(1).text);
  if (isNot) cursor.next();
  const test = readWordTest(cursor, scope, left);
  return test !== undefined && isNot ? call('not', test) : test;
}

function readWordTest(cursor: Cursor, scope: Scope, left: Expr): Expr | undefined {
  if (cursor.take('between')) {
    if (cursor.is('symmetric') || cursor.is('asymmetric')) unreadable('it has a symmetric BETWEEN');
    const low = readSum(cursor, scope);
    cursor.must('and');
    return call('between', left, low, readSum(cursor, scope));
  }
  for (const name of ['like', 'ilike']) {
    if (!cursor.take(name)) continue;
    const pattern = readSum(cursor, scope);
    return cursor.take('escape')
      ? call(name, left, pattern, readSum(cursor, scope))
      : call(name, left, pattern);
  }
  return cursor.take('in') ? readIn(cursor, scope, left) : undefined;
}

function readIn(cursor: Cursor, scope: Scope, test: Expr): Expr {
  cursor.must('(');
  if (cursor.is('select') || cursor.is('with')) {
    const query = cursor.query(scope);
    cursor.must(')');
    return { kind: 'query', form: 'in', test, query };
  }
  const items = cursor.list(() => readExpression(cursor, scope));
  cursor.must(')');
  return call('in', test, ...items);
}

function readIs(cursor: Cursor, scope: Scope, left: Expr): Expr {
  const not = cursor.take('not');
  const of = (test: Expr): Expr => (not ? call('not', test) : test);
  if (cursor.take('null')) return of(call('is null', left));
  if (cursor.take('true')) return of(call('is true', left));
  if (cursor.take('false')) return of(call('is false', left));
  if (cursor.take('distinct', 'from'))
    return call(not ? 'is not distinct from' : 'is distinct from', left, readSum(cursor, scope));
  if (cursor.dialect !== 'sqlite') return unreadable('it has an IS that is not understood');
  return call(not ? 'is distinct from' : 'is not distinct from', left, readSum(cursor, scope));
}

/** Sums, products and joined texts. How `||` binds beside the others depends on the dialect, so it stands alone. */
function readSum(cursor: Cursor, scope: Scope): Expr {
  let left = readProduct(cursor, scope);
  let kind: 'sum' | 'text' | undefined;
  const mustBe = (wanted: 'sum' | 'text'): void => {
    if (kind !== undefined && kind !== wanted)
      unreadable('|| stands beside another operator without brackets');
    kind = wanted;
  };
  for (;;) {
    if (cursor.traits.barsConcat && cursor.take('||') && cursor.step()) {
      mustBe('text');
      if (left.kind === 'call' && ARITHMETIC.has(left.name)) unreadable('|| stands beside another operator');
      left = call('||', left, readUnary(cursor, scope));
      if (['*', '/', '%'].some((sign) => cursor.is(sign))) unreadable('|| stands beside another operator');
    } else if ((cursor.is('+') || cursor.is('-')) && cursor.step()) {
      mustBe('sum');
      left = call(cursor.next().text, left, readProduct(cursor, scope));
    } else return left;
  }
}

const ARITHMETIC: ReadonlySet<string> = new Set(['*', '/', '%', '+', '-']);

function readProduct(cursor: Cursor, scope: Scope): Expr {
  let left = readUnary(cursor, scope);
  while ((cursor.is('*') || cursor.is('/') || cursor.is('%')) && cursor.step())
    left = call(cursor.next().text, left, readUnary(cursor, scope));
  return left;
}

function readUnary(cursor: Cursor, scope: Scope): Expr {
  if (cursor.take('+')) return cursor.within(() => readUnary(cursor, scope));
  if (!cursor.take('-')) return readOperand(cursor, scope, readExpression);
  const arg = cursor.within(() => readUnary(cursor, scope));
  return arg.kind === 'literal' && arg.type === 'number' && !arg.text.startsWith('-')
    ? { ...arg, text: `-${arg.text}` }
    : call('neg', arg);
}
