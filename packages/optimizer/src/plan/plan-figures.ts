import type { ExecutionPlan, PlanBuffers } from '@perf/contracts';
import { sumKnown } from './plan-node.ts';
import { walkPlan } from './plan-walk.ts';

/** What follows from the figures of a node and its neighbours. What is missing is unknown. */
export interface NodeFigures {
  readonly node: ExecutionPlan;
  /** Place in `PlanFigures.nodes`. */
  readonly at: number;
  /** Place of the parent; −1 for the root. */
  readonly parent: number;
  readonly depth: number;
  /** How far the estimate is off, at least 1; only where the node has run, and to its end if it gave fewer rows than expected. */
  readonly qError?: number;
  /** Time in this node alone as a share of all nodes' own time, 0 to 1. */
  readonly selfShare?: number;
  /** Time with all below; the sum of what is known where the engine does not tell it. */
  readonly totalMs?: number;
  /** Buffers of this node alone. */
  readonly selfBuffers?: PlanBuffers;
  readonly isHot: boolean;
}

/** What follows from a whole plan. */
export interface PlanFigures {
  /** Parents before children, in the order of the plan; the root first. */
  readonly nodes: readonly NodeFigures[];
  /** Where actual figures stand: at `nodes`, at the `root` alone, or nowhere (`none`), so that all are estimates. */
  readonly actuals: 'nodes' | 'root' | 'none';
  /** Time of the plan. */
  readonly totalMs?: number;
  /** The path from the root that follows the child with the largest time, or cost where no times are known. */
  readonly hotPath: readonly NodeFigures[];
  readonly hotBy: 'time' | 'cost' | 'nothing';
  /** Where the misestimate begins: the lowest join, or else node, that is off although what it reads is not. */
  readonly misestimate?: NodeFigures;
  /** Bytes that all nodes wrote to disk. */
  readonly spilledBytes?: number;
}

/** From here on an estimate counts as wrong. */
const WRONG = 4;
/** A node adds to the error of what it reads when it is this many times worse. */
const WORSE = 2;

/** max(estimated / actual, actual / estimated) with both at least 1 (Moerkotte and others, PVLDB 2(1), 2009). */
export function qError(estimated: number, actual: number): number {
  const [planned, seen] = [Math.max(1, estimated), Math.max(1, actual)];
  return Math.max(planned / seen, seen / planned);
}

/** Errors of estimates, shares of time and the hot path of a plan. */
export function planFigures(plan: ExecutionPlan): PlanFigures {
  const places = walkPlan(plan);
  const totals = totalsOf(places);
  const selfMs = sumKnown(places.map(({ node }) => node.selfMs));
  const hot = hotPlaces(places, totals);
  const hotSet = new Set(hot.places);
  const buffers = selfBuffers(places);
  const cut = cutShort(places);
  const nodes = places.map(({ node, parent, depth }, at): NodeFigures => {
    const total = totals[at];
    const own = buffers[at];
    const { estimatedRows, actualRows, loops } = node;
    const ran =
      estimatedRows !== undefined &&
      actualRows !== undefined &&
      loops !== 0 &&
      !(cut[at] === true && actualRows < estimatedRows);
    return {
      node,
      at,
      parent,
      depth,
      isHot: hotSet.has(at),
      ...(ran ? { qError: qError(estimatedRows, actualRows) } : {}),
      ...(node.selfMs === undefined || selfMs === undefined || selfMs === 0
        ? {}
        : { selfShare: node.selfMs / selfMs }),
      ...(total === undefined ? {} : { totalMs: total }),
      ...(own === undefined ? {} : { selfBuffers: own }),
    };
  });
  const misestimate = misestimateOf(nodes);
  const spilledBytes = sumKnown(places.map(({ node }) => node.spilledBytes));
  const [total] = totals;
  return {
    nodes,
    actuals: actualsOf(nodes),
    hotPath: hot.places.flatMap((at) => nodes[at] ?? []),
    hotBy: hot.by,
    ...(total === undefined ? {} : { totalMs: total }),
    ...(misestimate === undefined ? {} : { misestimate }),
    ...(spilledBytes === undefined ? {} : { spilledBytes }),
  };
}

