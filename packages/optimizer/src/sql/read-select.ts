import type { Cursor } from './cursor.ts';
import type { Expr } from './expr.ts';
import { columnsIn, hasAggregate } from './walk.ts';
import { outputName } from './output-name.ts';
import type { Output, Query, Select } from './query.ts';
import { readExpression } from './read-expression.ts';
import { readFrom } from './read-from.ts';
import type { Scope } from './scope.ts';
import { unreadable } from './unreadable.ts';

/**
 * One SELECT. What stands behind FROM is read before the output, whose names it gives their meaning.
 * @param query reads a query of FROM, which sees the scope it is given
 */
export function readSelect(cursor: Cursor, scope: Scope, query: (scope: Scope) => Query): Select {
  cursor.must('select');
  const distinct = cursor.take('distinct');
  if (!distinct) cursor.take('all');
  if (distinct && cursor.is('on')) unreadable('DISTINCT ON is not understood');
  const start = cursor.at;
  const end = skipOutput(cursor);
  const from = cursor.take('from') ? readFrom(cursor, scope, query) : undefined;
  const behind = cursor.at;
  cursor.at = start;
  const output = cursor.list(() => readOutput(cursor, scope)).flat();
  if (cursor.at !== end) unreadable('the columns of a SELECT are not understood');
  cursor.at = behind;
  const where = cursor.take('where') ? readExpression(cursor, scope) : undefined;
  const group = cursor.take('group', 'by') ? cursor.list(() => readGroup(cursor, scope, output)) : [];
  const having = cursor.take('having') ? readExpression(cursor, scope) : undefined;
  if (where !== undefined && hasAggregate(where)) unreadable('WHERE holds an aggregate');
  if (having !== undefined && group.length === 0) unreadable('HAVING stands without GROUP BY');
  if (having !== undefined && SHOWN_FIRST.has(cursor.dialect)) mustBeClear(having, output, scope);
  scope.mustBeClear(output.map(({ name }) => name));
  return { kind: 'select', distinct, output, from, where, group, having };
}

/** Dialects in which a name in HAVING may be that of an output column before it is that of a column. */
const SHOWN_FIRST: ReadonlySet<string> = new Set(['mysql', 'duckdb', 'bigquery']);

/** Leaves the statement alone when a name in HAVING could mean an output column as well as another column. */
function mustBeClear(having: Expr, output: readonly Output[], scope: Scope): void {
  for (const column of columnsIn(having))
    if (
      output.some(
        ({ expr, name }) =>
          scope.names.alike(name, column.name) &&
          !(expr.kind === 'column' && expr.source === column.source && expr.name === column.name),
      )
    )
      unreadable('a name in HAVING is that of an output column and of another column');
}

/** Goes to the end of the output columns, and gives where that is. */
function skipOutput(cursor: Cursor): number {
  let depth = 0;
  for (;;) {
    const token = cursor.peek();
    if (token.kind === 'end') return cursor.at;
    if (token.kind === 'sign' && token.text === '(') depth++;
    if (token.kind === 'sign' && token.text === ')' && depth-- === 0) return cursor.at;
    if (depth === 0 && token.kind === 'sign' && token.text === ';') return cursor.at;
    if (depth === 0 && token.kind === 'word' && endsOutput(cursor)) return cursor.at;
    cursor.next();
  }
}

function endsOutput(cursor: Cursor): boolean {
  const { text } = cursor.peek();
  if (text === 'from') return cursor.peek(-1).text !== 'distinct';
  return OUTPUT_ENDS.has(text);
}

const OUTPUT_ENDS: ReadonlySet<string> = new Set([
  'where',
  'group',
  'having',
  'order',
  'limit',
  'offset',
  'fetch',
  'union',
  'intersect',
  'except',
  'window',
  'into',
]);

function readOutput(cursor: Cursor, scope: Scope): readonly Output[] {
  const star = readStar(cursor, scope);
  if (star !== undefined) return star;
  const { start } = cursor.peek();
  const expr = readExpression(cursor, scope);
  const { end } = cursor.peek(-1);
  if (cursor.take('as')) return [{ expr, name: cursor.name() }];
  const { kind, text } = cursor.peek();
  const isAlias = kind === 'quoted' || (kind === 'word' && text !== 'from' && !OUTPUT_ENDS.has(text));
  if (isAlias) return [{ expr, name: cursor.name() }];
  return [{ expr, name: outputName(expr, cursor.dialect, cursor.sql.slice(start, end)) }];
}

/** `*` or `source.*`: every column by name. */
function readStar(cursor: Cursor, scope: Scope): readonly Output[] | undefined {
  const isAll = cursor.is('*');
  if (!isAll && !(cursor.hasName() && cursor.peek(1).text === '.' && cursor.peek(2).text === '*'))
    return undefined;
  if (isAll && scope.hasMerged) unreadable('* stands beside USING');
  const called = isAll ? undefined : cursor.name();
  if (called !== undefined) cursor.must('.');
  cursor.must('*');
  const sources = scope.sources.filter(
    (source) => called === undefined || scope.names.alike(source.called, called),
  );
  if (sources.some(({ columns }) => new Set(columns).size < columns.length))
    unreadable('two columns have one name');
  if (sources.length === 0 || cursor.is('except') || cursor.is('exclude') || cursor.is('replace'))
    unreadable('a * is not understood');
  return sources.flatMap(({ alias, columns }) =>
    columns.map((name): Output => ({ expr: { kind: 'column', source: alias, name }, name })),
  );
}

/** A group key: a place in the output, an expression, or the name of an output column where no source has a column of that name. */
function readGroup(cursor: Cursor, scope: Scope, output: readonly Output[]): Expr {
  const token = cursor.peek();
  if (GROUPINGS.has(token.text) && token.kind === 'word') unreadable('GROUP BY has several groupings');
  const after = cursor.peek(1);
  const isAlone =
    after.kind === 'end' || after.text === ',' || after.text === ')' || OUTPUT_ENDS.has(after.text);
  if (isAlone && token.kind === 'number') {
    cursor.next();
    return plainKey(placeIn(output, token.text)?.expr ?? unreadable('GROUP BY has no such column'));
  }
  if (isAlone && (token.kind === 'word' || token.kind === 'quoted')) {
    const before = cursor.at;
    const name = cursor.name();
    const named = output.filter((each) => scope.names.alike(each.name, name));
    const [only] = named;
    if (!scope.hasOwn(name) && only !== undefined && named.length === 1) return plainKey(only.expr);
    cursor.at = before;
  }
  const expr = readExpression(cursor, scope);
  return cursor.is('with') ? unreadable('GROUP BY WITH ROLLUP is not understood') : plainKey(expr);
}

/** A number of a place; `1.0` is none. */
function placeIn(output: readonly Output[], text: string): Output | undefined {
  return /^\d+$/.test(text) ? output[Number(text) - 1] : undefined;
}

/** A constant, printed as a key, would be taken for a place. */
function plainKey(expr: Expr): Expr {
  return expr.kind === 'literal' || expr.kind === 'parameter'
    ? unreadable('a group key is a constant')
    : expr;
}

const GROUPINGS: ReadonlySet<string> = new Set(['rollup', 'cube', 'grouping', 'all', 'distinct']);
