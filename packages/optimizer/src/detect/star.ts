import type { SqlName } from '../sql/sql-name.ts';
import type { Token } from '../sql/tokens.ts';
import { tokensOf } from '../sql/tokens.ts';
import { Unreadable } from '../sql/unreadable.ts';

/** Whether a statement asks for all columns of something; not within EXISTS, which looks at none. */
export function hasStar(sql: string, dialect: SqlName): boolean {
  const tokens = tokensOrNone(sql, dialect);
  return tokens.some((token, i) => {
    if (token.kind !== 'sign' || token.text !== '*') return false;
    const before = tokens[i - 1]?.text ?? '';
    if (!['select', 'distinct', 'all', ',', '.'].includes(before)) return false;
    const [exists, bracket] = [tokens[i - 3]?.text, tokens[i - 2]?.text];
    return !(before === 'select' && bracket === '(' && exists === 'exists');
  });
}

function tokensOrNone(sql: string, dialect: SqlName): readonly Token[] {
  try {
    return tokensOf(sql, dialect);
  } catch (error) {
    if (error instanceof Unreadable) return [];
    throw error;
  }
}
