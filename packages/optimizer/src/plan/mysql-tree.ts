import type { ExecutionPlan } from '@perf/contracts';
import { noPlan } from './json-value.ts';
import { planNode, sumKnown } from './plan-node.ts';
import type { PlanReading } from './plan-reading.ts';

/** One line of the tree, with how far it stands from the left. */
interface TreeLine {
  readonly indent: number;
  text: string;
  readonly children: TreeLine[];
}

/** Whether a text is the tree of `EXPLAIN FORMAT=TREE` or `EXPLAIN ANALYZE` of MySQL. */
export function isMysqlTree(text: string): boolean {
  return /(?:^|\n)[ \t|]*(?:EXPLAIN: )?-> /.test(text);
}

/**
 * Reads the tree that `EXPLAIN ANALYZE` of MySQL 8 prints, as its manual describes it. Rows and times are averages of a loop
 * and become totals; the time of children is taken out of their parents'.
 */
export function mysqlTree(text: string): PlanReading {
  const roots = treeLines(text);
  const [only] = roots;
  if (only === undefined) throw noPlan('a tree of EXPLAIN ANALYZE');
  const plan =
    roots.length === 1
      ? nodeOf(only, 1)
      : planNode({ operator: 'query', detail: '', children: roots.map((root) => nodeOf(root, 1)) });
  return { plan, notes: [] };
}

/** Deepest nesting that is read. */
const MOST_DEPTH = 1000;

function treeLines(text: string): readonly TreeLine[] {
  const roots: TreeLine[] = [];
  const open: TreeLine[] = [];
  for (const line of text.replaceAll('\\n', '\n').split('\n')) {
    const match = /^([ \t|]*(?:EXPLAIN: )?)-> (.*)$/.exec(line);
    const last = open.at(-1);
    if (match === null) {
      // A literal may hold a line break.
      if (last !== undefined && !/^[+|*\s]/.test(line)) last.text += ` ${line}`;
      continue;
    }
    const fresh: TreeLine = { indent: indentOf(match[1] ?? ''), text: match[2] ?? '', children: [] };
    while ((open.at(-1)?.indent ?? -1) >= fresh.indent) open.pop();
    (open.at(-1)?.children ?? roots).push(fresh);
    if (open.push(fresh) > MOST_DEPTH) throw noPlan(`at most ${MOST_DEPTH} levels`);
  }
  return roots;
}

/** Before the first line the shell of MySQL may put a heading or the side of its box. */
function indentOf(before: string): number {
  return /[|:]/.test(before) ? 0 : before.length;
}

const NUMBER = String.raw`(\d+(?:\.\d+)?(?:e[+-]?\d+)?)`;
const COST = new RegExp(String.raw`\(cost=${NUMBER}(?:\.\.${NUMBER})? rows=${NUMBER}\)`);
const ACTUAL = new RegExp(String.raw`\(actual time=${NUMBER}\.\.${NUMBER} rows=${NUMBER} loops=(\d+)\)`);
const NEVER = /\(never executed\)/;

/** @param runs how often the planner expects the node to run */
function nodeOf(line: TreeLine, runs: number): ExecutionPlan {
  // A line ends with its figures: what is like them inside a literal stands before.
  const begin = Math.min(
    ...[/\(cost=\d/, /\(actual time=\d/, NEVER].map((sign) => lastMatch(line.text, sign)),
  );
  const words = line.text.slice(0, begin).trim();
  const figures = line.text.slice(begin);
  const cost = COST.exec(figures);
  const actual = ACTUAL.exec(figures);
  const loops = actual === null ? (NEVER.test(figures) ? 0 : undefined) : Number(actual[4]);
  const planned = cost === null ? undefined : Number(cost[3]);
  const outer = cost === null ? 1 : runs;
  const children = line.children.map((child, i) => {
    const isInner = i > 0 && /^nested loop/i.test(words);
    const before = isInner ? Number(COST.exec(line.children[0]?.text ?? '')?.[3] ?? 1) : 1;
    return nodeOf(child, outer * Math.max(1, before));
  });
  const totalMs = actual === null ? (loops === 0 ? 0 : undefined) : Number(actual[2]) * Number(actual[4]);
  const below = sumKnown(children.map((child) => child.totalMs)) ?? 0;
  const access = / on ([^\s(]+)(?: using ([^\s(]+))?/.exec(words);
  const name = engineName(words);
  const operator = operatorOf(words);
  const isAccess = operator === 'scan' || operator === 'search';
  return planNode({
    operator,
    engineOperator: name,
    table: isAccess ? access?.[1] : undefined,
    index: isAccess ? access?.[2] : undefined,
    detail: words.startsWith(`${name}: `) ? words.slice(name.length + 2) : words,
    correlated: /; dependent\)/.test(words) ? true : undefined,
    estimatedRows:
      planned === undefined ? undefined : planned * (loops === undefined ? runs : Math.max(1, loops)),
    actualRows: actual === null ? (loops === 0 ? 0 : undefined) : Number(actual[3]) * Number(actual[4]),
    loops,
    totalMs,
    selfMs: totalMs === undefined ? undefined : Math.max(0, totalMs - below),
    rowsRemoved: removedBy(operator, children, actual),
    cost: cost === null ? undefined : Number(cost[2] ?? cost[1]),
    children,
  });
}

/** What a filter gets and does not give. */
function removedBy(
  operator: string,
  children: readonly ExecutionPlan[],
  actual: RegExpExecArray | null,
): number | undefined {
  const given = children[0]?.actualRows;
  if (operator !== 'filter' || given === undefined || actual === null) return undefined;
  return Math.max(0, given - Number(actual[3]) * Number(actual[4]));
}

function lastMatch(text: string, sign: RegExp): number {
  let last = text.length;
  for (const match of text.matchAll(new RegExp(sign, 'g'))) last = match.index;
  return last;
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
