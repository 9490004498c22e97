import { PerfError } from '@perf/contracts';

/** Sub-plans deeper than this are no plan of Postgres's. */
const MOST_LEVELS = 1000;

/** What a node of the JSON says, with what its place in the tree means for its figures. */
export interface PlanNode {
  readonly raw: Readonly<Record<string, unknown>>;
  readonly kind: string;
  /** How it belongs to its parent: `Outer`, `Inner`, `SubPlan`, `InitPlan`, `Member`, `Subquery`. */
  readonly relationship: string;
  readonly loops: number | undefined;
  /** Processes that ran it side by side, by their number in `loops`; 1 outside a Gather. */
  readonly processes: number;
  /** Whether the processes of a Gather divide its rows among them. */
  readonly isShared: boolean;
  /** What its expected rows are multiplied with to be those of all its runs. */
  readonly rowsFactor: number;
  readonly children: readonly PlanNode[];
}

/** What a node learns from those above it. */
interface Place {
  readonly level: number;
  /** Runs that the planner expects. */
  readonly runs: number;
  /** The Gather above. */
  readonly gather:
    | { readonly loops: number | undefined; readonly processes: number; readonly share: number }
    | undefined;
}

/** The tree below `raw`. Refuses what is no node (`ERR_PERF_INVALID_VALUE`). */
export function planNode(raw: unknown): PlanNode {
  return nodeAt(raw, { level: 0, runs: 1, gather: undefined });
}

function nodeAt(raw: unknown, place: Place): PlanNode {
  if (!isRecord(raw)) throw refused('a node is not an object');
  if (place.level > MOST_LEVELS) throw refused(`nodes lie more than ${MOST_LEVELS} levels deep`);
  const kind = raw['Node Type'];
  if (typeof kind !== 'string' || kind === '') throw refused('a node has no "Node Type"');
  const plans = plansOf(raw);
  const loops = figure(raw, 'Actual Loops');
  const gather = kind === 'Gather' || kind === 'Gather Merge' ? gatherOf(raw, plans, loops) : place.gather;
  const outer = plans.find((plan) => isRecord(plan) && plan['Parent Relationship'] === 'Outer');
  const children = plans.map((plan: unknown) =>
    nodeAt(plan, { level: place.level + 1, runs: runsOf(plan, { kind, outer, runs: place.runs }), gather }),
  );
  const isShared = raw['Parallel Aware'] === true || children.some(sharesWithParent);
  return {
    raw,
    kind,
    isShared,
    relationship: textOf(raw, 'Parent Relationship') ?? '',
    loops,
    processes: processesOf(place, loops),
    rowsFactor: rowsFactor(place, loops, isShared),
    children,
  };
}

function sharesWithParent({ isShared, relationship }: PlanNode): boolean {
  return isShared && ['Outer', 'Inner', 'Member'].includes(relationship);
}

function plansOf(raw: Readonly<Record<string, unknown>>): readonly unknown[] {
  const plans = raw['Plans'] ?? [];
  if (!Array.isArray(plans)) throw refused('"Plans" is not a list');
  return plans;
}

function gatherOf(
  raw: Readonly<Record<string, unknown>>,
  plans: readonly unknown[],
  loops: number | undefined,
): Place['gather'] {
  const planned = figure(raw, 'Workers Planned') ?? 1;
  const [below] = plans;
  const ran = isRecord(below) ? figure(below, 'Actual Loops') : undefined;
  return {
    loops,
    processes: ran === undefined || loops === undefined || loops === 0 ? 1 : Math.max(1, ran / loops),
    // The planner gives the leader less the more workers there are.
    share: planned + Math.max(0, 1 - 0.3 * planned),
  };
}

function processesOf({ gather }: Place, loops: number | undefined): number {
  if (gather === undefined || loops === undefined) return 1;
  // A part that one process did alone took its whole time.
  return Math.max(1, Math.min(gather.processes, loops / Math.max(1, gather.loops ?? 1)));
}

/** Inside a Gather the expected rows of shared work are one process's share; elsewhere they are one run's. */
function rowsFactor({ gather, runs }: Place, loops: number | undefined, shared: boolean): number {
  if (gather !== undefined && shared) return gather.share * (gather.loops ?? runs);
  return loops === undefined || loops === 0 ? runs : loops;
}

/** The inner side of a nested loop runs once for each row of the outer, except below what keeps its rows. */
function runsOf(
  plan: unknown,
  { kind, outer, runs }: { readonly kind: string; readonly outer: unknown; readonly runs: number },
): number {
  if (kind === 'Materialize') return 1;
  if (kind !== 'Nested Loop' || !isRecord(plan) || plan['Parent Relationship'] !== 'Inner') return runs;
  const rows = isRecord(outer) ? figure(outer, 'Plan Rows') : undefined;
  return runs * Math.max(1, rows ?? 1);
}

/** A figure of a node; undefined when absent or no finite number. */
export function figure(raw: Readonly<Record<string, unknown>>, key: string): number | undefined {
  const value = raw[key];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** A text of a node. */
export function textOf(raw: Readonly<Record<string, unknown>>, key: string): string | undefined {
  const value = raw[key];
  return typeof value === 'string' ? value : undefined;
}

/** Whether a value is an object with keys. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The error for JSON that is no plan. */
export function refused(why: string): PerfError {
  return new PerfError('ERR_PERF_INVALID_VALUE', `this is no plan of Postgres: ${why}`);
}