interface Place {
  readonly node: ExecutionPlan;
  readonly parent: number;
}

/** Times of each node with all below. */
function totalsOf(places: readonly Place[]): readonly (number | undefined)[] {
  const below: (number | undefined)[] = places.map(() => undefined);
  const totals: (number | undefined)[] = places.map(() => undefined);
  for (let at = places.length - 1; at >= 0; at--) {
    const place = places[at];
    if (place === undefined) continue;
    const total = place.node.totalMs ?? sumKnown([place.node.selfMs, below[at]]);
    totals[at] = total;
    if (place.parent >= 0) below[place.parent] = sumKnown([below[place.parent], total]);
  }
  return totals;
}

/** Buffers less those of the children; a result that is read elsewhere may leave less than none. */
function selfBuffers(places: readonly Place[]): readonly (PlanBuffers | undefined)[] {
  const own = places.map(({ node: { buffers } }) =>
    buffers === undefined ? undefined : { hit: buffers.hit ?? 0, read: buffers.read ?? 0 },
  );
  for (const { node, parent } of places) {
    const above = own[parent];
    if (above === undefined || node.buffers === undefined) continue;
    above.hit = Math.max(0, above.hit - (node.buffers.hit ?? 0));
    above.read = Math.max(0, above.read - (node.buffers.read ?? 0));
  }
  return own;
}

function hotPlaces(
  places: readonly Place[],
  totals: readonly (number | undefined)[],
): { readonly places: readonly number[]; readonly by: PlanFigures['hotBy'] } {
  const byTime = places.length > 1 && totals.filter((total) => total !== undefined).length > 1;
  const weights = byTime ? totals : places.map(({ node }) => node.cost);
  const best = new Map<number, { readonly at: number; readonly weight: number }>();
  for (const [at, { parent }] of places.entries()) {
    const weight = weights[at];
    if (weight !== undefined && weight > (best.get(parent)?.weight ?? -1)) best.set(parent, { at, weight });
  }
  const path: number[] = [];
  for (let next = best.get(-1); next !== undefined; next = best.get(next.at)) path.push(next.at);
  if (path.length < 2) return { places: [], by: 'nothing' };
  return { places: path, by: byTime ? 'time' : 'cost' };
}

/** Operators that read all of their input before they give a row. */
const BLOCKING = new Set(['sort', 'aggregate', 'hash', 'window', 'materialize', 'temporary table']);

/** Nodes that a limit above may have stopped before their end. */
function cutShort(places: readonly (Place & { readonly order: number })[]): readonly boolean[] {
  const cut: boolean[] = [];
  for (const { node, parent, order } of places) {
    const above = places[parent]?.node;
    const passes = above?.operator === 'join' ? order === 0 : true;
    const isBelow =
      above?.operator === 'limit' || (cut[parent] === true && !BLOCKING.has(above?.operator ?? ''));
    cut.push(isBelow && passes && node.operator !== 'hash');
  }
  return cut;
}

function misestimateOf(nodes: readonly NodeFigures[]): NodeFigures | undefined {
  const inputs = new Map<number, number>();
  for (const { parent, qError: error } of nodes)
    inputs.set(parent, Math.max(inputs.get(parent) ?? 1, error ?? 1));
  const found = nodes.filter(({ at, qError: error = 1 }) => {
    return error >= WRONG && error >= WORSE * (inputs.get(at) ?? 1);
  });
  const joins = found.filter(({ node }) => node.operator === 'join');
  // The lowest: what stands above only carries the error on.
  return (joins.length > 0 ? joins : found).toSorted(
    (a, b) => b.depth - a.depth || (b.qError ?? 1) - (a.qError ?? 1),
  )[0];
}

function actualsOf(nodes: readonly NodeFigures[]): PlanFigures['actuals'] {
  const known = nodes.filter(
    ({ node }) => node.actualRows !== undefined || node.selfMs !== undefined || node.totalMs !== undefined,
  );
  if (known.length === 0) return 'none';
  return known.length === 1 && nodes.length > 1 && known[0]?.at === 0 ? 'root' : 'nodes';
}
