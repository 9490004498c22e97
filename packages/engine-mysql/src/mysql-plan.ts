import type { ExecutionPlan } from '@perf/contracts';
import type { JsonObject } from './plan-text.ts';
import {
  MOST_DEPTH,
  condition,
  detailOf,
  isObject,
  nodeOf,
  numberOf,
  parsedPlan,
  redacted,
  textOf,
  textsOf,
  unreadable,
} from './plan-text.ts';
import { treeStep } from './mysql-tree.ts';

/** Reads the JSON of MySQL's `EXPLAIN FORMAT=JSON`, in both of its versions. */
export function planFromMysql(json: string): ExecutionPlan {
  const plan = parsedPlan(json);
  const second = isObject(plan['query_plan']) ? plan['query_plan'] : plan;
  if (typeof second['operation'] === 'string') return iteratorNode(second, 0);
  const block = plan['query_block'];
  if (!isObject(block)) throw unreadable('it has no query_block');
  return blockNode(block, 0);
}

/** A node of the second version: what one iterator does, in the words of EXPLAIN ANALYZE. */
function iteratorNode(step: JsonObject, depth: number): ExecutionPlan {
  if (depth > MOST_DEPTH) throw unreadable('it is nested too deeply');
  const inputs = [step['inputs'], step['inputs_from_select_list'], step['inputs_from_having']];
  const children = inputs
    .flatMap((list): readonly unknown[] => (Array.isArray(list) ? list : []))
    .flatMap((input) => (isObject(input) ? [iteratorNode(input, depth + 1)] : []));
  // The inner side of a loop is estimated for one row of the outer.
  const [outer, inner] = children;
  if (
    outer?.estimatedRows !== undefined &&
    inner !== undefined &&
    /^nested loop/i.test(textOf(step['operation']))
  )
    children[1] = repeated(inner, outer.estimatedRows);
  const [loops, each, lastMs] = [step['actual_loops'], step['actual_rows'], step['actual_last_row_ms']].map(
    numberOf,
  );
  return nodeOf(
    { ...treeStep(textOf(step['operation'])), children },
    {
      table: textOf(step['alias']) || textOf(step['table_name']) || undefined,
      index: textOf(step['index_name']) || undefined,
      estimatedRows: numberOf(step['estimated_rows']),
      cost: numberOf(step['estimated_total_cost']),
      actualRows: loops === undefined || each === undefined ? undefined : Math.round(each * loops),
      loops,
      totalMs: loops === undefined || lastMs === undefined ? undefined : lastMs * loops,
    },
  );
}

function repeated(plan: ExecutionPlan, times: number): ExecutionPlan {
  const children = plan.children.map((child) => repeated(child, times));
  const { estimatedRows } = plan;
  return {
    ...plan,
    ...(estimatedRows === undefined ? {} : { estimatedRows: estimatedRows * times }),
    children,
  };
}

/** A SELECT of the first version. */
function blockNode(block: JsonObject, depth: number): ExecutionPlan {
  if (depth > MOST_DEPTH) throw unreadable('it is nested too deeply');
  const top = operation(block, depth + 1);
  const costs = block['cost_info'];
  const cost = isObject(costs) ? numberOf(costs['query_cost']) : undefined;
  return {
    ...top,
    ...(cost === undefined ? {} : { cost }),
    children: [...top.children, ...subqueries(block, depth + 1)],
  };
}

const SUBQUERIES = [
  'attached_subqueries',
  'select_list_subqueries',
  'having_subqueries',
  'group_by_subqueries',
  'order_by_subqueries',
  'optimized_away_subqueries',
] as const;

function subqueries(holder: JsonObject, depth: number): ExecutionPlan[] {
  return SUBQUERIES.flatMap((name) => {
    const list = holder[name];
    return Array.isArray(list) ? list.flatMap((subquery: unknown) => subqueryNodes(subquery, depth)) : [];
  });
}

function subqueryNodes(subquery: unknown, depth: number): ExecutionPlan[] {
  if (!isObject(subquery) || !isObject(subquery['query_block'])) return [];
  const node = blockNode(subquery['query_block'], depth);
  return [subquery['dependent'] === true ? { ...node, correlated: true } : node];
}

