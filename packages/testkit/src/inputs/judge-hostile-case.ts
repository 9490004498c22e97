import type { Answer, Statement } from '@perf/contracts';
import { answerRows, isPerfError } from '@perf/contracts';
import type { HostileCase } from './hostile-cases.ts';

/** What is under attack. */
export interface HostileTarget {
  /** Checks a query and prints it. */
  readonly compile: (query: unknown) => Statement;
  /** Runs what was printed on a real database. */
  readonly run: (statement: Statement) => Promise<Answer>;
}

/** Says how the attack escaped, or undefined when it was contained. */
export async function judgeHostileCase(
  attack: HostileCase,
  { compile, run }: HostileTarget,
): Promise<string | undefined> {
  let statement: Statement;
  try {
    statement = compile(attack.query);
  } catch (error) {
    if (attack.expected !== 'refused') return `${attack.name}: refused: ${String(error)}`;
    return isPerfError(error) ? undefined : `${attack.name}: broke the checker: ${String(error)}`;
  }
  if (attack.expected === 'refused') return `${attack.name}: was not refused, but became ${statement.text}`;
  if (attack.benign !== undefined && compile(attack.benign).text !== statement.text)
    return `${attack.name}: changed the SQL text: ${statement.text}`;
  try {
    const answer = await run(statement);
    const found = answerRows(answer).map((row) => Number(row[0]));
    if (found.join() !== attack.expected.join())
      return `${attack.name}: gave ${found.join()} instead of ${attack.expected.join()}`;
    const names = answer.schema.fields.map(({ name }) => name);
    if (attack.columns !== undefined && names.join('\n') !== attack.columns.join('\n'))
      return `${attack.name}: columns are named ${names.join()}`;
    return undefined;
  } catch (error) {
    return `${attack.name}: ${statement.text} failed: ${String(error)}`;
  }
}
