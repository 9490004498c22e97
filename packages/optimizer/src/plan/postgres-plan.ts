import type { ExecutionPlan, PlanBuffers } from '@perf/contracts';
import type { JsonRecord } from './json-value.ts';
import { figureOf, noPlan, recordOf, recordsOf, textOf } from './json-value.ts';
import { planNode, sumKnown } from './plan-node.ts';
import type { PlanReading } from './plan-reading.ts';
import { shareTimes } from './postgres-times.ts';
import { postgresDetail, postgresName, postgresOperator } from './postgres-words.ts';

/** A node of Postgres while its parents and the readers of its result are looked for. */
export interface PostgresStep {
  readonly json: JsonRecord;
  readonly type: string;
  /** Times the node was run, over all processes; absent without ANALYZE. */
  readonly loops: number | undefined;
  /** Time with all below, over all loops, as one process sees it. */
  readonly totalMs: number | undefined;
  /** Times the planner expects it to run; absent where it does not say. */
  readonly runs: number | undefined;
  readonly children: readonly PostgresStep[];
  /** Time of common table expressions and init plans that ran inside this node, though they hang elsewhere. */
  owedMs: number;
  /** Whether the time of this node is owed by its reader, not contained in its parent's. */
  isOwed: boolean;
}

/** Bytes of a block, as Postgres is built nearly everywhere. */
const BLOCK = 8192;

/** Whether an object is `{ Plan, … }` or a node of Postgres. */
export function isPostgresPlan(json: JsonRecord): boolean {
  return 'Plan' in json || 'Node Type' in json;
}

/**
 * Reads `{ Plan, … }` of `EXPLAIN (FORMAT JSON)` or of auto_explain. Rows, times and removed rows are averages of a loop and
 * become totals; times become those of one process where several ran at once; times of children are taken out of their
 * parents', and that of a common table expression or init plan out of the node that waited for it.
 */
export function postgresPlan(json: JsonRecord): PlanReading {
  const root = recordOf(json['Plan']) ?? json;
  const step = stepOf(root, { processes: 1, runs: 1 });
  shareTimes(step);
  const statement = textOf(json['Query Text']);
  const planningMs = figureOf(json['Planning Time']);
  const executionMs = figureOf(json['Execution Time']);
  return {
    plan: nodeOf(step, undefined),
    ...(statement === undefined ? {} : { statement }),
    ...(planningMs === undefined ? {} : { planningMs }),
    ...(executionMs === undefined ? {} : { executionMs }),
    notes: notesOf(json),
  };
}

function stepOf(
  json: JsonRecord,
  { processes, runs }: { readonly processes: number; readonly runs: number | undefined },
): PostgresStep {
  const type = textOf(json['Node Type']);
  if (type === undefined) throw noPlan('a Node Type in every node of Postgres');
  const loops = figureOf(json['Actual Loops']);
  const perLoop = figureOf(json['Actual Total Time']);
  const inner = recordsOf(json['Plans'], 'Plans');
  const outer = inner.find((child) => child['Parent Relationship'] === 'Outer');
  const children = inner.map((child) =>
    stepOf(child, {
      processes: processes * (type.startsWith('Gather') ? processesOf(child, loops) : 1),
      runs: runsOf(child, { type, runs, outer }),
    }),
  );
  const totalMs = perLoop === undefined || loops === undefined ? undefined : (perLoop * loops) / processes;
  return { json, type, loops, totalMs, runs, children, owedMs: 0, isOwed: false };
}

/** Processes that ran the node below a Gather: the leader counts when it took part. */
function processesOf(child: JsonRecord, loops: number | undefined): number {
  const own = figureOf(child['Actual Loops']);
  return own === undefined || loops === undefined || loops === 0 ? 1 : Math.max(1, own / loops);
}

/** Times the planner expects a child to run. It does not say how often a correlated subplan is. */
function runsOf(
  child: JsonRecord,
  parent: {
    readonly type: string;
    readonly runs: number | undefined;
    readonly outer: JsonRecord | undefined;
  },
): number | undefined {
  const { type, runs, outer } = parent;
  const relation = child['Parent Relationship'];
  if (relation === 'InitPlan' || type === 'Materialize' || type === 'Hash') return 1;
  if (relation === 'SubPlan' || runs === undefined) return undefined;
  if (type !== 'Nested Loop' || relation !== 'Inner') return runs;
  return runs * Math.max(1, figureOf(outer?.['Plan Rows']) ?? 1);
}

function nodeOf(step: PostgresStep, parent: PostgresStep | undefined): ExecutionPlan {
  const { json, type, loops, totalMs } = step;
  const perLoop = (value: number | undefined): number | undefined =>
    value === undefined || loops === undefined ? undefined : value * loops;
  const planned = figureOf(json['Plan Rows']);
  const runs = loops === undefined ? step.runs : Math.max(1, loops);
  const relation = textOf(json['Relation Name']);
  const partitions = partitionsOf(step);
  return planNode({
    operator: postgresOperator(json, type),
    engineOperator: postgresName(json, type),
    table: relation ?? textOf(json['CTE Name']),
    index: textOf(json['Index Name']),
    detail: postgresDetail(json),
    correlated: isCorrelated(step, parent) ? true : undefined,
    estimatedRows: planned === undefined || runs === undefined ? undefined : planned * runs,
    actualRows: perLoop(figureOf(json['Actual Rows'])),
    loops,
    selfMs: totalMs === undefined ? undefined : selfMs(step, totalMs),
    totalMs,
    cost: figureOf(json['Total Cost']),
    rowsRemoved: perLoop(removedOf(json)),
    spilledBytes: spilledBytes(step),
    memoryBytes: memoryBytes(json),
    buffers: buffersOf(json),
    partitions: partitions.length === 0 ? undefined : partitions,
    children: step.children.map((child) => nodeOf(child, step)),
  });
}

