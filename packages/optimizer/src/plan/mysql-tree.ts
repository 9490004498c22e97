import { noPlan } from './json-value.ts';
import type { MysqlStep } from './mysql-steps.ts';
import { mysqlStepNode } from './mysql-steps.ts';
import { planNode } from './plan-node.ts';
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

/** Reads the tree that `EXPLAIN ANALYZE` of MySQL 8 prints, as its manual describes it. */
export function mysqlTree(text: string): PlanReading {
  const roots = treeLines(text).map((line) => mysqlStepNode(stepOf(line)));
  const [only] = roots;
  if (only === undefined) throw noPlan('a tree of EXPLAIN ANALYZE');
  const plan = roots.length === 1 ? only : planNode({ operator: 'query', detail: '', children: roots });
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

function stepOf(line: TreeLine): MysqlStep {
  // A line ends with its figures: what is like them inside a literal stands before.
  const signs = [/\(cost=\d/g, /\(actual time=\d/g, /\(never executed\)/g];
  const begin = Math.min(...signs.map((sign) => lastMatch(line.text, sign)));
  const figures = line.text.slice(begin);
  const cost = COST.exec(figures);
  const actual = ACTUAL.exec(figures);
  const never = NEVER.test(figures) ? { rows: 0, ms: 0, loops: 0 } : undefined;
  return {
    words: line.text.slice(0, begin).trim(),
    plannedRows: cost === null ? undefined : Number(cost[3]),
    cost: cost === null ? undefined : Number(cost[2] ?? cost[1]),
    actual:
      actual === null ? never : { rows: Number(actual[3]), ms: Number(actual[2]), loops: Number(actual[4]) },
    children: line.children.map(stepOf),
  };
}

function lastMatch(text: string, sign: RegExp): number {
  let last = text.length;
  for (const match of text.matchAll(sign)) last = match.index;
  return last;
}
