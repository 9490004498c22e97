import type { ExecutionPlan } from '@perf/contracts';
import { planFigures } from '../plan/plan-figures.ts';
import { errorText, msText, rowsText } from '../plan/plan-words.ts';
import { redactPlan } from '../plan/redact-plan.ts';
import { fitted } from './escaped.ts';

/** Signs of a detail that are shown. */
const DETAIL = 80;

/**
 * A plan as a Mermaid flowchart, for documents that draw such; the last step on top, the hot path marked. Everything but
 * letters, digits and plain signs is written as an entity, so that no name can become syntax.
 * @param options.literals shows literals in details instead of `?` @default false
 */
export function planMermaid(plan: ExecutionPlan, options: { readonly literals?: boolean } = {}): string {
  const { nodes } = planFigures(options.literals === true ? plan : redactPlan(plan));
  const boxes = nodes.map(({ node, at, qError, isHot }) => {
    const head = [node.operator, node.table ?? ''].filter((part) => part !== '').join(' ');
    const facts = [
      node.estimatedRows === undefined ? '' : `~${rowsText(node.estimatedRows)} rows`,
      node.actualRows === undefined ? '' : `${rowsText(node.actualRows)} actual`,
      qError === undefined || qError < 2 ? '' : errorText(qError),
      node.selfMs === undefined ? '' : msText(node.selfMs),
    ];
    const lines = [head, fitted(node.detail, DETAIL), facts.filter((part) => part !== '').join(', ')];
    const label = lines
      .filter((part) => part !== '')
      .map(entities)
      .join('<br>');
    return `  n${at}["${label}"]${isHot ? ':::hot' : ''}`;
  });
  const edges = nodes.filter(({ parent }) => parent >= 0).map(({ at, parent }) => `  n${parent} --> n${at}`);
  return `${['flowchart TD', ...boxes, ...edges, '  classDef hot stroke:#c02020,stroke-width:2px'].join('\n')}\n`;
}

function entities(text: string): string {
  return Array.from(text, (sign) =>
    /[\p{L}\p{N} .,_=+~×…-]/u.test(sign) ? sign : `#${sign.codePointAt(0) ?? 63};`,
  ).join('');
}