function selfMs(step: PostgresStep, totalMs: number): number {
  const below = sumKnown(step.children.filter(({ isOwed }) => !isOwed).map((child) => child.totalMs)) ?? 0;
  // Clocks are read per loop and rounded: children may come out a little longer than their parent.
  return Math.max(0, totalMs - below - step.owedMs);
}

/** A subplan that is not hashed, and not kept by a Materialize, is run for each row of its parent. */
function isCorrelated({ json, type }: PostgresStep, parent: PostgresStep | undefined): boolean {
  if (json['Parent Relationship'] !== 'SubPlan' || parent === undefined || type === 'Materialize')
    return false;
  const hashed = `hashed ${textOf(json['Subplan Name']) ?? ''}`;
  return !Object.values(parent.json).some((value) => typeof value === 'string' && value.includes(hashed));
}

function removedOf(json: JsonRecord): number | undefined {
  return sumKnown(
    ['Filter', 'Join Filter', 'Index Recheck'].map((by) => figureOf(json[`Rows Removed by ${by}`])),
  );
}

/** The node itself and what each worker says of its part. */
function withWorkers(json: JsonRecord): readonly JsonRecord[] {
  return [json, ...(Array.isArray(json['Workers']) ? recordsOf(json['Workers'], 'Workers') : [])];
}

/**
 * Bytes written to temporary files. With BUFFERS these are counted; else what sort, hash aggregate and tuple store tell,
 * and of a hash in several batches the part that did not fit.
 */
function spilledBytes({ json, children }: PostgresStep): number | undefined {
  const written = figureOf(json['Temp Written Blocks']);
  const below = sumKnown(children.map((child) => figureOf(child.json['Temp Written Blocks']))) ?? 0;
  const told = withWorkers(json).map((part) => {
    const sorted = part['Sort Space Type'] === 'Disk' ? figureOf(part['Sort Space Used']) : undefined;
    const stored = part['Storage'] === 'Disk' ? figureOf(part['Maximum Storage']) : undefined;
    return sumKnown([sorted, stored, figureOf(part['Disk Usage'])]);
  });
  const toldKb = sumKnown(told);
  const batches = figureOf(json['Hash Batches']) ?? 1;
  const hashedKb =
    written === undefined && batches > 1 ? (figureOf(json['Peak Memory Usage']) ?? 0) * (batches - 1) : 0;
  if (written === undefined && toldKb === undefined && hashedKb === 0) return undefined;
  return Math.max(((written ?? 0) - below) * BLOCK, ((toldKb ?? 0) + hashedKb) * 1024, 0);
}

function memoryBytes(json: JsonRecord): number | undefined {
  const parts = withWorkers(json).map((part) => {
    const sorted = part['Sort Space Type'] === 'Memory' ? figureOf(part['Sort Space Used']) : undefined;
    const stored = part['Storage'] === 'Memory' ? figureOf(part['Maximum Storage']) : undefined;
    return sumKnown([sorted, stored, figureOf(part['Peak Memory Usage'])]);
  });
  const kb = sumKnown(parts);
  return kb === undefined ? undefined : kb * 1024;
}

function buffersOf(json: JsonRecord): PlanBuffers | undefined {
  const hit = sumKnown([figureOf(json['Shared Hit Blocks']), figureOf(json['Local Hit Blocks'])]);
  const read = sumKnown([figureOf(json['Shared Read Blocks']), figureOf(json['Local Read Blocks'])]);
  if (hit === undefined && read === undefined) return undefined;
  return { ...(hit === undefined ? {} : { hit }), ...(read === undefined ? {} : { read }) };
}

/** Tables below an Append that are parts of one: Postgres gives them the alias of the whole, numbered from the second on. */
function partitionsOf({ type, children }: PostgresStep): readonly string[] {
  if (type !== 'Append' && type !== 'Merge Append') return [];
  const parts = children.map(({ json }) => ({
    name: textOf(json['Relation Name']),
    whole: textOf(json['Alias'])?.replace(/_\d+$/, ''),
  }));
  const names = new Set(parts.flatMap(({ name }) => name ?? []));
  const wholes = new Set(parts.map(({ whole }) => whole));
  return names.size === parts.length && wholes.size === 1 ? [...names] : [];
}

function notesOf(json: JsonRecord): string[] {
  const settings = Object.entries(recordOf(json['Settings']) ?? {}).map(
    ([name, value]) => `${name} = ${String(value)}`,
  );
  const jit = figureOf(recordOf(recordOf(json['JIT'])?.['Timing'])?.['Total']);
  const triggers = recordsOf(json['Triggers'], 'Triggers').map(
    (trigger) =>
      `trigger ${textOf(trigger['Trigger Name']) ?? ''} took ${figureOf(trigger['Time']) ?? '?'} ms in ${figureOf(trigger['Calls']) ?? '?'} calls`,
  );
  return [
    ...(settings.length === 0 ? [] : [`settings: ${settings.join(', ')}`]),
    ...(jit === undefined ? [] : [`just-in-time compilation took ${jit} ms`]),
    ...triggers,
  ];
}
