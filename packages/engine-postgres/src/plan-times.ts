import type { PlanNode } from './plan-node.ts';
import { figure, textOf } from './plan-node.ts';

/** Time of a node, in ms. */
export interface NodeTime {
  readonly totalMs: number;
  readonly selfMs: number;
}

/**
 * Times of all nodes that have some. Postgres gives the mean of a run, with all below it: they are multiplied by the runs,
 * divided by the processes that ran side by side, and the children are taken off. What a sub-plan that is listed in one
 * place took while another node waited for it (a CTE in its scans, an InitPlan where its value is used) is taken off there.
 */
export function planTimes(root: PlanNode): ReadonlyMap<PlanNode, NodeTime> {
  const nodes = flatten(root);
  const totals = new Map<PlanNode, number>();
  for (const node of nodes) {
    const mean = figure(node.raw, 'Actual Total Time');
    if (mean !== undefined && node.loops !== undefined)
      totals.set(node, (mean * node.loops) / node.processes);
  }
  const below = new Map<PlanNode, number>();
  const charge = (node: PlanNode, ms: number): void => void below.set(node, (below.get(node) ?? 0) + ms);
  for (const node of nodes)
    for (const child of node.children) {
      const ms = totals.get(child) ?? 0;
      if (child.relationship !== 'InitPlan') charge(node, ms);
      else for (const [user, part] of shared(ms, usersOf(child, nodes), totals, node)) charge(user, part);
    }
  return new Map(
    [...totals].map(([node, totalMs]) => [
      node,
      { totalMs, selfMs: Math.max(0, totalMs - (below.get(node) ?? 0)) },
    ]),
  );
}

/** Deals out `ms` to the nodes that waited, none more than it took; what is left stays with the parent. */
function shared(
  ms: number,
  users: readonly PlanNode[],
  totals: ReadonlyMap<PlanNode, number>,
  parent: PlanNode,
): (readonly [PlanNode, number])[] {
  if (users.length === 0) return [[parent, ms]];
  let left = ms;
  return users.map((user) => {
    const part = Math.min(left, totals.get(user) ?? 0);
    left -= part;
    return [user, part];
  });
}

/** The nodes whose work waits for this sub-plan: scans of a CTE, or the first whose conditions name its value. */
function usersOf(plan: PlanNode, nodes: readonly PlanNode[]): readonly PlanNode[] {
  const name = textOf(plan.raw, 'Subplan Name') ?? '';
  if (name.startsWith('CTE '))
    return nodes.filter((node) => node.kind === 'CTE Scan' && textOf(node.raw, 'CTE Name') === name.slice(4));
  const value = /\(returns ([$\d,]+)\)/.exec(name)?.[1]?.split(',') ?? [name.replace(/ \(returns.*$/, '')];
  // The deepest one waited: those above it only pass on.
  const found = nodes.findLast((node) => value.some((one) => mentions(node, one)));
  return found === undefined ? [] : [found];
}

function mentions(node: PlanNode, value: string): boolean {
  return Object.entries(node.raw).some(([key, text]) => {
    if (key === 'Subplan Name' || key === 'Plans') return false;
    const texts: readonly unknown[] = Array.isArray(text) ? text : [text];
    return texts.some((one) => typeof one === 'string' && isNamed(one, value));
  });
}

/** Whether `$1` or `InitPlan 1` stands in a text, and not `$12`. */
function isNamed(text: string, value: string): boolean {
  for (let at = text.indexOf(value); at !== -1; at = text.indexOf(value, at + 1))
    if (!/\d/.test(text[at + value.length] ?? '')) return value !== '';
  return false;
}

/** A node and all below it, parents first. */
function flatten(node: PlanNode): PlanNode[] {
  return [node, ...node.children.flatMap(flatten)];
}
