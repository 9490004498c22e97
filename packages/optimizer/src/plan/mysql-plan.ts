import type { ExecutionPlan } from '@perf/contracts';
import type { JsonRecord } from './json-value.ts';
import { figureOf, noPlan, recordOf, recordsOf, textOf, textsOf } from './json-value.ts';
import { detailOf, planNode } from './plan-node.ts';
import type { PlanReading } from './plan-reading.ts';

/**
 * Reads the `query_block` of `EXPLAIN FORMAT=JSON` of MySQL, version 1, as its manual describes it. There are estimates and
 * costs only. Tables of a nested loop become a left-deep join; rows of a table are those it gives over all loops.
 */
export function mysqlPlan(block: JsonRecord): PlanReading {
  return { plan: blockNode(block), notes: [] };
}

/** Lists of subqueries, by where the statement has them. */
const SUBQUERIES = [
  'attached_subqueries',
  'select_list_subqueries',
  'having_subqueries',
  'order_by_subqueries',
  'group_by_subqueries',
  'optimized_away_subqueries',
];

/** Operations that wrap what they work on. */
const OPERATIONS: Readonly<Record<string, string>> = {
  ordering_operation: 'sort',
  grouping_operation: 'aggregate',
  duplicates_removal: 'distinct',
  windowing: 'window',
  buffer_result: 'buffer result',
};

function blockNode(block: JsonRecord): ExecutionPlan {
  const steps = stepsIn(block);
  const [only] = steps;
  const cost = figureOf(recordOf(block['cost_info'])?.['query_cost']);
  if (only !== undefined && steps.length === 1) return cost === undefined ? only : { ...only, cost };
  return planNode({
    operator: 'query',
    detail: textOf(block['message']) ?? textOf(recordOf(block['table'])?.['message']) ?? '',
    cost,
    children: steps,
  });
}

function stepsIn(json: JsonRecord): readonly ExecutionPlan[] {
  const loop = recordsOf(json['nested_loop'], 'nested_loop');
  const table = recordOf(json['table']);
  return [
    ...(loop.length === 0 ? [] : [leftDeep(loop)]),
    ...(table === undefined || !('access_type' in table) ? [] : [tableNode(table)]),
    ...Object.keys(OPERATIONS).flatMap((key) => operationNode(key, recordOf(json[key]))),
    ...unionNode(recordOf(json['union_result'])),
    ...SUBQUERIES.flatMap((key) => recordsOf(json[key], key).map(subqueryNode)),
  ];
}

function operationNode(key: string, json: JsonRecord | undefined): readonly ExecutionPlan[] {
  if (json === undefined) return [];
  const children = stepsIn(json);
  const isOrdered = key === 'ordering_operation' && json['using_filesort'] !== true;
  return [
    planNode({
      operator: isOrdered ? 'ordered' : (OPERATIONS[key] ?? key),
      engineOperator: key,
      detail: detailOf([
        json['using_filesort'] === true ? 'filesort' : '',
        json['using_temporary_table'] === true ? 'temporary table' : '',
      ]),
      children,
    }),
  ];
}

function unionNode(json: JsonRecord | undefined): readonly ExecutionPlan[] {
  if (json === undefined) return [];
  const parts = recordsOf(json['query_specifications'], 'query_specifications');
  const children = parts.map((part) => blockNode(recordOf(part['query_block']) ?? {}));
  const detail = json['using_temporary_table'] === true ? 'temporary table' : '';
  return [planNode({ operator: 'union', engineOperator: 'union_result', detail, children })];
}

function subqueryNode(json: JsonRecord): ExecutionPlan {
  return planNode({
    operator: 'subquery',
    detail: json['cacheable'] === false ? 'not cacheable' : '',
    correlated: json['dependent'] === true ? true : undefined,
    children: [blockNode(recordOf(json['query_block']) ?? json)],
  });
}

function leftDeep(entries: readonly JsonRecord[]): ExecutionPlan {
  let left: ExecutionPlan | undefined;
  for (const entry of entries) {
    const table = recordOf(entry['table']);
    const right = table === undefined ? stepsIn(entry)[0] : tableNode(table);
    if (right === undefined) continue;
    left = left === undefined ? right : joinNode(left, right, table ?? {});
  }
  if (left === undefined) throw noPlan('a table in nested_loop');
  return left;
}

/** `rows_produced_per_join` counts what has come together so far. */
function joinNode(left: ExecutionPlan, right: ExecutionPlan, json: JsonRecord): ExecutionPlan {
  const buffer = textOf(json['using_join_buffer']);
  return planNode({
    operator: 'join',
    engineOperator: buffer ?? 'nested loop',
    detail: '',
    estimatedRows: figureOf(json['rows_produced_per_join']),
    cost: figureOf(recordOf(json['cost_info'])?.['prefix_cost']),
    children: [left, right],
  });
}

function tableNode(json: JsonRecord): ExecutionPlan {
  const access = textOf(json['access_type']) ?? 'ALL';
  const costs = recordOf(json['cost_info']);
  const read = figureOf(costs?.['read_cost']);
  const evaluated = figureOf(costs?.['eval_cost']);
  const inner = recordOf(json['materialized_from_subquery']);
  const block = recordOf(inner?.['query_block']);
  const partitions = textsOf(json['partitions']);
  const attached = recordsOf(json['attached_subqueries'], 'attached_subqueries').map(subqueryNode);
  return planNode({
    operator: access === 'ALL' || access === 'index' ? 'scan' : 'search',
    engineOperator: access,
    table: textOf(json['table_name']),
    index: textOf(json['key']),
    detail: tableDetail(json),
    correlated: inner?.['dependent'] === true ? true : undefined,
    estimatedRows: figureOf(json['rows_produced_per_join']) ?? figureOf(json['rows_examined_per_scan']),
    cost: read === undefined || evaluated === undefined ? undefined : read + evaluated,
    partitions: partitions.length === 0 ? undefined : partitions,
    children: [...(block === undefined ? [] : [blockNode(block)]), ...attached],
  });
}

function tableDetail(json: JsonRecord): string {
  const keys = textsOf(json['used_key_parts']).join(', ');
  const found = textsOf(json['ref']).join(', ');
  const condition = textOf(json['attached_condition']);
  const pushed = textOf(json['index_condition']);
  const examined = figureOf(json['rows_examined_per_scan']);
  return detailOf([
    keys === '' ? '' : `key: ${keys}${found === '' ? '' : ` = ${found}`}`,
    pushed === undefined ? '' : `index condition: ${pushed}`,
    condition === undefined ? '' : `filter: ${condition}`,
    json['using_index'] === true ? 'index only' : '',
    examined === undefined ? '' : `rows examined per scan: ${examined}`,
  ]);
}
