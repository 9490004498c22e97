import type { ExecutionPlan, PlanBuffers } from '@perf/contracts';
import type { JsonRecord } from './json-value.ts';
import { figureOf, noPlan, recordOf, recordsOf, textOf, textsOf } from './json-value.ts';
import { detailOf, planNode, sumKnown } from './plan-node.ts';
import type { PlanReading } from './plan-reading.ts';

/** Keys that MySQL writes and MariaDB does not. */
const MYSQL_ONLY = ['cost_info', 'ordering_operation', 'grouping_operation', 'windowing', 'buffer_result'];

/** Whether `{ query_block }` was written by MariaDB, not by MySQL. */
export function isMariadbBlock(json: JsonRecord): boolean {
  const block = recordOf(json['query_block']) ?? {};
  if ('query_optimization' in json || 'r_loops' in block) return true;
  if (MYSQL_ONLY.some((key) => key in block)) return false;
  const parts = [
    block['table'],
    ...recordsOf(block['nested_loop'], 'nested_loop').map((part) => part['table']),
  ];
  return !parts.some((table) => 'cost_info' in (recordOf(table) ?? {})) && !hasMysqlUnion(block);
}

function hasMysqlUnion(block: JsonRecord): boolean {
  const parts = recordsOf(recordOf(block['union_result'])?.['query_specifications'], 'query_specifications');
  return parts.some((part) => 'dependent' in part || 'cost_info' in (recordOf(part['query_block']) ?? {}));
}

/**
 * Reads `EXPLAIN FORMAT=JSON` and `ANALYZE FORMAT=JSON` of MariaDB. The flat list of a nested loop becomes the left-deep join
 * that it is; `r_rows` is of one loop and becomes a total, `filtered` is a percentage. Times stand at tables and sorts alone,
 * so that a join has a total time, but none of its own.
 */
export function mariadbPlan(json: JsonRecord): PlanReading {
  const block = recordOf(json['query_block']);
  if (block === undefined) throw noPlan('a query_block');
  const planningMs = figureOf(recordOf(json['query_optimization'])?.['r_total_time_ms']);
  const executionMs = figureOf(block['r_total_time_ms']);
  return {
    plan: blockNode(block),
    ...(planningMs === undefined ? {} : { planningMs }),
    ...(executionMs === undefined ? {} : { executionMs }),
    notes: [],
  };
}

/** A query block: its one step, or a node of its own where there is more to tell. */
function blockNode(block: JsonRecord): ExecutionPlan {
  const steps = stepsIn(block);
  const subqueries = recordsOf(block['subqueries'], 'subqueries').map(subqueryNode);
  const [only] = steps;
  const having = textOf(block['having_condition']);
  if (only !== undefined && steps.length === 1 && subqueries.length === 0 && having === undefined)
    return only;
  return blockWith(block, [...steps, ...subqueries], { operator: 'query', correlated: undefined });
}

function blockWith(
  block: JsonRecord,
  children: readonly ExecutionPlan[],
  { operator, correlated }: { readonly operator: string; readonly correlated: boolean | undefined },
): ExecutionPlan {
  const having = textOf(block['having_condition']);
  const totalMs = figureOf(block['r_total_time_ms']);
  const message = textOf(block['message']) ?? textOf(recordOf(block['table'])?.['message']);
  return planNode({
    operator,
    detail: detailOf([message, having === undefined ? '' : `having: ${having}`]),
    correlated,
    loops: figureOf(block['r_loops']),
    totalMs,
    selfMs: totalMs === undefined ? undefined : Math.max(0, totalMs - (totalOf(children) ?? 0)),
    buffers: buffersOf({}, children),
    children,
  });
}

/** A subquery that keeps answers by the values of the outer row, or runs more than once, is run for rows of the outer query. */
function subqueryNode(json: JsonRecord): ExecutionPlan {
  const cache = recordOf(json['expression_cache']);
  const kept = recordOf(json['materialization']);
  const block = recordOf((cache ?? kept ?? json)['query_block']) ?? {};
  const steps = stepsIn(block);
  const inner = recordsOf(block['subqueries'], 'subqueries').map(subqueryNode);
  const correlated = cache !== undefined || (figureOf(block['r_loops']) ?? 1) > 1 ? true : undefined;
  return blockWith(block, [...steps, ...inner], { operator: 'subquery', correlated });
}

