import type { FindingSeverity } from '../plan/plan-findings.ts';
import { redactText } from '../plan/redact-plan.ts';

/** What can be wrong. Names are stable. */
export type DefectKind =
  | 'missing-index'
  | 'full-scan'
  | 'big-table'
  | 'no-index'
  | 'no-key'
  | 'unindexed-foreign-key'
  | 'unused-index'
  | 'duplicate-index'
  | 'unbounded-result'
  | 'select-star'
  | 'implicit-cast'
  | 'leading-wildcard'
  | 'cartesian-join'
  | 'deep-offset'
  | 'not-in-null'
  | 'spill'
  | 'misestimate'
  | 'correlated-subplan';

/** Something wrong with a statement, a plan or the catalogue. */
export interface Defect {
  readonly kind: DefectKind;
  readonly severity: FindingSeverity;
  /** The table, with its columns in brackets where it is about some; else the beginning of the statement, without literals. */
  readonly subject: string;
  /** What was seen, in one sentence without literals. */
  readonly what: string;
  /** What to do, in one sentence. */
  readonly fix: string;
  /** Statements in which it was seen, as they were given; empty for what the catalogue alone tells. */
  readonly statements: readonly string[];
}

const RANK: Readonly<Record<FindingSeverity, number>> = { high: 0, medium: 1, low: 2 };

/** The worst first; the same defect of several statements is one, as severe as the worst of them. */
export function merged(defects: readonly Defect[]): readonly Defect[] {
  const found = new Map<string, Defect>();
  for (const defect of defects) {
    const key = JSON.stringify([defect.kind, defect.subject]);
    const known = found.get(key);
    const worst = known === undefined || RANK[defect.severity] < RANK[known.severity] ? defect : known;
    const statements = [...new Set([...(known?.statements ?? []), ...defect.statements])];
    found.set(key, { ...worst, statements });
  }
  return [...found.values()].toSorted(
    (a, b) => RANK[a.severity] - RANK[b.severity] || b.statements.length - a.statements.length,
  );
}

/** Names a statement without its literals. */
export function statementSubject(text: string): string {
  const short = redactText(text).replaceAll(/\s+/g, ' ').trim();
  return short.length > 80 ? `${short.slice(0, 79)}…` : short;
}
