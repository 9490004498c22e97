import type { ExecutionPlan } from '@perf/contracts';
import { mariadbTable } from './mariadb-table.ts';
import type { JsonObject } from './plan-text.ts';
import {
  MOST_DEPTH,
  bytesOf,
  condition,
  detailOf,
  isObject,
  nodeOf,
  numberOf,
  parsedPlan,
  textOf,
  unreadable,
} from './plan-text.ts';

/** Reads the JSON of MariaDB's `EXPLAIN FORMAT=JSON` and `ANALYZE FORMAT=JSON`. @param cost what the server says of the last statement */
export function planFromMariadb(json: string, cost?: number): ExecutionPlan {
  const block = parsedPlan(json)['query_block'];
  if (!isObject(block)) throw unreadable('it has no query_block');
  const plan = blockNode(block, 0);
  return cost === undefined || cost <= 0 || plan.cost !== undefined ? plan : { ...plan, cost };
}

/** A SELECT: its topmost operator, with the time of the whole. */
function blockNode(block: JsonObject, depth: number): ExecutionPlan {
  if (depth > MOST_DEPTH) throw unreadable('it is nested too deeply');
  const plain = operation(block, depth + 1);
  const having = condition('having', block['having_condition']);
  const top =
    having === undefined ? plain : nodeOf({ operator: 'filter', detail: having, children: [plain] }, {});
  const subqueries = Array.isArray(block['subqueries']) ? block['subqueries'] : [];
  const below = subqueries.flatMap((subquery) =>
    isObject(subquery) ? [subqueryNode(subquery, depth + 1)] : [],
  );
  const totalMs = numberOf(block['r_total_time_ms']);
  const cost = numberOf(block['cost']);
  return {
    ...top,
    ...(totalMs === undefined ? {} : { totalMs }),
    ...(cost === undefined ? {} : { cost }),
    children: [...top.children, ...below],
  };
}

/** Behind a cache of its answers stands a subquery that reads the outer row; a materialised one does not. */
function subqueryNode(subquery: JsonObject, depth: number): ExecutionPlan {
  const cached = subquery['expression_cache'];
  const holder = [cached, subquery['materialization'], subquery].find(
    (candidate) => isObject(candidate) && isObject(candidate['query_block']),
  );
  const block = isObject(holder) ? holder['query_block'] : undefined;
  if (!isObject(block)) return { operator: 'subquery', detail: '', children: [] };
  const node = blockNode(block, depth);
  const isRepeated = (numberOf(block['r_loops']) ?? 0) > 1;
  return isObject(cached) || isRepeated ? { ...node, correlated: true } : node;
}

/** What an object of the plan does: the first known step in it, outermost first. */
function operation(holder: JsonObject, depth: number): ExecutionPlan {
  if (depth > MOST_DEPTH) throw unreadable('it is nested too deeply');
  for (const [name, read] of STEPS) {
    const step = holder[name];
    if (isObject(step) || Array.isArray(step)) return read(step, depth + 1);
  }
  return { operator: 'result', detail: '', children: [] };
}

type ReadStep = (step: JsonObject | readonly unknown[], depth: number) => ExecutionPlan;

const STEPS: readonly (readonly [string, ReadStep])[] = [
  ['filesort', (step, depth) => sortNode(step, (inner) => operation(inner, depth))],
  ['window_functions_computation', windowNode],
  ['temporary_table', wrapped('temporary_table')],
  ['duplicates_removal', wrapped('duplicates_removal')],
  ['read_sorted_file', (step, depth) => (isObject(step) ? operation(step, depth) : nestedLoop(step, depth))],
  ['union_result', unionNode],
  ['recursive_union', unionNode],
  ['nested_loop', nestedLoop],
  ['block-nl-join', (step, depth) => nestedLoop([{ 'block-nl-join': step }], depth)],
  [
    'range-checked-for-each-record',
    (step, depth) => nestedLoop([{ 'range-checked-for-each-record': step }], depth),
  ],
  ['table', (step, depth) => nestedLoop([{ table: step }], depth)],
];

function wrapped(operator: string): ReadStep {
  return (step, depth) => ({
    operator,
    detail: '',
    children: [isObject(step) ? operation(step, depth) : nestedLoop(step, depth)],
  });
}

function sortNode(sort: unknown, child: (inner: JsonObject) => ExecutionPlan): ExecutionPlan {
  const inner = isObject(sort) ? sort : {};
  const loops = numberOf(inner['r_loops']);
  // A queue of the first rows holds one more than it gives.
  const each = Math.min(
    numberOf(inner['r_output_rows']) ?? Number.NaN,
    numberOf(inner['r_limit']) ?? Infinity,
  );
  const below = child(inner);
  const selfMs = numberOf(inner['r_total_time_ms']);
  return nodeOf(
    { operator: 'sort', detail: detailOf([condition('key', inner['sort_key'])]), children: [below] },
    {
      engineOperator: 'filesort',
      actualRows: Number.isNaN(each) ? undefined : Math.round(each * (loops ?? 1)),
      loops,
      selfMs,
      totalMs: selfMs === undefined || below.totalMs === undefined ? undefined : selfMs + below.totalMs,
      memoryBytes: bytesOf(inner['r_buffer_size']),
    },
  );
}

