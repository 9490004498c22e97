import type { ExecutionPlan, TableIndex } from '@perf/contracts';
import { catalogDefects } from './catalog-defects.ts';
import type { Defect } from './defect.ts';
import { merged } from './defect.ts';
import { planDefects } from './plan-defects.ts';
import type { StatementFacts } from './statement-defects.ts';
import { statementDefects } from './statement-defects.ts';

/** A statement, and its plan where it is known. */
export interface DetectedStatement {
  readonly text: string;
  readonly plan?: ExecutionPlan;
}

/** What is looked at. */
export interface DetectOptions extends StatementFacts {
  /** @default none: only the catalogue is judged */
  readonly statements?: readonly DetectedStatement[];
  /** All indexes of the tables. @default unknown: nothing is said of indexes */
  readonly indexes?: readonly TableIndex[];
}

/** What is wrong with statements, their plans and the catalogue, the worst first; one finding for each defect, however many statements show it. Pure. */
export function detect(options: DetectOptions): readonly Defect[] {
  const { statements = [], indexes } = options;
  const found = statements.flatMap(({ text, plan }) => [
    ...statementDefects(text, options),
    ...(plan === undefined ? [] : planDefects(text, plan, options)),
  ]);
  return merged([...found, ...catalogDefects(options, indexes)]);
}
