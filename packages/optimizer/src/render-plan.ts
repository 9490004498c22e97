import type { ExecutionPlan } from '@perf/contracts';

/**
 * A plan as indented text, one line a node: operator, table, detail, rows (estimated, then actual), own time.
 * What is unknown is left out.
 *
 * @example
 * limit 10 rows  ~10 rows
 * └─ sort count(*) desc
 *    └─ scan flights  ~3,000,000 rows
 */
export function renderPlan(plan: ExecutionPlan): string {
  return lines(plan, '', '').join('\n');
}

function lines(node: ExecutionPlan, first: string, rest: string): string[] {
  const own = [node.operator, node.table ?? '', node.detail].filter((part) => part !== '').join(' ');
  const figures = [
    node.estimatedRows === undefined ? '' : `~${count(node.estimatedRows)} rows`,
    node.actualRows === undefined ? '' : `${count(node.actualRows)} actual`,
    node.selfMs === undefined ? '' : `${node.selfMs.toFixed(2)} ms`,
  ].filter((part) => part !== '');
  const children = node.children.flatMap((child, i) => {
    const last = i === node.children.length - 1;
    return lines(child, `${rest}${last ? '└─ ' : '├─ '}`, `${rest}${last ? '   ' : '│  '}`);
  });
  return [`${first}${[own, ...figures].join('  ')}`, ...children];
}

function count(rows: number): string {
  return Math.round(rows).toLocaleString('en-US');
}
