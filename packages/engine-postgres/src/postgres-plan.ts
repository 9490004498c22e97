import type { ExecutionPlan, PlanBuffers } from '@perf/contracts';
import type { PlanNode } from './plan-node.ts';
import { figure, isRecord, planNode, refused, textOf } from './plan-node.ts';
import type { NodeTime } from './plan-times.ts';
import { planTimes } from './plan-times.ts';
import { redacted } from './redacted.ts';

/** What is known of the tables that a plan names. */
export interface PlanContext {
  /** The table of which a relation is a partition. @default none is */
  readonly rootOf?: (relation: string) => string | undefined;
  /** Whether a table was never analyzed, so that estimates of it are defaults. @default none */
  readonly isUnanalyzed?: (relation: string) => boolean;
  /** A better name of an index. @default its own */
  readonly indexName?: (name: string) => string;
  /** Bytes of a block. @default 8192 */
  readonly blockBytes?: number;
}

/** Names of nodes in the project's words. */
const OPERATORS: readonly (readonly [RegExp, string])[] = [
  [/^(Index|Index Only|Bitmap Index|Bitmap Heap|Tid|Tid Range) Scan$/, 'search'],
  [/^Subquery Scan$/, 'project'],
  [/Scan$/, 'scan'],
  [/^(Nested Loop|Hash Join|Merge Join)$/, 'join'],
  [/^(Aggregate|Group)$/, 'aggregate'],
  [/^(Incremental )?Sort$/, 'sort'],
  [/^Limit$/, 'limit'],
  [/^(Result|ProjectSet)$/, 'project'],
];

/** Keys that say what a node does, in this order. */
const DETAILS = [
  'Strategy',
  'Partial Mode',
  'Join Type',
  'Subplan Name',
  'CTE Name',
  'Function Name',
  'Index Cond',
  'Recheck Cond',
  'TID Cond',
  'Hash Cond',
  'Merge Cond',
  'Join Filter',
  'One-Time Filter',
  'Filter',
  'Cache Key',
  'Group Key',
  'Sort Key',
  'Presorted Key',
  'Sort Method',
  'Hash Batches',
  'Workers Launched',
  'Subplans Removed',
  'Heap Fetches',
] as const;
/** Names, which hold no literals. */
const NAMES = new Set<string>([
  'Subplan Name',
  'CTE Name',
  'Function Name',
  'Sort Method',
  'Strategy',
  'Partial Mode',
]);

/**
 * Reads what `EXPLAIN (FORMAT JSON)` gives, with ANALYZE or without, of Postgres 12 to 18; an object of auto_explain too.
 * Literals are left out. Refuses anything else with `ERR_PERF_INVALID_VALUE`.
 */
export function planFromJson(json: unknown, context: PlanContext = {}): ExecutionPlan {
  const top: unknown = Array.isArray(json) ? json[0] : json;
  if (!isRecord(top) || !isRecord(top['Plan'])) throw refused('it has no "Plan"');
  const root = planNode(top['Plan']);
  const plan = read(root, { context, times: planTimes(root), correlated: false });
  const settings = isRecord(top['Settings']) ? Object.keys(top['Settings']) : [];
  const changed = settings.filter((name) => name !== 'search_path').toSorted();
  return changed.length === 0 ? plan : { ...plan, detail: `${plan.detail}; Settings: ${changed.join(', ')}` };
}

interface Reading {
  readonly context: PlanContext;
  readonly times: ReadonlyMap<PlanNode, NodeTime>;
  readonly correlated: boolean;
}

function read(node: PlanNode, { context, times, correlated }: Reading): ExecutionPlan {
  const { raw, kind, loops } = node;
  const children = node.children.map((child) =>
    read(child, { context, times, correlated: isCorrelated(child, node) }),
  );
  const relation = textOf(raw, 'Relation Name');
  const table = relation === undefined ? undefined : (context.rootOf?.(relation) ?? relation);
  const index = textOf(raw, 'Index Name');
  const rows = figure(raw, 'Plan Rows');
  const actual = figure(raw, 'Actual Rows');
  const time = times.get(node);
  return {
    operator: operatorOf(node),
    engineOperator: kind,
    ...defined('table', table),
    ...defined('index', index === undefined ? undefined : (context.indexName?.(index) ?? index)),
    detail: detailOf(node),
    ...(correlated ? { correlated } : {}),
    ...defined('estimatedRows', rows === undefined ? undefined : Math.round(rows * node.rowsFactor)),
    ...(relation !== undefined && context.isUnanalyzed?.(relation) === true
      ? { estimateIsDefault: true }
      : {}),
    ...defined('actualRows', actual === undefined ? undefined : Math.round(actual * (loops ?? 1))),
    ...defined('loops', loops),
    ...defined('selfMs', time?.selfMs),
    ...defined('totalMs', time?.totalMs),
    ...defined('cost', figure(raw, 'Total Cost')),
    ...defined('rowsRemoved', rowsRemoved(node)),
    ...defined('spilledBytes', spilledBytes(node, context.blockBytes ?? 8192)),
    ...defined('memoryBytes', memoryBytes(raw)),
    ...defined('buffers', buffersOf(raw)),
    ...defined('partitions', partitionsOf(relation, table, children)),
    children,
  };
}