function windowNode(step: JsonObject | readonly unknown[], depth: number): ExecutionPlan {
  const inner = isObject(step) ? step : {};
  let child = operation(inner, depth);
  for (const sort of Array.isArray(inner['sorts']) ? inner['sorts'] : []) {
    const below = child;
    if (isObject(sort)) child = sortNode(sort['filesort'], () => below);
  }
  return {
    operator: 'window',
    engineOperator: 'window_functions_computation',
    detail: '',
    children: [child],
  };
}

function unionNode(step: JsonObject | readonly unknown[], depth: number): ExecutionPlan {
  const inner = isObject(step) ? step : {};
  const parts = Array.isArray(inner['query_specifications']) ? inner['query_specifications'] : [];
  const loops = numberOf(inner['r_loops']);
  const each = numberOf(inner['r_rows']);
  return nodeOf(
    {
      operator: 'union',
      detail: textOf(inner['table_name']),
      children: parts.flatMap((part) =>
        isObject(part) && isObject(part['query_block']) ? [blockNode(part['query_block'], depth)] : [],
      ),
    },
    { actualRows: each === undefined ? undefined : Math.round(each * (loops ?? 1)), loops },
  );
}

/** A flat list of tables is a left-deep join: each is read once for every row of those before it. */
function nestedLoop(steps: JsonObject | readonly unknown[], depth: number): ExecutionPlan {
  const items = (Array.isArray(steps) ? steps : [steps]).flatMap((step: unknown) =>
    isObject(step) ? [step] : [],
  );
  let joined: ExecutionPlan | undefined;
  for (const [i, item] of items.entries()) {
    const access = accessOf(item, depth, joined?.estimatedRows ?? 1);
    if (joined === undefined) {
      joined = access.node;
      continue;
    }
    const [left, right]: readonly [ExecutionPlan, ExecutionPlan] = [joined, access.node];
    const isLast = i === items.length - 1;
    const matched = access.isOuter ? undefined : access.matched;
    joined = nodeOf(
      { operator: 'join', detail: access.detail, children: [left, right] },
      {
        engineOperator: access.engineOperator,
        estimatedRows: access.estimatedRows,
        // How often the next table was read tells how many rows came out here, those without a match too.
        actualRows: isLast ? matched : (loopsOf(items[i + 1]) ?? matched),
        selfMs: access.joinMs,
        memoryBytes: access.bufferBytes,
      },
    );
  }
  return joined ?? { operator: 'result', detail: '', children: [] };
}

interface Access {
  readonly node: ExecutionPlan;
  readonly detail: string;
  readonly engineOperator: string;
  readonly estimatedRows?: number | undefined;
  readonly matched?: number | undefined;
  readonly isOuter: boolean;
  readonly joinMs?: number | undefined;
  readonly bufferBytes?: number | undefined;
}

/** How one step of a nested loop reads its table. @param before rows that come out of the steps before it */
function accessOf(item: JsonObject, depth: number, before: number): Access {
  const block = item['block-nl-join'];
  const checked = item['range-checked-for-each-record'];
  const holder = isObject(block) ? block : isObject(checked) ? checked : item;
  const table = holder['table'];
  if (!isObject(table)) {
    const node = operation(item, depth + 1);
    return { node, detail: '', engineOperator: 'nested_loop', isOuter: false, matched: node.actualRows };
  }
  const derived = isObject(table['materialized']) ? table['materialized'] : undefined;
  const children = derived === undefined ? [] : [inside(derived, depth + 1)];
  const node = mariadbTable(table, { before: isObject(block) ? 1 : before, children });
  const estimated = mariadbTable(table, { before, children: [] }).estimatedRows;
  const isOuter = [table, holder].some((part) => textOf(part['attached_condition']).includes('trigcond('));
  if (!isObject(block))
    return {
      node,
      detail: '',
      engineOperator: isObject(checked) ? 'range-checked-for-each-record' : 'nested_loop',
      estimatedRows: estimated,
      matched: node.actualRows,
      isOuter,
    };
  const [loops, effective, filtered] = [block['r_loops'], block['r_effective_rows'], block['r_filtered']].map(
    numberOf,
  );
  const matched =
    loops === undefined || effective === undefined || filtered === undefined
      ? undefined
      : Math.round((loops * effective * filtered) / 100);
  const [unpackMs, otherMs] = [block['r_unpack_time_ms'], block['r_other_time_ms']].map(numberOf);
  return {
    node,
    detail: detailOf([condition('condition', block['attached_condition'])]),
    engineOperator: textOf(block['join_type']) || 'block-nl-join',
    estimatedRows: estimated,
    matched,
    isOuter,
    joinMs: unpackMs === undefined || otherMs === undefined ? undefined : unpackMs + otherMs,
    bufferBytes: bytesOf(block['buffer_size']),
  };
}

/** The SELECT behind a derived table, or the tables that are gathered for a semi-join. */
function inside(derived: JsonObject, depth: number): ExecutionPlan {
  const block = derived['query_block'];
  return isObject(block) ? blockNode(block, depth) : operation(derived, depth);
}

/** Times that a step was asked for rows: once for every row of the steps before it. */
function loopsOf(item: JsonObject | undefined): number | undefined {
  const block = item?.['block-nl-join'];
  if (isObject(block)) return numberOf(block['r_loops']);
  const checked = item?.['range-checked-for-each-record'];
  const table = isObject(checked) ? checked['table'] : item?.['table'];
  return isObject(table) ? numberOf(table['r_loops']) : undefined;
}
