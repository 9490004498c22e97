import type { ExecutionPlan } from '@perf/contracts';
import { planNode, sumKnown } from './plan-node.ts';

/** A step of MySQL's iterators, as the tree and version 2 of the JSON tell it. Figures are averages of a loop. */
export interface MysqlStep {
  /** What the step does, as in `Index lookup on f using flights_origin (origin=a.iata)`. */
  readonly words: string;
  readonly plannedRows: number | undefined;
  readonly cost: number | undefined;
  /** Absent where nothing was measured; `loops` 0 where the step was never run. */
  readonly actual: { readonly rows: number; readonly ms: number; readonly loops: number } | undefined;
  readonly children: readonly MysqlStep[];
}

/**
 * A step and all below it. Rows and times become totals over the loops, and the time of children is taken out of their parents'.
 * @param runs how often the planner expects the step to run
 */
export function mysqlStepNode(step: MysqlStep, runs = 1): ExecutionPlan {
  const { words, plannedRows, cost, actual } = step;
  const inner = cost === undefined && plannedRows === undefined ? 1 : runs;
  const isLoop = /^nested loop/i.test(words);
  const [first] = step.children;
  const children = step.children.map((child, i) =>
    mysqlStepNode(child, isLoop && i > 0 ? inner * Math.max(1, first?.plannedRows ?? 1) : inner),
  );
  const totalMs = actual === undefined ? undefined : actual.ms * actual.loops;
  const actualRows = actual === undefined ? undefined : actual.rows * actual.loops;
  const below = sumKnown(children.map((child) => child.totalMs)) ?? 0;
  const name = engineName(words);
  const operator = operatorOf(words);
  const isAccess = operator === 'scan' || operator === 'search';
  const access = isAccess ? ACCESS.exec(words) : null;
  return planNode({
    operator,
    engineOperator: name,
    table: bare(access?.[1]),
    index: bare(access?.[2]),
    detail: words.startsWith(`${name}: `) ? words.slice(name.length + 2) : words,
    correlated: words.includes('; dependent)') ? true : undefined,
    estimatedRows:
      plannedRows === undefined
        ? undefined
        : plannedRows * (actual === undefined ? runs : Math.max(1, actual.loops)),
    actualRows,
    loops: actual?.loops,
    totalMs,
    selfMs: totalMs === undefined ? undefined : Math.max(0, totalMs - below),
    rowsRemoved: removedBy(operator, children, actualRows),
    cost,
    children,
  });
}

/** What a filter gets and does not give. */
function removedBy(
  operator: string,
  children: readonly ExecutionPlan[],
  actualRows: number | undefined,
): number | undefined {
  const given = children[0]?.actualRows;
  if (operator !== 'filter' || given === undefined || actualRows === undefined) return undefined;
  return Math.max(0, given - actualRows);
}

/** Table and index of an access; names that need it stand between backticks. */
const ACCESS = / on (`(?:[^`]|``)*`|[^\s(]+)(?: using (`(?:[^`]|``)*`|[^\s(]+))?/;

function bare(name: string | undefined): string | undefined {
  return name?.startsWith('`') === true ? name.slice(1, -1).replaceAll('``', '`') : name;
}

/** Words that begin an operation, in the project's words; the first that fits. */
const OPERATORS: readonly (readonly [RegExp, string])[] = [
  [
    /^(?:covering |single-row |multi-range |full-text )*index (?:lookup|range scan|skip scan|search|for)/i,
    'search',
  ],
  [/^(?:covering )?index scan|^table scan/i, 'scan'],
  [/^filter/i, 'filter'],
  [/join|^nested loop|^batched key access/i, 'join'],
  [/^sort/i, 'sort'],
  [/^limit/i, 'limit'],
  [/aggregate|^group/i, 'aggregate'],
  [/^window/i, 'window'],
  [/materialize/i, 'materialize'],
  [/^(?:temporary table with deduplication|remove duplicate)/i, 'distinct'],
  [/^select #/i, 'subquery'],
];

function operatorOf(words: string): string {
  return OPERATORS.find(([pattern]) => pattern.test(words))?.[1] ?? engineName(words).toLowerCase();
}

/** The operation without what it works on. */
function engineName(words: string): string {
  return words.split(/: | on | \(|, /, 1)[0] ?? '';
}
