import type { Cursor } from './cursor.ts';
import type { Expr, Literal, When } from './expr.ts';
import { call } from './expr.ts';
import { BARE_FUNCTIONS } from './functions.ts';
import { readCall } from './read-call.ts';
import type { ReadExpression } from './read-call.ts';
import { readType } from './read-type.ts';
import type { Scope } from './scope.ts';
import { unreadable } from './unreadable.ts';

/** What stands between two operators: a literal, a name, a call, something in brackets; with casts behind it. */
export function readOperand(cursor: Cursor, scope: Scope, read: ReadExpression): Expr {
  let operand = readPlain(cursor, scope, read);
  while (cursor.take('::') && cursor.step()) operand = { kind: 'cast', arg: operand, to: readType(cursor) };
  if (cursor.is('[') || cursor.is('->') || cursor.is('->>') || cursor.is('collate'))
    unreadable(`${cursor.peek().text} is not understood`);
  return operand;
}

function readPlain(cursor: Cursor, scope: Scope, read: ReadExpression): Expr {
  const token = cursor.peek();
  switch (token.kind) {
    case 'number':
      cursor.next();
      return { kind: 'literal', type: 'number', text: token.text };
    case 'text':
      cursor.next();
      if (cursor.peek().kind === 'text') unreadable('two texts stand side by side');
      return { kind: 'literal', type: 'text', text: token.text };
    case 'parameter':
      // Places without a number belong to values by their order, which a rewrite may change.
      if (token.text === '?') return unreadable('its parameters have no numbers');
      cursor.next();
      return { kind: 'parameter', text: token.text };
    case 'sign':
      return token.text === '('
        ? readBrackets(cursor, scope, read)
        : unreadable(`${token.text} was not expected`);
    case 'quoted':
      return readName(cursor, scope);
    case 'word':
      return readWord(cursor, scope, read, token.text);
    case 'end':
      return unreadable('it ends too early');
  }
}

function readBrackets(cursor: Cursor, scope: Scope, read: ReadExpression): Expr {
  cursor.must('(');
  if (cursor.is('select') || cursor.is('with')) {
    const query = cursor.query(scope);
    cursor.must(')');
    return { kind: 'query', form: 'scalar', test: undefined, query };
  }
  const [first, ...more] = cursor.list(() => read(cursor, scope));
  cursor.must(')');
  if (first === undefined) return unreadable('there is nothing in brackets');
  return more.length === 0 ? first : call('row', first, ...more);
}

function readWord(cursor: Cursor, scope: Scope, read: ReadExpression, word: string): Expr {
  const constant = readConstant(cursor, word);
  if (constant !== undefined) return constant;
  if (word === 'case') return readCase(cursor, scope, read);
  if (word === 'exists' && cursor.peek(1).text === '(') {
    cursor.must('exists', '(');
    const query = cursor.query(scope);
    cursor.must(')');
    return { kind: 'query', form: 'exists', test: undefined, query };
  }
  if (cursor.peek(1).kind === 'sign' && cursor.peek(1).text === '(') return readCall(cursor, scope, read);
  if (BARE_FUNCTIONS.has(word)) {
    cursor.next();
    return call(word);
  }
  return NEVER_NAMES.has(word) ? unreadable(`${word} was not expected`) : readName(cursor, scope);
}

/** Words that begin something else than a column. */
const NEVER_NAMES: ReadonlySet<string> = new Set([
  'select',
  'from',
  'where',
  'array',
  'default',
  'distinct',
  'all',
  'binary',
  'collate',
  'current_time',
  'current_user',
  'session_user',
  'user',
  'localtime',
]);

function readConstant(cursor: Cursor, word: string): Literal | undefined {
  if (word === 'null' || word === 'true' || word === 'false') {
    cursor.next();
    return { kind: 'literal', type: word === 'null' ? 'null' : 'boolean', text: word };
  }
  const after = cursor.peek(1);
  if ((word === 'date' || word === 'timestamp') && after.kind === 'text') {
    cursor.next();
    return { kind: 'literal', type: word, text: cursor.next().text };
  }
  if (word !== 'interval' || (after.kind !== 'text' && after.kind !== 'number')) return undefined;
  cursor.next();
  const { start } = cursor.next();
  const unit = cursor.peek();
  const hasUnit = unit.kind === 'word' && INTERVAL_UNITS.has(unit.text);
  if (hasUnit) cursor.next();
  return { kind: 'literal', type: 'interval', text: cursor.sql.slice(start, hasUnit ? unit.end : after.end) };
}

const INTERVAL_UNITS: ReadonlySet<string> = new Set([
  'second',
  'minute',
  'hour',
  'day',
  'week',
  'month',
  'quarter',
  'year',
]);

function readCase(cursor: Cursor, scope: Scope, read: ReadExpression): Expr {
  cursor.must('case');
  const operand = cursor.is('when') ? undefined : read(cursor, scope);
  const whens: When[] = [];
  while (cursor.take('when')) {
    const tested = read(cursor, scope);
    cursor.must('then');
    whens.push({
      when: operand === undefined ? tested : call('=', operand, tested),
      result: read(cursor, scope),
    });
  }
  const otherwise = cursor.take('else') ? read(cursor, scope) : undefined;
  cursor.must('end');
  return { kind: 'case', whens, otherwise };
}

/** `column`, `source.column`; a schema in front is more than is understood. */
function readName(cursor: Cursor, scope: Scope): Expr {
  const first = cursor.name();
  if (!cursor.take('.')) return scope.column(undefined, first);
  const second = cursor.name();
  return cursor.is('.') ? unreadable('a column is named by its schema') : scope.column(first, second);
}
