import type { ExecutionPlan } from '@perf/contracts';
import type { JsonRecord } from './json-value.ts';
import { figureOf, noPlan, recordOf, recordsOf, textOf, textsOf } from './json-value.ts';
import { detailOf, planNode, sumKnown } from './plan-node.ts';
import type { PlanReading } from './plan-reading.ts';

/** Names of DuckDB's operators in the project's words; the first that fits. */
const OPERATORS: readonly (readonly [RegExp, string])[] = [
  [/SCAN/, 'scan'],
  [/JOIN|CROSS_PRODUCT/, 'join'],
  [/GROUP_BY|AGGREGATE/, 'aggregate'],
  [/ORDER_BY|TOP_N/, 'sort'],
  [/LIMIT/, 'limit'],
  [/FILTER/, 'filter'],
  [/PROJECTION/, 'project'],
  [/WINDOW/, 'window'],
];

/** Wrappers that say nothing about the query. */
const WRAPPERS = /^(?:QUERY|EXPLAIN_ANALYZE|RESULT_COLLECTOR)$/;

/** Whether an object is a node of `EXPLAIN (FORMAT JSON)` of DuckDB, or what ANALYZE puts around them. */
export function isDuckDbPlan(json: JsonRecord): boolean {
  const named = ['name', 'operator_name', 'operator_type', 'query_name', 'latency'];
  return 'children' in json && named.some((key) => key in json);
}

/**
 * Reads the list of `EXPLAIN (FORMAT JSON)` or the object of `EXPLAIN (ANALYZE, FORMAT JSON)`. Projections that only pack values
 * are folded into what they pack. Times are of all threads together. The most memory and temporary files that the whole
 * statement used stand at the root.
 */
export function duckDbPlan(json: unknown): PlanReading {
  const roots = recordsOf(Array.isArray(json) ? json : [json], 'the plan');
  const nodes = roots.flatMap(nodesOf);
  const [only] = nodes;
  if (only === undefined) throw noPlan('operators of DuckDB');
  const plan = nodes.length === 1 ? only : planNode({ operator: 'query', detail: '', children: nodes });
  const whole = roots[0] ?? {};
  const statement = textOf(whole['query_name']);
  const latency = figureOf(whole['latency']);
  const memoryBytes = figureOf(whole['system_peak_buffer_memory']);
  const spilledBytes = figureOf(whole['system_peak_temp_dir_size']);
  return {
    plan: {
      ...plan,
      ...(memoryBytes === undefined || memoryBytes === 0 ? {} : { memoryBytes }),
      ...(spilledBytes === undefined ? {} : { spilledBytes }),
    },
    ...(statement === undefined ? {} : { statement }),
    ...(latency === undefined ? {} : { executionMs: latency * 1000 }),
    notes: [],
  };
}

function nodesOf(json: JsonRecord): readonly ExecutionPlan[] {
  const name = (
    textOf(json['operator_name']) ??
    textOf(json['operator_type']) ??
    textOf(json['name']) ??
    ''
  ).trim();
  const children = recordsOf(json['children'], 'children').flatMap(nodesOf);
  const info = recordOf(json['extra_info']) ?? {};
  const seconds = figureOf(json['operator_timing']);
  const selfMs = seconds === undefined ? undefined : seconds * 1000;
  const [below] = children;
  if (name === '' || WRAPPERS.test(name)) return children;
  if (isPacking(info) && children.length === 1 && below !== undefined) return [packed(below, selfMs)];
  const table = textOf(info['Table']);
  // These hand their rows on without counting them.
  const actualRows = /DELIM_JOIN$|^CTE$/.test(name) ? undefined : figureOf(json['operator_cardinality']);
  const subtree = figureOf(json['cpu_time']);
  const memoryBytes = figureOf(json['system_peak_buffer_memory']);
  const spilledBytes = figureOf(json['system_peak_temp_dir_size']);
  return [
    planNode({
      operator: operatorOf(name, info),
      engineOperator: name,
      table: table === undefined ? textOf(info['CTE Name']) : lastName(table),
      detail: detailFrom(info),
      estimatedRows: figureOf(info['Estimated Cardinality']),
      actualRows,
      selfMs,
      totalMs:
        subtree === undefined
          ? sumKnown([selfMs, ...children.map(({ totalMs }) => totalMs)])
          : subtree * 1000,
      rowsRemoved: removedOf(name, { json, info, children, actualRows }),
      memoryBytes: memoryBytes === 0 ? undefined : memoryBytes,
      spilledBytes: spilledBytes === 0 ? undefined : spilledBytes,
      children,
    }),
  ];
}

/** Whether a projection does nothing but pack or unpack values for DuckDB's own hash tables. */
function isPacking(info: JsonRecord): boolean {
  const projected = textsOf(info['Projections']);
  return (
    projected.some((text) => text.startsWith('__internal_')) &&
    projected.every((text) => /^(?:__internal_|#\d+$)/.test(text))
  );
}

function packed(node: ExecutionPlan, selfMs: number | undefined): ExecutionPlan {
  if (selfMs === undefined) return node;
  return { ...node, selfMs: (node.selfMs ?? 0) + selfMs, totalMs: (node.totalMs ?? 0) + selfMs };
}

function operatorOf(name: string, info: JsonRecord): string {
  if (info['Type'] === 'Index Scan') return 'search';
  return OPERATORS.find(([pattern]) => pattern.test(name))?.[1] ?? name.toLowerCase();
}

/** Rows that a scan read and its filters threw away, or that a filter got and did not give. */
function removedOf(
  name: string,
  node: {
    readonly json: JsonRecord;
    readonly info: JsonRecord;
    readonly children: readonly ExecutionPlan[];
    readonly actualRows: number | undefined;
  },
): number | undefined {
  const { json, info, children, actualRows } = node;
  const isFilter = name === 'FILTER';
  const got = isFilter ? children[0]?.actualRows : figureOf(json['operator_rows_scanned']);
  if (
    got === undefined ||
    actualRows === undefined ||
    !(isFilter || 'Filters' in info || 'Dynamic Filters' in info)
  )
    return undefined;
  return Math.max(0, got - actualRows);
}

const KEYS = [
  'Join Type',
  'Conditions',
  'Filters',
  'Dynamic Filters',
  'Expression',
  'Groups',
  'Aggregates',
  'Order By',
  'Top',
  'Function',
  'CTE Index',
];

function detailFrom(info: JsonRecord): string {
  return detailOf(
    KEYS.map((key) => {
      const text = textsOf(info[key]).join(key === 'Filters' ? ' AND ' : ', ');
      return text === '' ? '' : `${key}: ${text}`;
    }),
  );
}

/** The table in `database.schema."a table"`. */
function lastName(qualified: string): string {
  const name = /(?:^|\.)("(?:[^"]|"")*"|[^."]+)$/.exec(qualified)?.[1] ?? qualified;
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
