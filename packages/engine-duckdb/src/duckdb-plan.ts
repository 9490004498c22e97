import type { ExecutionPlan } from '@perf/contracts';

type Json = Readonly<Record<string, unknown>>;

/** Names of DuckDB's operators in the project's words. */
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
const SKIPPED = /^(QUERY|EXPLAIN_ANALYZE|RESULT_COLLECTOR)$/;
/** Operators that hand rows on without counting them. */
const UNCOUNTED = /DELIM_JOIN$|^CTE$/;

/**
 * Reads the JSON of `EXPLAIN (FORMAT JSON)` (a list of nodes) and of `EXPLAIN (ANALYZE, FORMAT JSON)` (one node). Times are of
 * all threads together. What the whole statement used of memory and temporary files stands at the root.
 */
export function planFromJson(json: unknown): ExecutionPlan {
  const given: readonly unknown[] = Array.isArray(json) ? json : [json];
  const roots = given.flatMap(planNodes);
  const [only] = roots;
  const plan: ExecutionPlan =
    roots.length === 1 && only !== undefined ? only : { operator: 'plan', detail: '', children: roots };
  const [whole] = given;
  return isRecord(whole) ? { ...plan, ...usedBy(whole) } : plan;
}

function planNodes(node: unknown): ExecutionPlan[] {
  if (!isRecord(node)) return [];
  const name =
    [node['operator_name'], node['operator_type'], node['name']]
      .find((part) => typeof part === 'string')
      ?.trim() ?? '';
  const children = Array.isArray(node['children']) ? node['children'].flatMap(planNodes) : [];
  const info = isRecord(node['extra_info']) ? node['extra_info'] : {};
  const selfMs = milliseconds(node['operator_timing']);
  const [below] = children;
  if (name === '' || SKIPPED.test(name)) return children;
  if (isHelper(info) && children.length === 1 && below !== undefined) return [folded(below, selfMs)];
  const table = typeof info['Table'] === 'string' ? lastName(info['Table']) : undefined;
  const estimated = Number(info['Estimated Cardinality'] ?? Number.NaN);
  const actual = UNCOUNTED.test(name) ? undefined : node['operator_cardinality'];
  const totalMs = milliseconds(node['cpu_time']);
  return [
    {
      operator: operatorOf(name, info),
      engineOperator: name,
      ...(table === undefined ? {} : { table }),
      detail: detailOf(name, info),
      ...(Number.isFinite(estimated) ? { estimatedRows: estimated } : {}),
      ...(typeof actual === 'number'
        ? { actualRows: actual, ...removed(node, info, { actual, below }) }
        : {}),
      ...(selfMs === undefined ? {} : { selfMs }),
      ...(totalMs === undefined ? {} : { totalMs }),
      ...usedBy(node),
      children,
    },
  ];
}

function operatorOf(name: string, info: Json): string {
  if (info['Type'] === 'Index Scan') return 'search';
  return OPERATORS.find(([pattern]) => pattern.test(name))?.[1] ?? name.toLowerCase();
}

/** Most memory, and bytes in temporary files; absent where DuckDB counted none. */
function usedBy(node: Json): Pick<ExecutionPlan, 'memoryBytes' | 'spilledBytes'> {
  const [memoryBytes, spilledBytes] = [node['system_peak_buffer_memory'], node['system_peak_temp_dir_size']];
  return {
    ...(typeof memoryBytes === 'number' && memoryBytes > 0 ? { memoryBytes } : {}),
    ...(typeof spilledBytes === 'number' && spilledBytes > 0 ? { spilledBytes } : {}),
  };
}

/** Rows that a scan read and its filters threw away, or that a filter got and did not give. */
function removed(
  node: Json,
  info: Json,
  { actual, below }: { readonly actual: number; readonly below: ExecutionPlan | undefined },
): Pick<ExecutionPlan, 'rowsRemoved'> {
  const isFilter = node['operator_name'] === 'FILTER';
  const got = isFilter ? below?.actualRows : node['operator_rows_scanned'];
  const filters = isFilter || 'Filters' in info || 'Dynamic Filters' in info;
  return filters && typeof got === 'number' ? { rowsRemoved: Math.max(0, got - actual) } : {};
}

/** Whether a projection only packs values for DuckDB's own hash tables, or unpacks them. */
function isHelper(info: Json): boolean {
  const { Projections: projected = [] } = info;
  const parts = (Array.isArray(projected) ? projected : [projected]).map(String);
  return (
    parts.some((text) => text.startsWith('__internal_')) &&
    parts.every((text) => /^(?:__internal_|#\d+$)/.test(text))
  );
}

/** A node with the time of the packing around it. */
function folded(node: ExecutionPlan, selfMs: number | undefined): ExecutionPlan {
  if (selfMs === undefined) return node;
  return { ...node, selfMs: (node.selfMs ?? 0) + selfMs, totalMs: (node.totalMs ?? 0) + selfMs };
}

function detailOf(name: string, info: Json): string {
  const parts = [
    'Join Type',
    'Conditions',
    'Filters',
    'Dynamic Filters',
    'Expression',
    'Groups',
    'Aggregates',
    'Order By',
    'Top',
    'CTE Name',
  ]
    .filter((key) => key in info && info[key] !== '')
    .map((key) => `${key}: ${redacted(flat(info[key]))}`);
  return [name.toLowerCase(), ...parts].join('; ');
}

function flat(value: unknown): string {
  return Array.isArray(value) ? value.map(flat).join(' AND ') : String(value);
}

/** The table in `database.schema."a table"`. */
function lastName(qualified: string): string {
  const name = /(?:^|\.)("(?:[^"]|"")*"|[^."]+)$/.exec(qualified)?.[1] ?? qualified;
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}

/** Literals never leave in plans. A quote inside a name could hide where a literal begins; then nothing of the text is shown. */
function redacted(text: string): string {
  if (/[\p{L}\p{N}_"]'/u.test(text.replace(/'(?:[^']|'')*'/g, '?'))) return '?';
  if (/[\p{L}\p{N}_]'(?:[^']|'')*'/u.test(text)) return '?';
  return text
    .replace(/'(?:[^']|'')*'/g, '?')
    .replace(/(?<![\w#."])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w."])/gi, '?')
    .replace(/\b(?:true|false)\b/gi, '?');
}

function milliseconds(seconds: unknown): number | undefined {
  return typeof seconds === 'number' ? seconds * 1000 : undefined;
}

function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
