import type { Query } from './query.ts';
import type { Scope } from './scope.ts';
import type { SqlName, SqlTraits } from './sql-name.ts';
import { TRAITS } from './sql-name.ts';
import type { Token } from './tokens.ts';
import { tokensOf } from './tokens.ts';
import { unreadable } from './unreadable.ts';

/** Queries and brackets within each other that are read; more would exhaust the stack. */
const DEEPEST = 200;
/** Operators, sources and set operations of a statement that are read. */
const MOST_STEPS = 400;

/** A place in a statement, and what reading it needs. */
export class Cursor {
  readonly dialect: SqlName;
  readonly traits: SqlTraits;
  readonly sql: string;
  /** Reads a query within an expression. */
  readonly query: (scope: Scope | undefined) => Query;
  /** Index of the next token. */
  at = 0;
  readonly #tokens: readonly Token[];
  #depth = 0;
  #steps = 0;

  constructor(sql: string, dialect: SqlName, query: (cursor: Cursor, scope: Scope | undefined) => Query) {
    this.sql = sql;
    this.dialect = dialect;
    this.traits = TRAITS[dialect];
    this.#tokens = tokensOf(sql, dialect);
    this.query = (scope) => query(this, scope);
  }

  /** The token `ahead` of the next one; behind the last: the last, of kind `end`. */
  peek(ahead = 0): Token {
    const token = this.#tokens[this.at + ahead] ?? this.#tokens.at(-1);
    return token ?? { kind: 'end', text: '', start: 0, end: 0 };
  }

  next(): Token {
    const token = this.peek();
    this.at++;
    return token;
  }

  /** Whether the next tokens are these words or signs. */
  is(...texts: readonly string[]): boolean {
    return texts.every((text, i) => {
      const token = this.peek(i);
      return (token.kind === 'word' || token.kind === 'sign') && token.text === text;
    });
  }

  /** Takes these words or signs where they are next. */
  take(...texts: readonly string[]): boolean {
    if (!this.is(...texts)) return false;
    this.at += texts.length;
    return true;
  }

  /** Takes them, or leaves the statement alone. */
  must(...texts: readonly string[]): void {
    if (!this.take(...texts)) unreadable(`${texts.join(' ')} was expected`);
  }

  /** Takes a name: as written, in lower case where the dialect folds it. */
  name(): string {
    const token = this.next();
    if (token.kind === 'quoted' && token.text !== '') return token.text;
    if (token.kind !== 'word') return unreadable('a name was expected');
    return this.traits.foldsNames ? token.text : this.sql.slice(token.start, token.end);
  }

  /** Whether a name comes next, which may be a keyword. */
  hasName(): boolean {
    const { kind } = this.peek();
    return kind === 'word' || kind === 'quoted';
  }

  /** Reads one level deeper. */
  within<T>(read: () => T): T {
    if (++this.#depth > DEEPEST) unreadable('it is nested too deeply');
    try {
      return read();
    } finally {
      this.#depth--;
    }
  }

  /** Counts an operator of a chain: each nests the expression deeper. Always true. */
  step(): true {
    return ++this.#steps > MOST_STEPS ? unreadable('it is too long') : true;
  }

  /** Items with commas between. */
  list<T>(read: () => T): T[] {
    const items = [read()];
    while (this.take(',')) items.push(read());
    return items;
  }
}
