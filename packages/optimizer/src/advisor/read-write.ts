import type { Catalog } from '@perf/contracts';
import type { SqlName } from '../sql/sql-name.ts';
import type { Token } from '../sql/tokens.ts';
import { tokensOf } from '../sql/tokens.ts';
import { Unreadable } from '../sql/unreadable.ts';

/** The table that a statement writes, and the columns it sets; undefined columns: whole rows. */
export interface ReadWrite {
  readonly table: string;
  readonly columns: ReadonlySet<string> | undefined;
}

/** Reads what an INSERT, UPDATE or DELETE writes; undefined for anything else, and for tables that the catalogue does not hold. */
export function readWrite(sql: string, dialect: SqlName, catalog: Catalog): ReadWrite | undefined {
  const tokens = tokensOrNone(sql, dialect);
  const at = tokens.findIndex(({ text }) => /^(?:insert|replace|update|delete|merge)$/.test(text));
  const verb = tokens[at]?.text;
  if (verb === undefined) return undefined;
  const table = tokens.slice(at + 1).find(({ text }) => catalog.tables.has(text))?.text;
  if (table === undefined) return undefined;
  return { table, columns: verb === 'update' ? columnsSet(tokens) : undefined };
}

function tokensOrNone(sql: string, dialect: SqlName): readonly Token[] {
  try {
    return tokensOf(sql, dialect);
  } catch (error) {
    if (error instanceof Unreadable) return [];
    throw error;
  }
}

/** Names before `=` between SET and WHERE. */
function columnsSet(tokens: readonly Token[]): ReadonlySet<string> {
  const from = tokens.findIndex(({ text }) => text === 'set');
  const to = tokens.findIndex(({ text }, i) => i > from && (text === 'where' || text === 'from'));
  const part = tokens.slice(from + 1, to < 0 ? tokens.length : to);
  return new Set(part.flatMap(({ text }, i) => (part[i + 1]?.text === '=' ? [text] : [])));
}
