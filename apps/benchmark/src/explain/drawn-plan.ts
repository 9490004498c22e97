import type { Dialect, ExecutionPlan } from '@perf/contracts';
import type { PlanFinding, ReadPlan } from '@perf/optimizer';
import {
  diffPlans,
  planFigures,
  planFindings,
  planHtml,
  planMermaid,
  planSvg,
  redactPlan,
  renderPlan,
} from '@perf/optimizer';
import { ms } from '../terminal/table.ts';

/** What a plan can be drawn as. */
export const PICTURE_FORMATS = ['text', 'html', 'svg', 'mermaid'] as const;

/** One of `PICTURE_FORMATS`. */
export type PictureFormat = (typeof PICTURE_FORMATS)[number];

/** Whether a text names a format. */
export function isPictureFormat(text: string): text is PictureFormat {
  return PICTURE_FORMATS.some((format) => format === text);
}

/** How a plan is drawn. */
export interface Picture {
  readonly format: PictureFormat;
  readonly title: string;
  readonly literals: boolean;
  /** The plan from before. */
  readonly before: ReadPlan | undefined;
  /** Signs of a line of the terminal; absent where none reads, and then there are no colours. */
  readonly width?: number;
}

/** A plan as text, page, picture or flowchart. */
export function drawnPlan(read: ReadPlan, picture: Picture): string {
  const { format, title, literals, before } = picture;
  const dialect = dialectOf(read);
  const engine = dialect === undefined ? {} : { dialect };
  switch (format) {
    case 'html': {
      const plans = before === undefined ? read.plan : { before: before.plan, after: read.plan };
      return planHtml(plans, { title, literals, notes: factsOf(read), ...engine });
    }
    case 'svg':
      return `${planSvg(read.plan, { title, literals })}\n`;
    case 'mermaid':
      return planMermaid(read.plan, { literals });
    case 'text':
      return textOf(read, picture);
  }
}

/** The plan with its findings, as JSON that `readPlan` reads again; literals are `?` unless they are wanted. */
export function plansAsJson(
  read: ReadPlan,
  { before, literals }: { readonly before: ReadPlan | undefined; readonly literals: boolean },
): string {
  const { plan, statement, ...rest } = read;
  const shown = literals ? plan : redactPlan(plan);
  const dialect = dialectOf(read);
  const findings = planFindings(plan, dialect === undefined ? {} : { dialect });
  const { totalMs, actuals, spilledBytes } = planFigures(plan);
  const speedup = before === undefined ? undefined : diffPlans(before.plan, plan).speedup;
  const json = {
    ...rest,
    ...(literals && statement !== undefined ? { statement } : {}),
    actuals,
    totalMs,
    spilledBytes,
    speedup,
    findings: findings.map(({ kind, severity, at, what, action }) => ({ kind, severity, at, what, action })),
    plan: shown,
  };
  return `${JSON.stringify(json, undefined, 1)}\n`;
}

/** The engine that a plan is of; unknown for Perf's own. */
function dialectOf({ format }: ReadPlan): Dialect | undefined {
  switch (format) {
    case 'mariadb':
    case 'mysql':
    case 'mysql-tree':
      return 'mysql';
    case 'perf':
      return undefined;
    case 'postgres':
    case 'sqlite':
    case 'duckdb':
      return format;
  }
}

function factsOf({ planningMs, executionMs, notes }: ReadPlan): readonly string[] {
  return [
    ...(planningMs === undefined ? [] : [`planning ${ms(planningMs)} ms`]),
    ...(executionMs === undefined ? [] : [`execution ${ms(executionMs)} ms`]),
    ...notes,
  ];
}

function textOf(read: ReadPlan, { before, literals, width }: Picture): string {
  const drawing = { literals, color: width !== undefined, ...(width === undefined ? {} : { width }) };
  const parts =
    before === undefined
      ? [renderPlan(read.plan, drawing)]
      : [
          `before\n${renderPlan(before.plan, drawing)}`,
          `after\n${renderPlan(read.plan, drawing)}`,
          comparison(before.plan, read.plan),
        ];
  const dialect = dialectOf(read);
  const findings = planFindings(read.plan, dialect === undefined ? {} : { dialect });
  const facts = factsOf(read);
  return `${[...parts, ...(facts.length === 0 ? [] : [facts.join('\n')]), findingsText(findings)].join('\n\n')}\n`;
}

function comparison(before: ExecutionPlan, after: ExecutionPlan): string {
  const { steps, speedup } = diffPlans(before, after);
  const changes = steps
    .filter(({ change }) => change !== 'same')
    .map(({ change, differs, before: was, after: is }) => {
      const node = (is ?? was)?.node;
      const name = [node?.operator, node?.table].filter((part) => part !== undefined).join(' ');
      return safe(`${change}: ${name}${differs.length === 0 ? '' : ` (${differs.join(', ')})`}`);
    });
  const verdict =
    speedup === undefined
      ? 'not both were measured'
      : speedup >= 1
        ? `${speedup.toFixed(1)} times faster`
        : `${(1 / speedup).toFixed(1)} times slower`;
  return [verdict, ...changes].join('\n');
}

function findingsText(findings: readonly PlanFinding[]): string {
  if (findings.length === 0) return 'nothing stands out';
  return findings.map(({ severity, what, action }) => safe(`${severity}: ${what} ${action}`)).join('\n');
}

/** Signs that would steer the terminal, spelt out. */
function safe(text: string): string {
  return text.replace(/\p{Cc}/gu, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