/** The steps that an object holds side by side; usually one. */
function stepsIn(json: JsonRecord): readonly ExecutionPlan[] {
  const loop = recordsOf(json['nested_loop'], 'nested_loop');
  const joined = loop.length === 0 ? [] : [leftDeep(loop)];
  return [...joined, ...Object.entries(json).flatMap(([key, value]) => stepFor(key, recordOf(value)))];
}

function stepFor(key: string, json: JsonRecord | undefined): readonly ExecutionPlan[] {
  if (json === undefined) return [];
  switch (key) {
    case 'table':
      return 'message' in json ? [] : [tableNode(json, 1)];
    case 'block-nl-join':
    case 'range-checked-for-each-record':
      return [tableNode(recordOf(json['table']) ?? {}, 1)];
    case 'filesort':
      return [sortNode(json)];
    case 'read_sorted_file':
    case 'query_block':
      return stepsIn(json);
    case 'temporary_table':
    case 'duplicates_removal':
    case 'window_functions_computation':
      return [stepNode(key.replaceAll('_', ' '), json)];
    case 'union_result':
    case 'recursive_union':
      return [unionNode(key, json)];
    default:
      return [];
  }
}

function stepNode(operator: string, json: JsonRecord): ExecutionPlan {
  const sorts = recordsOf(json['sorts'], 'sorts').flatMap((sort) =>
    stepFor('filesort', recordOf(sort['filesort'])),
  );
  const children = [...stepsIn(json), ...sorts];
  return planNode({
    operator: operator === 'window functions computation' ? 'window' : operator,
    engineOperator: operator,
    detail: '',
    totalMs: totalOf(children),
    buffers: buffersOf({}, children),
    children,
  });
}

/** A sort of a temporary table tells its own time, a sort of a table that of reading it too. */
function sortNode(json: JsonRecord): ExecutionPlan {
  const children = stepsIn(json);
  const told = figureOf(json['r_total_time_ms']);
  const below = totalOf(children);
  const isOwn = children.some(({ operator }) => operator === 'temporary table') || children.length === 0;
  const selfMs = told === undefined ? undefined : isOwn ? told : Math.max(0, told - (below ?? 0));
  const passes = figureOf(json['r_sort_passes']) ?? 0;
  const limit = figureOf(json['r_limit']);
  return planNode({
    operator: 'sort',
    engineOperator: json['r_used_priority_queue'] === true ? 'filesort by priority queue' : 'filesort',
    detail: detailOf([
      textOf(json['sort_key']) === undefined ? '' : `by ${textOf(json['sort_key'])}`,
      limit === undefined ? '' : `limit: ${limit}`,
      passes === 0 ? '' : `merge passes on disk: ${passes}`,
    ]),
    actualRows: figureOf(json['r_output_rows']),
    loops: figureOf(json['r_loops']),
    selfMs,
    totalMs: sumKnown([selfMs, below]),
    memoryBytes: kibibytes(textOf(json['r_buffer_size'])),
    buffers: buffersOf({}, children),
    children,
  });
}

function unionNode(key: string, json: JsonRecord): ExecutionPlan {
  const parts = recordsOf(json['query_specifications'], 'query_specifications');
  // Where the rows are handed on without being kept, the union itself counts as never read.
  const loops = figureOf(json['r_loops']) === 0 ? undefined : figureOf(json['r_loops']);
  const children = parts.flatMap((part) => {
    const block = recordOf(part['query_block']);
    return block === undefined ? [] : [blockNode(block)];
  });
  return planNode({
    operator: 'union',
    engineOperator: key.replaceAll('_', ' '),
    detail: '',
    actualRows: overLoops(figureOf(json['r_rows']), loops),
    loops,
    totalMs: totalOf(children),
    buffers: buffersOf({}, children),
    children,
  });
}

