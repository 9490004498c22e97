import type { ExecutionPlan } from '@perf/contracts';

/** Names of DuckDB's operators in the project's words. */
const OPERATORS: readonly (readonly [RegExp, string])[] = [
  [/SCAN/, 'scan'],
  [/JOIN|CROSS_PRODUCT/, 'join'],
  [/GROUP_BY|AGGREGATE/, 'aggregate'],
  [/ORDER_BY|TOP_N/, 'sort'],
  [/LIMIT/, 'limit'],
  [/FILTER/, 'filter'],
  [/PROJECTION/, 'project'],
];

/** Wrappers and helper steps that say nothing about the query. */
const SKIPPED = /^(QUERY|EXPLAIN_ANALYZE|RESULT_COLLECTOR)$/;

/** Reads the JSON of `EXPLAIN (FORMAT JSON)` (a list of nodes) and of `EXPLAIN (ANALYZE, FORMAT JSON)` (one node). */
export function planFromJson(json: unknown): ExecutionPlan {
  const roots = (Array.isArray(json) ? json : [json]).flatMap(planNodes);
  const [only] = roots;
  return roots.length === 1 && only !== undefined ? only : { operator: 'plan', detail: '', children: roots };
}

function planNodes(node: unknown): ExecutionPlan[] {
  if (!isRecord(node)) return [];
  const name =
    [node['operator_name'], node['operator_type'], node['name']]
      .find((part) => typeof part === 'string')
      ?.trim() ?? '';
  const children = Array.isArray(node['children']) ? node['children'].flatMap(planNodes) : [];
  const info = isRecord(node['extra_info']) ? node['extra_info'] : {};
  if (name === '' || SKIPPED.test(name) || isHelper(info)) return children;
  const table = typeof info['Table'] === 'string' ? lastName(info['Table']) : undefined;
  const estimated = Number(info['Estimated Cardinality'] ?? Number.NaN);
  const actual = node['operator_cardinality'];
  const seconds = node['operator_timing'];
  return [
    {
      operator: OPERATORS.find(([pattern]) => pattern.test(name))?.[1] ?? name.toLowerCase(),
      ...(table === undefined ? {} : { table }),
      detail: detailOf(name, info),
      ...(Number.isFinite(estimated) ? { estimatedRows: estimated } : {}),
      ...(typeof actual === 'number' ? { actualRows: actual } : {}),
      ...(typeof seconds === 'number' ? { selfMs: seconds * 1000 } : {}),
      children,
    },
  ];
}

/** Projections that only pack values for DuckDB's own hash tables. */
function isHelper(info: Readonly<Record<string, unknown>>): boolean {
  const projections = info['Projections'];
  return Array.isArray(projections) && projections.some((text) => String(text).startsWith('__internal_'));
}

function detailOf(name: string, info: Readonly<Record<string, unknown>>): string {
  const parts = [
    'Join Type',
    'Conditions',
    'Filters',
    'Expression',
    'Groups',
    'Aggregates',
    'Order By',
    'Top',
  ]
    .filter((key) => key in info)
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

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
