import type { OptimizeSqlOptions } from './optimize-sql.ts';
import { optimizeSql } from './optimize-sql.ts';
import { SQL_RULES } from './rules/sql-rules.ts';

/** What became of one rule on one statement. */
export interface RuleOutcome {
  readonly rule: string;
  /**
   * `fired`: it is in the text given back. `too-dear`: it is proven, and the estimate speaks against it. `no-case`: there is nothing for it to
   * change, or its proof fails. `other-engines`: it gains nothing on this one. `switched-off`: by `disable`. `unread`: the statement was left.
   */
  readonly outcome: 'fired' | 'too-dear' | 'no-case' | 'other-engines' | 'switched-off' | 'unread';
  /** One sentence, or several where it fired several times. */
  readonly reason: string;
}

/** Why each rule has changed a statement, or has not. Throws what `optimizeSql` throws. */
export function explainChange(sql: string, options: OptimizeSqlOptions): readonly RuleOutcome[] {
  const { rewrites, refused, unread } = optimizeSql(sql, options);
  const off = new Set(options.disable);
  return SQL_RULES.map(({ name, engines }): RuleOutcome => {
    const fired = rewrites.filter(({ rule }) => rule === name);
    const dear = refused.find(({ rule }) => rule === name);
    if (unread !== undefined) return { rule: name, outcome: 'unread', reason: unread };
    if (off.has(name)) return { rule: name, outcome: 'switched-off', reason: 'it was switched off' };
    if (engines[options.dialect] === undefined)
      return { rule: name, outcome: 'other-engines', reason: `it gains nothing on ${options.dialect}` };
    if (fired.length > 0)
      return { rule: name, outcome: 'fired', reason: fired.map(({ reason }) => reason).join('; ') };
    if (dear !== undefined) return { rule: name, outcome: 'too-dear', reason: dear.reason };
    return { rule: name, outcome: 'no-case', reason: 'there is nothing that it could change and prove' };
  });
}