/** A list of tables as the join tree that it stands for: ((first, second), third). */
function leftDeep(entries: readonly JsonRecord[]): ExecutionPlan {
  let left: ExecutionPlan | undefined;
  for (const entry of entries) {
    const buffered = recordOf(entry['block-nl-join']);
    const checked = recordOf(entry['range-checked-for-each-record']);
    const table = recordOf((buffered ?? checked ?? entry)['table']);
    const rows = left?.estimatedRows ?? 1;
    const right =
      table === undefined ? stepsIn(entry)[0] : tableNode(table, buffered === undefined ? rows : 1);
    if (right === undefined) continue;
    if (left === undefined) left = right;
    else left = buffered === undefined ? joinNode(left, right) : bufferedJoin(left, right, buffered);
  }
  if (left === undefined) throw noPlan('a table in nested_loop');
  return left;
}

/** What comes out of the inner side, over all its loops, comes out of the join, unless rows of the left are kept without a match. */
function joinNode(left: ExecutionPlan, right: ExecutionPlan): ExecutionPlan {
  const keepsLeft = right.detail.includes('trigcond(');
  const children = [left, right];
  return planNode({
    operator: 'join',
    engineOperator: 'nested loop',
    detail: keepsLeft ? 'outer' : '',
    estimatedRows: right.estimatedRows,
    actualRows: keepsLeft ? undefined : right.actualRows,
    loops: left.loops === undefined ? undefined : 1,
    totalMs: totalOf(children),
    buffers: buffersOf({}, children),
    children,
  });
}

/** A join through a buffer reads the right side once for each fill, and filters pairs. */
function bufferedJoin(left: ExecutionPlan, right: ExecutionPlan, json: JsonRecord): ExecutionPlan {
  const children = [left, right];
  const pairs = wholeRows(overLoops(figureOf(json['r_effective_rows']), figureOf(json['r_loops'])));
  const passed = pairs === 0 ? 0 : wholeRows(overLoops(pairs, share(json['r_filtered'])));
  const selfMs = sumKnown([figureOf(json['r_unpack_time_ms']), figureOf(json['r_other_time_ms'])]);
  const type = textOf(json['join_type']) ?? '';
  // A hash join tells the size of the table, not what one key finds.
  const isHashed = type.endsWith('H');
  return planNode({
    operator: 'join',
    engineOperator: `block nested loop ${type}`.trim(),
    detail: textOf(json['attached_condition']) ?? '',
    estimatedRows: isHashed ? undefined : overLoops(left.estimatedRows, right.estimatedRows),
    actualRows: passed,
    loops: pairs === undefined ? undefined : 1,
    rowsRemoved: pairs === undefined || passed === undefined ? undefined : pairs - passed,
    memoryBytes: kibibytes(textOf(json['buffer_size'])),
    selfMs,
    totalMs: sumKnown([selfMs, totalOf(children)]),
    buffers: buffersOf({}, children),
    children,
  });
}

/** @param runs how often the planner expects the table to be read */
function tableNode(json: JsonRecord, runs: number): ExecutionPlan {
  const access = textOf(json['access_type']) ?? 'ALL';
  const loops = loopsOf(json, access);
  const read = wholeRows(overLoops(figureOf(json['r_rows']) ?? (loops === 0 ? 0 : undefined), loops));
  const passed = loops === 0 ? 0 : wholeRows(overLoops(read, share(json['r_filtered'])));
  const planned = overLoops(figureOf(json['rows']), share(json['filtered']) ?? 1);
  const inner = recordOf(json['materialized']);
  const children = inner === undefined ? [] : stepsIn(inner);
  const waited = sumKnown([figureOf(json['r_table_time_ms']), figureOf(json['r_other_time_ms'])]);
  const selfMs = waited ?? (loops === 0 ? 0 : undefined);
  const partitions = textsOf(json['partitions']);
  const merged = mergedIndexes(recordOf(json['index_merge']));
  return planNode({
    operator: /^(?:ALL|index|hash_ALL|hash_index)$/.test(access) ? 'scan' : 'search',
    engineOperator: access,
    table: textOf(json['table_name']),
    index: textOf(json['key']) ?? (merged.length === 0 ? undefined : merged.join(', ')),
    detail: tableDetail(json),
    estimatedRows: overLoops(planned, loops === undefined ? runs : Math.max(1, loops)),
    actualRows: passed,
    loops,
    selfMs,
    totalMs: sumKnown([selfMs, totalOf(children)]),
    rowsRemoved: read === undefined || passed === undefined ? undefined : Math.max(0, read - passed),
    buffers: buffersOf(recordOf(json['r_engine_stats']) ?? {}, children),
    partitions: partitions.length === 0 ? undefined : partitions,
    children,
  });
}

