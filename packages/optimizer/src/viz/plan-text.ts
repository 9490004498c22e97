import type { ExecutionPlan } from '@perf/contracts';
import type { NodeFigures, PlanFigures } from '../plan/plan-figures.ts';
import { planFigures } from '../plan/plan-figures.ts';
import { bytesText, errorText, msText, rowsText, shareText, timesText } from '../plan/plan-words.ts';
import { redactPlan } from '../plan/redact-plan.ts';

/** How a plan is printed. */
export interface PlanTextOptions {
  /** Colours by ANSI signs: the hot path, wrong estimates and spills. @default false */
  readonly color?: boolean;
  /** Longest line in signs; details are cut to fit. At least 40. @default no limit */
  readonly width?: number;
  /** Shows literals in details instead of `?`. @default false */
  readonly literals?: boolean;
}

const CODES = { bold: 1, dim: 2, red: 31, yellow: 33 } as const;

type Paint = (text: string, ...codes: readonly (keyof typeof CODES)[]) => string;

/**
 * A plan as indented text, one line a node: operator, table, index, detail, then what is known of rows (estimated, then
 * actual, `×` how far the estimate is off), own time and its share, loops, rows removed and spills. What is unknown is left
 * out. Literals are `?`, and signs that would steer a terminal are spelt out.
 *
 * @example
 * limit 10 rows  ~10 rows
 * └─ sort count(*) desc
 *    └─ scan flights  ~3,000,000 rows
 */
export function renderPlan(plan: ExecutionPlan, options: PlanTextOptions = {}): string {
  const { color = false, width, literals = false } = options;
  const figures = planFigures(literals ? plan : redactPlan(plan));
  const paint: Paint = (text, ...codes) =>
    color ? `\u001B[${codes.map((code) => CODES[code]).join(';')}m${text}\u001B[0m` : text;
  const prefixes = branches(figures);
  const withShares = figures.nodes.filter(({ selfShare }) => selfShare !== undefined).length > 1;
  return figures.nodes
    .map((each, i) => {
      const prefix = prefixes[i] ?? '';
      return `${prefix}${line(each, { paint, withShares, room: width === undefined ? Infinity : Math.max(40, width) - prefix.length })}`;
    })
    .join('\n');
}

/** How one line is written. */
interface LineUse {
  readonly paint: Paint;
  readonly withShares: boolean;
  readonly room: number;
}

function line(each: NodeFigures, { paint, withShares, room }: LineUse): string {
  const { operator, table = '', index, detail } = each.node;
  const head = safe(
    [operator, table, index === undefined || detail.includes(index) ? '' : `by ${index}`]
      .filter((part) => part !== '')
      .join(' '),
  );
  const facts = factsOf(each, withShares);
  const used = facts.reduce((sum, { text }) => sum + text.length + 2, head.length + 1);
  const shown = cut(safe(detail), room - used);
  return [
    [each.isHot ? paint(head, 'bold', 'red') : paint(head, 'bold'), paintedDetail(shown, paint)]
      .filter((part) => part !== '')
      .join(' '),
    ...facts.map(({ text, code }) => (code === undefined ? text : paint(text, code))),
  ].join('  ');
}

function paintedDetail(detail: string, paint: Paint): string {
  return detail === '' ? '' : paint(detail, 'dim');
}

interface Fact {
  readonly text: string;
  readonly code?: keyof typeof CODES;
}

/** An estimate that is off by this much is marked. */
const MARKED = 4;

function factsOf({ node, qError, selfShare }: NodeFigures, withShares: boolean): readonly Fact[] {
  const facts: Fact[] = [];
  const { estimatedRows, actualRows, selfMs, totalMs, loops, rowsRemoved = 0, spilledBytes = 0 } = node;
  if (loops === 0) return [{ text: 'never run', code: 'dim' }];
  if (estimatedRows !== undefined) facts.push({ text: `~${rowsText(estimatedRows)} rows` });
  if (actualRows !== undefined) facts.push({ text: `${rowsText(actualRows)} actual` });
  if (qError !== undefined && qError >= MARKED) facts.push({ text: errorText(qError), code: 'yellow' });
  if (selfMs !== undefined)
    facts.push({
      text: `${msText(selfMs)}${selfShare === undefined || !withShares ? '' : ` (${shareText(selfShare)})`}`,
    });
  if (selfMs === undefined && totalMs !== undefined) facts.push({ text: `${msText(totalMs)} in all` });
  if (loops !== undefined && loops > 1) facts.push({ text: timesText(loops) });
  if (rowsRemoved > 0) facts.push({ text: `${rowsText(rowsRemoved)} removed` });
  if (spilledBytes > 0) facts.push({ text: `${bytesText(spilledBytes)} spilled`, code: 'red' });
  if (node.correlated === true) facts.push({ text: 'for each outer row', code: 'yellow' });
  return facts;
}

function cut(text: string, room: number): string {
  if (text.length <= room) return text;
  return room < 4 ? '' : `${text.slice(0, room - 1)}…`;
}

/** Control signs and line breaks spelt out. */
function safe(text: string): string {
  return text.replace(
    /[\p{Cc}\u2028\u2029]/gu,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** What stands before each node: the branch it hangs on, under the branches of its parents. */
export function branches({ nodes }: PlanFigures): readonly string[] {
  const below: string[] = [];
  return nodes.map(({ node, parent }, at) => {
    const above = nodes[parent];
    if (above === undefined) {
      below[at] = '';
      return '';
    }
    const isLast = above.node.children.at(-1) === node;
    const rest = below[parent] ?? '';
    below[at] = `${rest}${isLast ? '   ' : '│  '}`;
    return `${rest}${isLast ? '└─ ' : '├─ '}`;
  });
}