const WRAPPERS: readonly (readonly [string, string])[] = [
  ['ordering_operation', 'sort'],
  ['windowing', 'window'],
  ['duplicates_removal', 'aggregate'],
  ['grouping_operation', 'aggregate'],
  ['buffer_result', 'buffer_result'],
];

function operation(holder: JsonObject, depth: number): ExecutionPlan {
  if (depth > MOST_DEPTH) throw unreadable('it is nested too deeply');
  for (const [name, operator] of WRAPPERS) {
    const step = holder[name];
    if (!isObject(step)) continue;
    const below = operation(step, depth + 1);
    // An order that an index gives already sorts nothing.
    if (operator === 'sort' && step['using_filesort'] !== true && step['using_temporary_table'] !== true)
      return below;
    const detail = detailOf([
      step['using_temporary_table'] === true ? 'temporary table' : undefined,
      step['using_filesort'] === true ? 'filesort' : undefined,
    ]);
    return { operator, engineOperator: name, detail, children: [below, ...subqueries(step, depth + 1)] };
  }
  const union = holder['union_result'];
  if (isObject(union)) {
    const parts = Array.isArray(union['query_specifications']) ? union['query_specifications'] : [];
    const children = parts.flatMap((part: unknown) => subqueryNodes(part, depth + 1));
    return { operator: 'union', detail: textOf(union['table_name']), children };
  }
  const loop = holder['nested_loop'];
  if (Array.isArray(loop)) return nestedLoop(loop, depth + 1);
  const table = holder['table'];
  if (isObject(table)) return tableNode(table, depth + 1);
  const message = textOf(holder['message']);
  return {
    operator: 'result',
    ...(message === '' ? {} : { engineOperator: message }),
    detail: message,
    children: [],
  };
}

/** A flat list of tables is a left-deep join. */
function nestedLoop(steps: readonly unknown[], depth: number): ExecutionPlan {
  let joined: ExecutionPlan | undefined;
  for (const step of steps) {
    if (!isObject(step)) continue;
    const table = isObject(step['table']) ? step['table'] : {};
    const right = isObject(step['table']) ? tableNode(table, depth + 1) : operation(step, depth + 1);
    if (joined === undefined) {
      joined = right;
      continue;
    }
    const buffer = textOf(table['using_join_buffer']);
    const costs = table['cost_info'];
    joined = nodeOf(
      { operator: 'join', detail: '', children: [joined, right] },
      {
        engineOperator: buffer === '' ? 'nested_loop' : buffer,
        estimatedRows: numberOf(table['rows_produced_per_join']),
        cost: isObject(costs) ? numberOf(costs['prefix_cost']) : undefined,
      },
    );
  }
  return joined ?? { operator: 'result', detail: '', children: [] };
}

const SCANS = new Set(['ALL', 'index']);

function tableNode(table: JsonObject, depth: number): ExecutionPlan {
  const access = textOf(table['access_type']);
  const derived = subqueryNodes(table['materialized_from_subquery'], depth);
  const children = [...derived, ...subqueries(table, depth)];
  const message = textOf(table['message']);
  if (access === '') return { operator: 'result', detail: message, children };
  const partitions = textsOf(table['partitions']);
  const ref = textsOf(table['ref']).map(redacted).join(', ');
  const parts = textsOf(table['used_key_parts']).join(', ');
  return nodeOf(
    {
      operator: SCANS.has(access) ? 'scan' : 'search',
      detail: detailOf([
        access,
        parts === '' ? undefined : `key: ${parts}`,
        ref === '' ? undefined : `ref: ${ref}`,
        table['using_index'] === true ? 'index only' : undefined,
        condition('index condition', table['index_condition']),
        condition('condition', table['attached_condition']),
      ]),
      children,
    },
    {
      engineOperator: access,
      table: textOf(table['table_name']),
      index: textOf(table['key']) || undefined,
      // What comes out of the join up to here comes out of its last table.
      estimatedRows: numberOf(table['rows_produced_per_join']),
      partitions: partitions.length === 0 ? undefined : partitions,
    },
  );
}
