import type { ExecutionPlan } from '@perf/contracts';
import { MOST_DEPTH, nodeOf, numberOf, redacted, unreadable } from './plan-text.ts';

/** A line of the tree, before its children are known. */
interface Line {
  readonly depth: number;
  readonly step: Omit<ExecutionPlan, 'children'>;
  readonly children: Line[];
}

/**
 * Reads the text of MySQL's `EXPLAIN ANALYZE` (and of `EXPLAIN FORMAT=TREE`): a line for each step, four blanks deeper than
 * the step that it gives its rows to. Rows and times are averages of a loop; a time includes all below.
 */
export function planFromTree(text: string): ExecutionPlan {
  const roots: Line[] = [];
  const path: Line[] = [];
  for (const match of text.matchAll(/^( *)-> (.*(?:\n(?! *-> ).*)*)/gm)) {
    const depth = (match[1] ?? '').length;
    if (depth > MOST_DEPTH * 4) throw unreadable('it is nested too deeply');
    const line: Line = { depth, step: described(match[2] ?? ''), children: [] };
    while ((path.at(-1)?.depth ?? -1) >= depth) path.pop();
    (path.at(-1)?.children ?? roots).push(line);
    path.push(line);
  }
  const [first, ...others] = roots.map(finished);
  if (first === undefined) throw unreadable('it has no line that begins with an arrow');
  return others.length === 0
    ? first
    : { ...first, children: [...first.children, ...others.flatMap(subquery)] };
}

/** A subquery stands behind the plan, below a line of its own that says whether it is run for every row. */
function subquery(line: ExecutionPlan): readonly ExecutionPlan[] {
  if (!line.detail.startsWith('Select #')) return [line];
  return /\bdependent\b/.test(line.detail)
    ? line.children.map((child) => ({ ...child, correlated: true }))
    : line.children;
}

function finished({ step, children }: Line): ExecutionPlan {
  const below = children.map(finished);
  const { totalMs } = step;
  const belowMs = below.reduce((sum, child) => sum + (child.totalMs ?? 0), 0);
  return {
    ...step,
    ...(totalMs === undefined ? {} : { selfMs: Math.max(0, totalMs - belowMs) }),
    children: below,
  };
}

const FIGURE = String.raw`([\d.]+(?:e[-+]?\d+)?)`;
const ESTIMATE = new RegExp(String.raw`\(cost=(?:${FIGURE}\.\.)?${FIGURE} rows=${FIGURE}\)`, 'i');
const ROWS_ALONE = new RegExp(String.raw`\(rows=${FIGURE}\)`, 'i');
const ACTUAL = new RegExp(String.raw`\(actual time=${FIGURE}\.\.${FIGURE} rows=${FIGURE} loops=(\d+)\)`, 'i');
const ACTUAL_ROWS = new RegExp(String.raw`\(actual rows=${FIGURE} loops=(\d+)\)`, 'i');

function described(line: string): Omit<ExecutionPlan, 'children'> {
  const end = line.search(/ {2}\((?:cost=|rows=|actual |never )| \((?:actual |never executed)/);
  const words = end === -1 ? line : line.slice(0, end);
  const figures = end === -1 ? '' : line.slice(end);
  const estimate = ESTIMATE.exec(figures);
  const actual = ACTUAL.exec(figures);
  const [each, times] = actual === null ? (ACTUAL_ROWS.exec(figures) ?? []).slice(1) : [actual[3], actual[4]];
  const loops = /\(never executed\)/.test(figures) ? 0 : numberOf(times);
  const rows = numberOf(each);
  const lastMs = numberOf(actual?.[2]);
  const estimated = numberOf(estimate?.[3] ?? ROWS_ALONE.exec(figures)?.[1]);
  const { children: _, ...node } = nodeOf(
    { ...treeStep(words), children: [] },
    {
      estimatedRows: estimated === undefined ? undefined : estimated * Math.max(1, loops ?? 1),
      cost: numberOf(estimate?.[2]),
      actualRows: rows === undefined || loops === undefined ? undefined : Math.round(rows * loops),
      loops,
      totalMs: lastMs === undefined || loops === undefined ? undefined : lastMs * loops,
    },
  );
  return node;
}

/** What MySQL's words for a step mean in the project's. The first that fits counts. */
const OPERATORS: readonly (readonly [RegExp, string])[] = [
  [/\bjoin\b|antijoin|semijoin/i, 'join'],
  [
    /^(?:covering |single-row |multi-range |full-text |constant |reverse )*index (?:lookup|range scan|skip scan)|lookup on /i,
    'search',
  ],
  [/^(?:full-text index search|constant row|rows fetched before execution)/i, 'search'],
  [/scan on /i, 'scan'],
  [/^filter\b/i, 'filter'],
  [/^sort\b/i, 'sort'],
  [/^limit\b/i, 'limit'],
  [/aggregate|deduplicat|remove duplicates/i, 'aggregate'],
  [/^window/i, 'window'],
  [/^(?:union|append)/i, 'union'],
];

/** A step as MySQL words it: operator, table, index and detail. */
export function treeStep(words: string): Omit<ExecutionPlan, 'children'> {
  const engineOperator = /^[^:(]+/.exec(words)?.[0].trim() ?? '';
  const operator = OPERATORS.find(([pattern]) => pattern.test(engineOperator))?.[1];
  const reads = operator === 'scan' || operator === 'search';
  const table = reads ? nameAfter('on', words) : undefined;
  const index = reads ? nameAfter('using', words) : undefined;
  return {
    operator: operator ?? (engineOperator.toLowerCase() || 'step'),
    engineOperator: operator === undefined || !reads ? engineOperator : engineOperator.replace(/ on .*/s, ''),
    ...(table === undefined ? {} : { table }),
    ...(index === undefined ? {} : { index }),
    detail: redacted(words),
  };
}

/** The name behind a word, bare or in backticks. */
function nameAfter(word: string, words: string): string | undefined {
  const name = new RegExp(String.raw` ${word} (\x60(?:[^\x60]|\x60\x60)*\x60|[^\s(]+)`).exec(words)?.[1];
  return name?.startsWith('`') === true ? name.slice(1, -1).replaceAll('``', '`') : name;
}
