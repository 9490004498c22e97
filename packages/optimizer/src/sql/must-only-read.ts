import { PerfError } from '@perf/contracts';
import type { SqlName } from './sql-name.ts';
import type { Token } from './tokens.ts';
import { tokensOf } from './tokens.ts';
import { Unreadable } from './unreadable.ts';

/** Words that begin a change of data; as names they stand in quotes or behind a dot. */
const CHANGES: ReadonlySet<string> = new Set([
  'insert',
  'update',
  'delete',
  'merge',
  'replace',
  'truncate',
  'into',
  'create',
  'drop',
  'alter',
  'grant',
  'call',
  'copy',
  'attach',
  'pragma',
  'execute',
  'do',
  'set',
  'lock',
]);

/**
 * Throws `ERR_PERF_INVALID_QUERY` unless the text is, for certain, one SELECT or WITH statement that changes nothing. Comments that engines run,
 * texts with escapes and a second statement are refused, since what they hide depends on settings. Functions with effects are not noticed.
 */
export function mustOnlyRead(sql: string, dialect: SqlName): void {
  const tokens = tokensOrRefuse(sql, dialect);
  const first = tokens.find((token) => !(token.kind === 'sign' && token.text === '('));
  if (first?.kind !== 'word' || (first.text !== 'select' && first.text !== 'with'))
    refuse('it does not begin with SELECT or WITH');
  const end = tokens.findIndex((token) => token.kind === 'sign' && token.text === ';');
  if (end >= 0 && tokens[end + 1]?.kind !== 'end') refuse('there is more than one statement');
  const changing = tokens.find((token, i) =>
    isChange(token, tokens.slice(Math.max(0, i - 2), i), tokens[i + 1]),
  );
  if (changing !== undefined) refuse(`it says ${changing.text.toUpperCase()}`);
}

/** @param before the two tokens in front */
function isChange(token: Token, before: readonly Token[], after: Token | undefined): boolean {
  if (token.kind !== 'word' || !CHANGES.has(token.text)) return false;
  const [owner, dot] = before;
  const isNamed =
    dot?.text === '.' && dot.start === owner?.end && (owner.kind === 'word' || owner.kind === 'quoted');
  if (isNamed) return false;
  // `replace(…)` is a function of text.
  return !(token.text === 'replace' && after?.text === '(');
}

function tokensOrRefuse(sql: string, dialect: SqlName): readonly Token[] {
  try {
    return tokensOf(sql, dialect);
  } catch (error) {
    if (error instanceof Unreadable) return refuse(error.message);
    throw error;
  }
}

function refuse(reason: string): never {
  throw new PerfError(
    'ERR_PERF_INVALID_QUERY',
    `the statement is not known to be one that only reads: ${reason}; pass readOnly: false for text that you trust`,
  );
}
