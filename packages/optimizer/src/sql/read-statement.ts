import type { Catalog } from '@perf/contracts';
import { Cursor } from './cursor.ts';
import { NO_NAME } from './output-name.ts';
import type { Query } from './query.ts';
import { outputNames } from './query.ts';
import { readQuery } from './read-query.ts';
import { Names } from './scope.ts';
import type { SqlName } from './sql-name.ts';
import { TRAITS } from './sql-name.ts';
import { Unreadable, unreadable } from './unreadable.ts';

/** A statement, or why it is left alone. */
export type ReadStatement =
  | { readonly query: Query; readonly fresh: (wanted: string) => string }
  | { readonly reason: string };

/**
 * Reads one SELECT or WITH statement whose every word is understood, and resolves its names by the catalogue. Whatever is not understood to
 * the last word is not read: nothing is left out silently. @param options.unnamed whether output columns may have names that only the engine knows, for
 * who does not print the query
 */
export function readStatement(
  sql: string,
  dialect: SqlName,
  catalog: Catalog,
  { unnamed = false }: { readonly unnamed?: boolean } = {},
): ReadStatement {
  const names = new Names(catalog, { exact: TRAITS[dialect].foldsNames });
  try {
    const cursor = new Cursor(sql, dialect, (at, scope) => readQuery(at, names, scope));
    if (!cursor.is('select') && !cursor.is('with') && !cursor.is('('))
      unreadable('it does not begin with SELECT or WITH');
    const query = readQuery(cursor, names, undefined);
    cursor.take(';');
    if (cursor.peek().kind !== 'end')
      unreadable(
        cursor.peek(-1).text === ';'
          ? 'there is more than one statement'
          : 'there is more than is understood',
      );
    if (!unnamed && outputNames(query).includes(NO_NAME)) unreadable('an output column has no name');
    return { query, fresh: (wanted) => names.fresh(wanted) };
  } catch (error) {
    if (error instanceof Unreadable) return { reason: error.message };
    throw error;
  }
}
