import type { Cursor } from './cursor.ts';
import type { Expr } from './expr.ts';
import { allOf, call, column } from './expr.ts';
import type { JoinSource, Leaf, Query, Source } from './query.ts';
import { outputNames } from './query.ts';
import { readExpression } from './read-expression.ts';
import type { NamedSource, Scope } from './scope.ts';
import { unreadable } from './unreadable.ts';

type ReadQuery = (scope: Scope) => Query;

/** The sources of a SELECT; each gets a place in its scope. A comma is an inner join without a condition. */
export function readFrom(cursor: Cursor, scope: Scope, query: ReadQuery): Source {
  let from = readJoins(cursor, scope, query);
  while (cursor.take(',')) {
    const right = readJoins(cursor, scope, query);
    // SQLite binds a comma as it binds JOIN.
    if (hasRight(from) || hasRight(right)) unreadable('a comma stands beside a right or full join');
    from = { kind: 'join', type: 'inner', left: from, right, on: undefined };
  }
  return from;
}

function readJoins(cursor: Cursor, scope: Scope, query: ReadQuery): Source {
  let left = readSource(cursor, scope, query);
  for (;;) {
    const type = readJoinType(cursor);
    if (type === undefined) return left;
    const known = [...scope.sources];
    const right = readSource(cursor, scope, query);
    if (type === 'cross') left = { kind: 'join', type, left, right, on: undefined };
    else if (cursor.take('on')) left = { kind: 'join', type, left, right, on: readExpression(cursor, scope) };
    else if (cursor.take('using'))
      left = { kind: 'join', type, left, right, on: readUsing(cursor, scope, known, type) };
    else return unreadable('a join has no condition');
  }
}

const TYPES = ['left', 'right', 'full'] as const;

function readJoinType(cursor: Cursor): JoinSource['type'] | undefined {
  if (cursor.is('natural') || cursor.is('straight_join'))
    return unreadable(`${cursor.peek().text} is not understood`);
  if (cursor.take('cross', 'join')) return 'cross';
  if (cursor.take('inner', 'join') || cursor.take('join')) return 'inner';
  const type = TYPES.find(
    (each) => cursor.is(each) && (cursor.peek(1).text === 'join' || cursor.peek(1).text === 'outer'),
  );
  if (type === undefined) return undefined;
  cursor.must(type);
  cursor.take('outer');
  cursor.must('join');
  return type;
}

function readUsing(
  cursor: Cursor,
  scope: Scope,
  known: readonly NamedSource[],
  type: JoinSource['type'],
): Expr | undefined {
  if (type === 'right' || type === 'full') return unreadable('USING stands at an outer join');
  cursor.must('(');
  const names = cursor.list(() => cursor.name());
  cursor.must(')');
  const right = scope.sources.slice(known.length);
  return allOf(
    names.map((name) => {
      const [a, b] = [sourceWith(scope, known, name), sourceWith(scope, right, name)];
      scope.merge(name, a.source);
      return call('=', column(a.source.alias, a.column), column(b.source.alias, b.column));
    }),
  );
}

function sourceWith(
  scope: Scope,
  sources: readonly NamedSource[],
  name: string,
): { source: NamedSource; column: string } {
  const found = sources.flatMap((source) =>
    source.columns.filter((each) => scope.names.alike(each, name)).map((each) => ({ source, column: each })),
  );
  const [only] = found;
  return only !== undefined && found.length === 1 ? only : unreadable('USING names a column that is not one');
}

function readSource(cursor: Cursor, scope: Scope, query: ReadQuery): Source {
  const isLateral = cursor.take('lateral');
  if (cursor.take('(')) {
    if (cursor.is('select') || cursor.is('with') || cursor.is('('))
      return readDerived(cursor, scope, query, isLateral);
    const inner = readJoins(cursor, scope, query);
    cursor.must(')');
    return inner;
  }
  if (isLateral) unreadable('LATERAL stands before what is no query');
  const name = tableName(cursor);
  if (cursor.is('(')) return unreadable('a source is no table');
  cursor.step();
  const cte = scope.cte(name);
  const alias = readAlias(cursor) ?? lastName(name, cursor);
  for (const word of [
    'tablesample',
    'force',
    'ignore',
    'use',
    'partition',
    'for',
    'indexed',
    'not',
    'pivot',
    'unpivot',
    'match_recognize',
  ])
    if (cursor.is(word)) unreadable(`${word} is not understood`);
  if (cte !== undefined) return { kind: 'cte', name: cte.name, alias: scope.add(alias, cte.columns).alias };
  const table = scope.names.table(name);
  const columns = table.columns.map((each) => each.name);
  return { kind: 'table', table, alias: scope.add(alias, columns).alias };
}

/** A name in BigQuery may be a whole path, `project.dataset.table`, which is then how the catalogue calls the table. */
function tableName(cursor: Cursor): string {
  let name = cursor.name();
  while (cursor.dialect === 'bigquery' && cursor.take('.')) name += `.${cursor.name()}`;
  return cursor.is('.') ? unreadable('a table is named by its schema') : name;
}

/** What a table is called by who names its columns. */
function lastName(name: string, { dialect }: Cursor): string {
  return dialect === 'bigquery' ? (name.split('.').at(-1) ?? name) : name;
}

function readDerived(cursor: Cursor, scope: Scope, query: ReadQuery, lateral: boolean): Leaf {
  const inner = query(lateral ? scope : scope.around());
  cursor.must(')');
  const called = readAlias(cursor) ?? unreadable('a query in FROM has no name');
  return { kind: 'derived', query: inner, alias: scope.add(called, outputNames(inner)).alias, lateral };
}

/** Words behind a source that are no alias of it. */
const NO_ALIAS: ReadonlySet<string> = new Set([
  'on',
  'using',
  'join',
  'inner',
  'left',
  'right',
  'full',
  'cross',
  'natural',
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
  'for',
  'lateral',
  'tablesample',
  'force',
  'ignore',
  'use',
  'partition',
  'indexed',
  'not',
  'straight_join',
  'qualify',
  'into',
  'lock',
  'pivot',
  'unpivot',
  'with',
  'outer',
  'semi',
  'anti',
  'asof',
  'positional',
  'minus',
  'match_recognize',
  'procedure',
  'connect',
  'start',
  'sample',
  'final',
]);

function readAlias(cursor: Cursor): string | undefined {
  const isGiven = cursor.take('as');
  const { kind, text } = cursor.peek();
  if (!isGiven && kind !== 'quoted' && (kind !== 'word' || NO_ALIAS.has(text))) return undefined;
  const alias = cursor.name();
  if (cursor.is('(')) unreadable('a source renames its columns');
  return alias;
}

function hasRight(source: Source): boolean {
  if (source.kind !== 'join') return false;
  return source.type === 'right' || source.type === 'full' || hasRight(source.left) || hasRight(source.right);
}
