import type { ExecutionPlan } from '@perf/contracts';
import { noPlan, recordsOf } from './json-value.ts';
import { planNode } from './plan-node.ts';
import type { PlanReading } from './plan-reading.ts';

/** A line of `EXPLAIN QUERY PLAN` with what stands below it. */
interface SqliteLine {
  detail: string;
  readonly children: SqliteLine[];
}

/** Whether JSON is a list of rows with `id`, `parent` and `detail`. */
export function isSqliteRows(json: unknown): boolean {
  const first: unknown = Array.isArray(json) ? json[0] : undefined;
  return typeof first === 'object' && first !== null && 'detail' in first && 'parent' in first;
}

/** Whether a text is the tree that SQLite's shell draws, or its rows with `|` between the columns. */
export function isSqliteTree(text: string): boolean {
  return TREE.test(text) || ROW.test(text);
}

const TREE = /(?:^|\n)(?:\|--|`--)/;
const ROW = /(?:^|\n)\d+\|\d+\|-?\d+\|/;

/** Reads rows of `EXPLAIN QUERY PLAN`. SQLite tells neither rows nor times. */
export function sqliteRows(json: unknown): PlanReading {
  const lines = new Map<number, SqliteLine>();
  const roots: SqliteLine[] = [];
  for (const row of recordsOf(json, 'the rows of EXPLAIN QUERY PLAN')) {
    const { id, parent, detail } = row;
    if (typeof detail !== 'string') throw noPlan('a detail in every row of EXPLAIN QUERY PLAN');
    const line: SqliteLine = { detail, children: [] };
    // A parent stands before its children, so there can be no circle.
    (lines.get(Number(parent))?.children ?? roots).push(line);
    lines.set(Number(id), line);
  }
  return reading(roots);
}

/** Reads the tree of SQLite's shell. */
export function sqliteTree(text: string): PlanReading {
  if (!TREE.test(text)) {
    const rows = [...text.matchAll(/^(\d+)\|(\d+)\|-?\d+\|(.*)$/gm)];
    return sqliteRows(rows.map(([, id, parent, detail]) => ({ id, parent, detail })));
  }
  const roots: SqliteLine[] = [];
  const open: SqliteLine[] = [];
  for (const line of text.split('\n')) {
    const match = /^((?:\| {2}| {3})*)(?:\|--|`--)(.*)$/.exec(line.trimEnd());
    if (match === null) {
      const last = open.at(-1);
      // A name may hold a line break.
      if (last !== undefined && line.trim() !== '') last.detail += `\n${line}`;
      continue;
    }
    open.length = Math.min(open.length, (match[1] ?? '').length / 3);
    const fresh: SqliteLine = { detail: match[2] ?? '', children: [] };
    (open.at(-1)?.children ?? roots).push(fresh);
    if (open.push(fresh) > MOST_DEPTH) throw noPlan(`at most ${MOST_DEPTH} levels`);
  }
  return reading(roots);
}

/** Deepest nesting that is read. */
const MOST_DEPTH = 900;

function reading(roots: readonly SqliteLine[]): PlanReading {
  return {
    plan: planNode({ operator: 'query', detail: '', children: roots.map((root) => nodeOf(root, 0)) }),
    notes: [],
  };
}

function nodeOf({ detail, children }: SqliteLine, depth: number): ExecutionPlan {
  if (depth > MOST_DEPTH) throw noPlan(`at most ${MOST_DEPTH} levels`);
  return planNode({ ...described(detail), children: children.map((child) => nodeOf(child, depth + 1)) });
}

/** SQLite prints a table bare, whatever it is called, under its alias when it has one; literals are never printed. */
const ACCESS = /^(SCAN|SEARCH) (.+?)(?: USING (.+)| VIRTUAL TABLE .*| LEFT-JOIN| EXISTS)?$/s;
const NO_TABLE = /^SCAN (?:\d+ )?CONSTANT ROW|^SCAN \d+-ROW VALUES CLAUSE$/;
const INDEX = /^(?:AUTOMATIC )?(?:PARTIAL )?(?:COVERING )?INDEX (.+?)(?: \(.*\))?(?: LEFT-JOIN| EXISTS)?$/s;

/** Longest detail that is looked into: no name is as long. */
const LOOKED_INTO = 10_000;

function described(detail: string): Omit<Parameters<typeof planNode>[0], 'children'> {
  if (detail.length > LOOKED_INTO) return { operator: operatorOf(detail), detail };
  if (NO_TABLE.test(detail)) return { operator: 'scan', engineOperator: 'SCAN', detail };
  const access = ACCESS.exec(detail);
  if (access !== null) {
    const using = access[3] ?? '';
    const isTemporary = using.startsWith('AUTOMATIC');
    return {
      operator: access[1] === 'SCAN' ? 'scan' : 'search',
      engineOperator: access[1],
      table: access[2],
      index: isTemporary ? undefined : INDEX.exec(using)?.[1],
      detail,
    };
  }
  const engineOperator = detail.replace(/ (?:FOR|ON) .*$| \d+$/s, '');
  const correlated = detail.startsWith('CORRELATED ') ? true : undefined;
  return { operator: operatorOf(detail), engineOperator, detail, correlated };
}

function operatorOf(detail: string): string {
  if (/ORDER BY/.test(detail)) return 'sort';
  if (/GROUP BY|DISTINCT/.test(detail)) return 'aggregate';
  if (/^(?:CORRELATED )?(?:SCALAR|LIST) SUBQUERY/.test(detail)) return 'subquery';
  if (/UNION|^COMPOUND|^MERGE|^(?:EXCEPT|INTERSECT)/.test(detail)) return 'union';
  if (detail.startsWith('MATERIALIZE ')) return 'materialize';
  return detail.split(' ')[0]?.toLowerCase() ?? '';
}
