import { nodeCrypto } from '../node-crypto.ts';
import type { Dialect, ExecutionPlan } from '@perf/contracts';
import { planFigures } from '../plan/plan-figures.ts';
import type { PlanFinding } from '../plan/plan-findings.ts';
import { findingsFrom } from '../plan/plan-findings.ts';
import { redactPlan } from '../plan/redact-plan.ts';
import { diffPlans } from './diff-plans.ts';
import { diffTable } from './diff-table.ts';
import { escaped } from './escaped.ts';
import { PAGE_SCRIPT } from './page-script.ts';
import { PAGE_STYLE } from './page-style.ts';
import type { PlanPictureOptions } from './plan-svg.ts';
import { bareSvg, summaryOf } from './plan-svg.ts';
import { planTable } from './plan-table.ts';

/** How the page of a plan is made. */
export interface PlanPageOptions extends PlanPictureOptions {
  /** The engine, so that findings can name its settings. @default unknown */
  readonly dialect?: Dialect;
  /** Lines below the heading, as `ReadPlan.notes`. @default none */
  readonly notes?: readonly string[];
}

/** Two plans of one question. */
export interface PlanPair {
  readonly before: ExecutionPlan;
  readonly after: ExecutionPlan;
}

/**
 * A page about a plan, or about two set side by side, as one file that works without a network: the tree as a picture, what is
 * worth an action, a table of all figures, search, folding; by keys as well. Its policy lets nothing load and nothing run but
 * the script in it, every text is escaped, and literals are `?`. Light or dark as the reader has it.
 */
export function planHtml(plan: ExecutionPlan | PlanPair, options: PlanPageOptions = {}): string {
  const { literals = false, title = 'Plan', notes = [] } = options;
  const shown = (one: ExecutionPlan): ExecutionPlan => (literals ? one : redactPlan(one));
  const pair = 'before' in plan ? { before: shown(plan.before), after: shown(plan.after) } : undefined;
  const body =
    'before' in plan
      ? planPair(pair ?? plan, options)
      : planSection(shown(plan), { name: 'Plan', at: 0, dialect: options.dialect });
  const name = escaped(title);
  const hidden = literals ? 'Literals are shown as they are.' : 'Literals are hidden.';
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${sourceHash(PAGE_STYLE)}'; script-src '${sourceHash(PAGE_SCRIPT)}'; base-uri 'none'; form-action 'none'">
<title>${name}</title><style>${PAGE_STYLE}</style></head><body class="pv">
<header><h1>${name}</h1><p class="soft">${[...notes.map(escaped), hidden].join(' · ')}</p></header>
<div class="tools" role="toolbar" aria-label="Tools"><input id="search" type="search" placeholder="Search steps ( / )" aria-label="Search steps"><button type="button" id="unfold">Unfold all</button><button type="button" id="fold">Fold all</button><button type="button" id="fit">Fit width</button></div>
<main>${body}</main>
<script>${PAGE_SCRIPT}</script></body></html>
`;
}

/** What a content security policy calls this very text. */
function sourceHash(text: string): string {
  return `sha256-${nodeCrypto().createHash('sha256').update(text).digest('base64')}`;
}

function planPair({ before, after }: PlanPair, { dialect }: PlanPageOptions): string {
  return [
    `<h2>What changed</h2>${diffTable(diffPlans(before, after))}`,
    planSection(before, { name: 'Before', at: 0, dialect }),
    planSection(after, { name: 'After', at: 1, dialect }),
  ].join('\n');
}

interface SectionUse {
  readonly name: string;
  readonly at: number;
  readonly dialect: Dialect | undefined;
}

function planSection(plan: ExecutionPlan, { name, at, dialect }: SectionUse): string {
  const figures = planFigures(plan);
  const findings = findingsFrom(figures, dialect === undefined ? {} : { dialect });
  return `<section data-plan="${at}"><h2>${name} <span class="soft">${escaped(summaryOf(figures))}</span> <span class="found soft" role="status"></span></h2>
${findingList(findings)}
<div class="picture" tabindex="0" role="group" aria-label="${name} as a picture">${bareSvg(figures, name)}</div>
<div class="more" aria-live="polite" hidden></div>
<h2>All figures${at === 0 && name === 'Plan' ? '' : ` · ${name.toLowerCase()}`}</h2>${planTable(figures)}</section>`;
}

/** Findings that stand open; the others are a click away. */
const SHOWN = 6;

function findingList(findings: readonly PlanFinding[]): string {
  if (findings.length === 0) return '<p class="soft">Nothing stands out.</p>';
  const items = findings.map(({ severity, what, action, at }) => {
    const go = at === undefined ? '' : ` <button type="button" data-go="${at}">show</button>`;
    return `<li class="${severity}"><b>${severity}</b>${escaped(what)} ${escaped(action)}${go}</li>`;
  });
  const rest = items.slice(SHOWN);
  const more =
    rest.length === 0
      ? ''
      : `<details><summary>${rest.length} more</summary><ul class="findings">${rest.join('')}</ul></details>`;
  return `<ul class="findings">${items.slice(0, SHOWN).join('')}</ul>${more}`;
}
