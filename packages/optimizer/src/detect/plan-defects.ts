import type { ExecutionPlan } from '@perf/contracts';
import type { FindingKind } from '../plan/plan-findings.ts';
import { planFindings } from '../plan/plan-findings.ts';
import { walkPlan } from '../plan/plan-walk.ts';
import type { Defect, DefectKind } from './defect.ts';
import { statementSubject } from './defect.ts';
import type { StatementFacts } from './statement-defects.ts';
import { MANY_ROWS } from './statement-defects.ts';

/** Findings of plans that are defects too; the others are about what is known. */
const KINDS: Readonly<Partial<Record<FindingKind, DefectKind>>> = {
  'missing-index': 'missing-index',
  'repeated-scan': 'missing-index',
  spill: 'spill',
  misestimate: 'misestimate',
  'correlated-subplan': 'correlated-subplan',
};

/** Share of a table from which reading all of it is right. */
const FEW = 0.1;

/** What is wrong by the plan of a statement. */
export function planDefects(text: string, plan: ExecutionPlan, facts: StatementFacts): readonly Defect[] {
  const { dialect, statistics } = facts;
  const told = planFindings(plan, dialect === 'bigquery' ? {} : { dialect }).flatMap(
    ({ kind, severity, node, what, action }): Defect[] => {
      const defect = KINDS[kind];
      const subject = node?.table ?? statementSubject(text);
      return defect === undefined
        ? []
        : [{ kind: defect, severity, subject, what, fix: action, statements: [text] }];
    },
  );
  if (dialect === 'duckdb') return told;
  const scans = walkPlan(plan).flatMap(({ node }): Defect[] => {
    const { operator, table, estimatedRows, actualRows } = node;
    const all = table === undefined ? undefined : statistics.tables.get(table)?.rows;
    const kept = actualRows ?? estimatedRows;
    if (operator !== 'scan' || table === undefined || all === undefined || kept === undefined) return [];
    const isTold = told.some(({ subject }) => subject === table);
    if (isTold || !(all >= MANY_ROWS) || kept > all * FEW) return [];
    return [
      {
        kind: 'full-scan',
        severity: all >= 10 * MANY_ROWS ? 'high' : 'medium',
        subject: table,
        what: `All of ${table}, ${Math.round(all).toLocaleString('en')} rows, is read to keep about ${Math.round(kept).toLocaleString('en')}.`,
        fix: `Look for an index on the columns that its conditions compare; perf-bench advise weighs them.`,
        statements: [text],
      },
    ];
  });
  return [...told, ...scans];
}
