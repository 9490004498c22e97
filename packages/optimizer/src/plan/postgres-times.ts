import { noPlan } from './json-value.ts';
import type { PostgresStep } from './postgres-plan.ts';

/**
 * Finds who waited for the common table expressions and init plans of a plan. Postgres hangs them below the node that
 * declares them, but runs them when their result is first read, so that their time is contained in the reader's.
 */
export function shareTimes(root: PostgresStep): void {
  const steps = allSteps(root);
  const readers = Map.groupBy(
    steps.flatMap((step) => Array.from(mentions(step), (name) => ({ name, step }))),
    ({ name }) => name,
  );
  const done = new Set<string>();
  for (const step of steps) {
    const result = resultName(step);
    if (result === undefined || done.has(result) || step.totalMs === undefined || step.totalMs === 0)
      continue;
    done.add(result);
    const own = new Set(allSteps(step));
    const found = (readers.get(result) ?? [])
      .map((reader) => reader.step)
      .filter((reader) => !own.has(reader) && (reader.totalMs ?? 0) > 0);
    owe(step, step.totalMs, found);
  }
}

/** One reader that took longer than the result took to make has made it; else each has made a part. */
function owe(step: PostgresStep, totalMs: number, readers: readonly PostgresStep[]): void {
  if (readers.length === 0) return;
  step.isOwed = true;
  const maker = readers.find((reader) => (reader.totalMs ?? 0) >= totalMs);
  if (maker !== undefined) {
    maker.owedMs += totalMs;
    return;
  }
  const together = readers.reduce((sum, reader) => sum + (reader.totalMs ?? 0), 0);
  for (const reader of readers) reader.owedMs += (totalMs * (reader.totalMs ?? 0)) / together;
}

/** What the result of a step is called where it is read: `CTE busy`, `$1` (until 16), `InitPlan 1` (from 17 on). */
function resultName({ json }: PostgresStep): string | undefined {
  const name = json['Subplan Name'];
  if (json['Parent Relationship'] !== 'InitPlan' || typeof name !== 'string') return undefined;
  if (name.startsWith('CTE ')) return name;
  return /^InitPlan \d+ \(returns (\$\d+)/.exec(name)?.[1] ?? /^InitPlan \d+/.exec(name)?.[0];
}

/** Results that a step reads, named as by `resultName`. */
function mentions({ json }: PostgresStep): ReadonlySet<string> {
  const names = new Set<string>();
  if (typeof json['CTE Name'] === 'string') names.add(`CTE ${json['CTE Name']}`);
  for (const [key, value] of Object.entries(json))
    if (typeof value === 'string' && key !== 'Subplan Name')
      for (const [name] of value.matchAll(/\$\d+|InitPlan \d+/g)) names.add(name);
  return names;
}

/** As many as a plan may have, see `walkPlan`. */
const MOST_STEPS = 20_000;

function allSteps(root: PostgresStep): readonly PostgresStep[] {
  const steps: PostgresStep[] = [];
  const left = [root];
  for (let step = left.pop(); step !== undefined; step = left.pop()) {
    if (steps.push(step) > MOST_STEPS) throw noPlan(`at most ${MOST_STEPS} nodes`);
    for (let i = step.children.length - 1; i >= 0; i--) {
      const child = step.children[i];
      if (child !== undefined) left.push(child);
    }
  }
  return steps;
}