/** A table that has one row at most is read while the statement is planned, and then counts as never read. */
function loopsOf(json: JsonRecord, access: string): number | undefined {
  const loops = figureOf(json['r_loops']);
  return loops === 0 && (access === 'const' || access === 'system') ? undefined : loops;
}

/** Names of the indexes that are merged, in order. */
function mergedIndexes(merge: JsonRecord | undefined): readonly string[] {
  return Object.values(merge ?? {}).flatMap((parts) =>
    recordsOf(parts, 'index_merge').flatMap((part) => textOf(recordOf(part['range'])?.['key']) ?? []),
  );
}

function tableDetail(json: JsonRecord): string {
  const keys = textsOf(json['used_key_parts']).join(', ');
  const found = textsOf(json['ref']).join(', ');
  const condition = textOf(json['attached_condition']);
  const pushed = textOf(json['index_condition']);
  const rowIds = textsOf(recordOf(recordOf(json['rowid_filter'])?.['range'])?.['used_key_parts']).join(', ');
  return detailOf([
    keys === '' ? '' : `key: ${keys}${found === '' ? '' : ` = ${found}`}`,
    pushed === undefined ? '' : `index condition: ${pushed}`,
    rowIds === '' ? '' : `rowid filter: ${rowIds}`,
    condition === undefined ? '' : `filter: ${condition}`,
    json['using_index'] === true ? 'index only' : '',
    textOf(json['first_match']) === undefined ? '' : `first match for ${textOf(json['first_match'])}`,
  ]);
}

/** A percentage as a share of 1. */
function share(value: unknown): number | undefined {
  const percent = figureOf(value);
  return percent === undefined ? undefined : percent / 100;
}

function overLoops(value: number | undefined, loops: number | undefined): number | undefined {
  return value === undefined || loops === undefined ? undefined : value * loops;
}

/** Averages are written with few digits: what they stand for is whole. */
function wholeRows(rows: number | undefined): number | undefined {
  return rows === undefined ? undefined : Math.round(rows);
}

function totalOf(children: readonly ExecutionPlan[]): number | undefined {
  return sumKnown(children.map(({ totalMs }) => totalMs));
}

/** Pages of the node and all below it. */
function buffersOf(stats: JsonRecord, children: readonly ExecutionPlan[]): PlanBuffers | undefined {
  const pages = figureOf(stats['pages_accessed']);
  const ownRead = figureOf(stats['pages_read_count']) ?? (pages === undefined ? undefined : 0);
  const ownHit = pages === undefined ? undefined : Math.max(0, pages - (ownRead ?? 0));
  const hit = sumKnown([ownHit, ...children.map(({ buffers }) => buffers?.hit)]);
  const read = sumKnown([ownRead, ...children.map(({ buffers }) => buffers?.read)]);
  if (hit === undefined && read === undefined) return undefined;
  return { ...(hit === undefined ? {} : { hit }), ...(read === undefined ? {} : { read }) };
}

/** A size as MariaDB writes it: `101KiB`. */
function kibibytes(size: string | undefined): number | undefined {
  const match = /^(\d+)(KiB|MiB|GiB)?$/.exec(size ?? '');
  if (match === null) return undefined;
  const unit = { KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }[match[2] ?? ''] ?? 1;
  return Number(match[1]) * unit;
}
