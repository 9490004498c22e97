/** Blanks and comments; a comment that the server runs (`/*!`) is none. */
const BLANK = String.raw`(?:\s|--\s[^\n]*\n|#[^\n]*\n|/\*(?![!M])(?:[^*]|\*(?!/))*\*/)*`;

/** Statements that change the session for those that come after, on a connection that others use too. */
const SESSION = new RegExp(
  `^${BLANK}(?:BEGIN|START|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|XA|LOCK|UNLOCK|USE|PREPARE|DEALLOCATE|HANDLER|SET(?!\\s+STATEMENT\\b))\\b`,
  'i',
);
const DDL = new RegExp(`^${BLANK}(?:CREATE|ALTER|DROP|RENAME|TRUNCATE)\\b`, 'i');
const READS = new RegExp(`^${BLANK}\\(?${BLANK}(?:SELECT|WITH|VALUES|TABLE)\\b`, 'i');

/** Whether a statement changes its session: a transaction, a lock, a variable. */
export function changesSession(text: string): boolean {
  return SESSION.test(text);
}

/** Whether a statement changes the schema. */
export function changesSchema(text: string): boolean {
  return DDL.test(text);
}

/**
 * Whether a statement begins as one that reads, and writes to no file and no variable. What it calls may still write; a read-only
 * transaction keeps tables safe from that.
 */
export function onlyReads(text: string): boolean {
  return READS.test(text) && !/\bINTO\b|:=|\/\*[!M]/i.test(withoutQuotes(text));
}

/** The text without strings, quoted names and comments that are none to the server. */
function withoutQuotes(text: string): string {
  return text.replace(/'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`]|``)*`/gs, ' ');
}

/** A name as SQL writes it. */
export function quotedName(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
