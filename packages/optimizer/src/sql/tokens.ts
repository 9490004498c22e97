import type { SqlName, SqlTraits } from './sql-name.ts';
import { TRAITS } from './sql-name.ts';
import { unreadable } from './unreadable.ts';

/** One word, literal or sign of a statement. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'text' | 'number' | 'parameter' | 'sign' | 'end';
  /** A word in lower case; a quoted name or a text without its quotes; anything else as it stands. */
  readonly text: string;
  /** Places in the statement, the end exclusive. */
  readonly start: number;
  readonly end: number;
}

const BLANK = /\s+/y;
const WORD = /[\p{L}_][\p{L}\p{N}_$]*/uy;
const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\p{L}_])/uy;
/** Places for values. Elsewhere `$` begins a quoted text, `@` is an operator or a variable. */
const PARAMETERS: Readonly<Record<SqlName, RegExp>> = {
  postgres: /\$\d+/uy,
  duckdb: /\$\d+|\?/uy,
  sqlite: /\?\d*|[:@$][\p{L}_][\p{L}\p{N}_]*/uy,
  mysql: /\?/uy,
  bigquery: /\?|@[\p{L}_][\p{L}\p{N}_]*/uy,
};
const SIGN = /<=>|->>|!~\*|::|<=|>=|<>|!=|==|\|\||&&|->|~\*|!~|[-+*/%(),.=<>;[\]~]/y;

/** Longest statement that is read, in characters. */
const LONGEST = 100_000;

/** The tokens of a statement. Comments are left out; one that gives the engine a hint makes the statement unreadable. */
export function tokensOf(sql: string, dialect: SqlName): readonly Token[] {
  if (sql.length > LONGEST) unreadable('it is longer than 100,000 characters');
  const traits = TRAITS[dialect];
  const tokens: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(sql)?.[0];
  };
  while (at < sql.length) {
    const after = match(BLANK) ?? commentAt(sql, at, dialect);
    if (after !== undefined) {
      at += after.length;
      continue;
    }
    const token = quotedAt(sql, at, traits) ?? plainAt(at, match, PARAMETERS[dialect]);
    if (token === undefined) return unreadable('it has a character that has no place here');
    // SQLite takes brackets for quotes.
    if (token.text === '[' && dialect === 'sqlite') return unreadable('a name stands in brackets');
    const before = tokens.at(-1);
    // E'…', X'…' and their kin have rules of their own.
    if (token.kind === 'text' && before?.kind === 'word' && before.end === at)
      unreadable('a text has a prefix');
    tokens.push(token);
    at = token.end;
  }
  tokens.push({ kind: 'end', text: '', start: at, end: at });
  return tokens;
}

function plainAt(
  at: number,
  match: (pattern: RegExp) => string | undefined,
  parameter: RegExp,
): Token | undefined {
  for (const [kind, pattern] of [
    ['word', WORD],
    ['number', NUMBER],
    ['parameter', parameter],
    ['sign', SIGN],
  ] as const) {
    const found = match(pattern);
    if (found === undefined) continue;
    const text = kind === 'word' ? found.toLowerCase() : found;
    return { kind, text, start: at, end: at + found.length };
  }
  return undefined;
}

function commentAt(sql: string, at: number, dialect: SqlName): string | undefined {
  const { hashComment } = TRAITS[dialect];
  const isLine = sql.startsWith('--', at) || (hashComment && sql[at] === '#');
  if (isLine) {
    // MySQL takes two signs for a comment only before a blank.
    if (dialect === 'mysql' && sql[at] === '-' && !/^--(?:\s|$)/.test(sql.slice(at, at + 3)))
      return undefined;
    const end = sql.indexOf('\n', at);
    const line = end < 0 ? sql.slice(at) : sql.slice(at, end + 1);
    // Some dialects end a line here, some do not.
    return /\r(?!\n)/.test(line) ? unreadable('a comment holds a bare carriage return') : line;
  }
  if (!sql.startsWith('/*', at)) return undefined;
  if (/^\/\*(?:\+|M?!)/i.test(sql.slice(at, at + 4))) unreadable('it holds a hint');
  const end = sql.indexOf('*/', at + 2);
  const comment = end < 0 ? unreadable('a comment does not end') : sql.slice(at, end + 2);
  // Some dialects nest comments, some do not.
  return comment.includes('/*', 2) ? unreadable('a comment stands in a comment') : comment;
}

function quotedAt(sql: string, at: number, traits: SqlTraits): Token | undefined {
  const quote = sql[at] ?? '';
  const isText = traits.textQuotes.some((each) => each === quote);
  if (!isText && !traits.nameQuotes.some((each) => each === quote)) return undefined;
  let text = '';
  for (let i = at + 1; i < sql.length; i++) {
    const sign = sql[i] ?? '';
    if (sign === '\\' && traits.backslash) return unreadable('a text holds a backslash');
    if (sign !== quote) text += sign;
    else if (sql[i + 1] === quote) {
      // BigQuery takes two quotes for two texts, three for a text of its own kind.
      if (!traits.doublesQuotes) return unreadable('two quotes stand side by side');
      text += sql[i++] ?? '';
    } else return { kind: isText ? 'text' : 'quoted', text, start: at, end: i + 1 };
  }
  return unreadable('a text or a name does not end');
}
