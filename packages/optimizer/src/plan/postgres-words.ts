import type { JsonRecord } from './json-value.ts';
import { textOf, textsOf } from './json-value.ts';
import { detailOf } from './plan-node.ts';

/** Operators of Postgres in the project's words; what is missing here keeps its name. */
const OPERATORS: Readonly<Record<string, string>> = {
  Result: 'project',
  ProjectSet: 'project',
  'Nested Loop': 'join',
  'Hash Join': 'join',
  'Merge Join': 'join',
  Aggregate: 'aggregate',
  Group: 'aggregate',
  WindowAgg: 'window',
  Sort: 'sort',
  'Incremental Sort': 'sort',
  Unique: 'distinct',
  Limit: 'limit',
  'Bitmap Heap Scan': 'search',
  'Bitmap Index Scan': 'search',
  'Tid Scan': 'search',
  'Tid Range Scan': 'search',
};

/** The project's word for a node: a scan that has a condition of its index is a search. */
export function postgresOperator(json: JsonRecord, type: string): string {
  const known = Object.hasOwn(OPERATORS, type) ? OPERATORS[type] : undefined;
  if (known !== undefined) return known;
  if (type.startsWith('Index')) return 'Index Cond' in json ? 'search' : 'scan';
  return type.endsWith('Scan') ? 'scan' : type.toLowerCase();
}

/** The name of a node as the text form of EXPLAIN prints it: `Parallel Hash Left Join`, `Partial HashAggregate`. */
export function postgresName(json: JsonRecord, type: string): string {
  const mode = textOf(json['Partial Mode']);
  return [
    mode === undefined || mode === 'Simple' ? '' : `${mode} `,
    json['Parallel Aware'] === true ? 'Parallel ' : '',
    json['Async Capable'] === true ? 'Async ' : '',
    namedType(json, type),
    json['Scan Direction'] === 'Backward' ? ' Backward' : '',
  ].join('');
}

const STRATEGIES: Readonly<Record<string, string>> = {
  Hashed: 'HashAggregate',
  Sorted: 'GroupAggregate',
  Mixed: 'MixedAggregate',
};

function namedType(json: JsonRecord, type: string): string {
  const strategy = textOf(json['Strategy']) ?? '';
  if (type === 'Aggregate' && Object.hasOwn(STRATEGIES, strategy)) return STRATEGIES[strategy] ?? type;
  const join = textOf(json['Join Type']);
  if (join === undefined || join === 'Inner') return type;
  return type === 'Nested Loop' ? `Nested Loop ${join} Join` : type.replace(/ ?Join$/, ` ${join} Join`);
}

/** Keys shown in a detail, conditions first. */
const KEYS = [
  'Index Cond',
  'Recheck Cond',
  'Tid Cond',
  'Hash Cond',
  'Merge Cond',
  'Join Filter',
  'Filter',
  'One-Time Filter',
  'Order By',
  'Sort Key',
  'Presorted Key',
  'Group Key',
  'Cache Key',
  'Function Name',
  'Subplan Name',
  'Sort Method',
  'Hash Batches',
  'HashAgg Batches',
  'Heap Fetches',
  'Workers Planned',
  'Workers Launched',
  'Subplans Removed',
];

/** Conditions, keys and counts of a node. */
export function postgresDetail(json: JsonRecord): string {
  const alias = textOf(json['Alias']);
  const own = textOf(json['Relation Name']) ?? textOf(json['CTE Name']);
  return detailOf([
    alias === undefined || alias === own ? '' : `as ${alias}`,
    ...KEYS.map((key) => {
      const value = json[key];
      const text = typeof value === 'number' ? String(value) : textsOf(value).join(', ');
      const isUsual = key.endsWith('Batches') && text === '1';
      return text === '' || isUsual ? '' : `${key}: ${text}`;
    }),
    json['Disabled'] === true ? 'Disabled' : '',
  ]);
}