function defined<Key extends string, Value>(key: Key, value: Value | undefined): Partial<Record<Key, Value>> {
  const found: Partial<Record<Key, Value>> = {};
  if (value !== undefined) found[key] = value;
  return found;
}

/** An index that is read from end to end is a scan as well. */
function operatorOf({ kind, raw }: PlanNode): string {
  if (/^Index (Only )?Scan$/.test(kind) && !('Index Cond' in raw) && !('Order By' in raw)) return 'scan';
  return OPERATORS.find(([pattern]) => pattern.test(kind))?.[1] ?? kind.toLowerCase();
}

/** A sub-plan runs for each row of its parent, unless the parent has made a hash table of it. */
function isCorrelated({ relationship, raw }: PlanNode, parent: PlanNode): boolean {
  if (relationship !== 'SubPlan') return false;
  const name = textOf(raw, 'Subplan Name') ?? '';
  const hashed = new RegExp(`hashed ${name.replaceAll(/[^\w ]/g, '.')}(?!\\d)`);
  return (
    name === '' || !Object.values(parent.raw).some((text) => typeof text === 'string' && hashed.test(text))
  );
}

function detailOf({ kind, raw }: PlanNode): string {
  const parts = DETAILS.flatMap((key) => {
    const value = raw[key];
    if (typeof value === 'number') return `${key}: ${value}`;
    const texts = (Array.isArray(value) ? value : [value]).filter((text) => typeof text === 'string');
    const shown = NAMES.has(key) ? texts : texts.map(redacted);
    return shown.length === 0 ? [] : `${key}: ${shown.join(', ')}`;
  });
  return [kind, ...parts].join('; ');
}

function rowsRemoved({ raw, loops = 1 }: PlanNode): number | undefined {
  const removed = ['Filter', 'Join Filter', 'Index Recheck'].flatMap(
    (by) => figure(raw, `Rows Removed by ${by}`) ?? [],
  );
  return removed.length === 0 ? undefined : Math.round(removed.reduce((sum, rows) => sum + rows, 0) * loops);
}

/** What a node says itself, in KiB, its workers' included; else the temporary blocks that it wrote and its children did not. */
function spilledBytes(node: PlanNode, blockBytes: number): number | undefined {
  const told = sumOver(node.raw, (part) => {
    if (part['Sort Space Type'] === 'Disk') return figure(part, 'Sort Space Used');
    if (part['Storage'] === 'Disk') return figure(part, 'Maximum Storage');
    return figure(part, 'Disk Usage');
  });
  if (told !== undefined && told > 0) return told * 1024;
  const written = figure(node.raw, 'Temp Written Blocks');
  if (written === undefined) return undefined;
  const below = node.children.reduce(
    (sum, child) => sum + (figure(child.raw, 'Temp Written Blocks') ?? 0),
    0,
  );
  const own = Math.max(0, written - below);
  return own === 0 ? undefined : own * blockBytes;
}

function memoryBytes(raw: Readonly<Record<string, unknown>>): number | undefined {
  const used = sumOver(raw, (part) => {
    if (part['Sort Space Type'] === 'Memory') return figure(part, 'Sort Space Used');
    if (part['Storage'] === 'Memory') return figure(part, 'Maximum Storage');
    return figure(part, 'Peak Memory Usage');
  });
  return used === undefined ? undefined : used * 1024;
}

function sumOver(
  raw: Readonly<Record<string, unknown>>,
  of: (part: Readonly<Record<string, unknown>>) => number | undefined,
): number | undefined {
  const workers: readonly unknown[] = Array.isArray(raw['Workers']) ? raw['Workers'] : [];
  const told = [raw, ...workers.filter(isRecord)].flatMap((part) => of(part) ?? []);
  return told.length === 0 ? undefined : told.reduce((sum, value) => sum + value, 0);
}

function buffersOf(raw: Readonly<Record<string, unknown>>): PlanBuffers | undefined {
  const hit = both(raw, 'Hit');
  const blocks = both(raw, 'Read');
  if (hit === undefined && blocks === undefined) return undefined;
  return { ...defined('hit', hit), ...defined('read', blocks) };
}

function both(raw: Readonly<Record<string, unknown>>, what: string): number | undefined {
  const [shared, local] = [figure(raw, `Shared ${what} Blocks`), figure(raw, `Local ${what} Blocks`)];
  return shared === undefined && local === undefined ? undefined : (shared ?? 0) + (local ?? 0);
}

/** Partitions that the node, or the scans right below an Append, read; those that were never run are not among them. */
function partitionsOf(
  relation: string | undefined,
  table: string | undefined,
  children: readonly ExecutionPlan[],
): readonly string[] | undefined {
  if (relation !== undefined) return table === relation ? undefined : [relation];
  const scans = children.filter(({ loops, partitions }) => loops !== 0 && partitions !== undefined);
  const isAppend = children.length > 0 && children.every(({ partitions }) => partitions !== undefined);
  return isAppend ? [...new Set(scans.flatMap(({ partitions = [] }) => partitions))] : undefined;
}
