import type { ExecutionPlan } from '@perf/contracts';
import { planSvg } from '@perf/optimizer';

/** A plan as a tree of boxes for a page that has `PLAN_STYLE`, the last step on top. */
export function planPicture(plan: ExecutionPlan): string {
  return planSvg(plan, { frame: false });
}
