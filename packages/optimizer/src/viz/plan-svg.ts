import type { ExecutionPlan } from '@perf/contracts';
import type { PlanFigures } from '../plan/plan-figures.ts';
import { planFigures } from '../plan/plan-figures.ts';
import { msText, rowsText } from '../plan/plan-words.ts';
import { redactPlan } from '../plan/redact-plan.ts';
import { escaped } from './escaped.ts';
import { drawPlan } from './plan-drawing.ts';
import { DRAWING, PALETTE } from './plan-style.ts';

/** How a plan is drawn. */
export interface PlanPictureOptions {
  /** Shows literals in details instead of `?`. @default false */
  readonly literals?: boolean;
  /** What the plan is of. @default 'Plan' */
  readonly title?: string;
}

/** What `planSvg` can leave out. */
export interface PlanSvgOptions extends PlanPictureOptions {
  /** False leaves out heading, background and style, for a page that has `PLAN_STYLE` itself. @default true */
  readonly frame?: boolean;
}

/** The style of pictures without a frame: once in a page is enough. */
export const PLAN_STYLE: string = `${PALETTE}${DRAWING}`;

const HEADER = 34;

/**
 * A plan as a picture that stands alone, the last step on top: rows estimated and seen, own time with its share as a bar, the
 * hot path in red, marks for wrong estimates, spills, loops and rows removed. Light or dark as the reader has it. It loads
 * nothing and runs nothing; every text is escaped, and literals are `?`.
 */
export function planSvg(plan: ExecutionPlan, options: PlanSvgOptions = {}): string {
  const { literals = false, title = 'Plan', frame = true } = options;
  const figures = planFigures(literals ? plan : redactPlan(plan));
  if (!frame) return bareSvg(figures, title);
  const { edges, boxes, width, height } = drawPlan(figures);
  const name = escaped(title);
  const wide = Math.max(width, 460);
  return `<svg xmlns="http://www.w3.org/2000/svg" class="pv" width="${wide}" height="${height + HEADER}" viewBox="0 0 ${wide} ${height + HEADER}" role="tree" aria-label="${name}"><title>${name}</title><style>${PLAN_STYLE}</style><rect class="pv-page" width="100%" height="100%"/><text class="pv-title" x="16" y="24">${name}</text><text class="pv-soft" x="${wide - 16}" y="24" text-anchor="end">${escaped(summaryOf(figures))}</text><g transform="translate(${Math.round((wide - width) / 2)} ${HEADER - 8})">${edges}${boxes}</g></svg>`;
}

/** The picture alone, of figures of a plan that shows no more than it shall. */
export function bareSvg(figures: PlanFigures, title: string): string {
  const { edges, boxes, width, height } = drawPlan(figures);
  return `<svg class="pv" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="tree" aria-label="${escaped(title)}">${edges}${boxes}</svg>`;
}

/** What the picture rests on, in a few words. */
export function summaryOf({ nodes, totalMs, actuals, hotBy }: PlanFigures): string {
  const steps = `${rowsText(nodes.length)} step${nodes.length === 1 ? '' : 's'}`;
  const hot = hotBy === 'nothing' ? '' : `hot path by ${hotBy}`;
  const basis =
    actuals === 'none'
      ? 'estimates only, nothing was measured'
      : actuals === 'root'
        ? 'measured as a whole only'
        : '';
  return [totalMs === undefined ? '' : msText(totalMs), steps, hot, basis]
    .filter((part) => part !== '')
    .join(' · ');
}
