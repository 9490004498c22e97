import type { ExecutionPlan, PlanBuffers } from '@perf/contracts';
import type { JsonObject } from './plan-text.ts';
import { condition, detailOf, isObject, nodeOf, numberOf, redacted, textOf, textsOf } from './plan-text.ts';

/** Ways to read a table that look at every row, or every entry of an index. */
const SCANS = new Set(['ALL', 'index']);
/** Tables of at most one row, read while the statement is planned. */
const CONSTANT = new Set(['const', 'system']);

/** The node of one table of MariaDB's plan. @param use.before rows that come out of the tables before it */
export function mariadbTable(
  table: JsonObject,
  use: { readonly before: number; readonly children: readonly ExecutionPlan[] },
): ExecutionPlan {
  const message = textOf(table['message']);
  if (message !== '')
    return { operator: 'result', engineOperator: message, detail: message, children: use.children };
  const access = textOf(table['access_type']);
  const { rows, loops, removed } = actualsOf(table, access);
  const selfMs = sumOf(numberOf(table['r_table_time_ms']), numberOf(table['r_other_time_ms']));
  const partitions = textsOf(table['partitions']);
  return nodeOf(
    { operator: SCANS.has(access) ? 'scan' : 'search', detail: tableDetail(table), children: use.children },
    {
      engineOperator: access,
      table: textOf(table['table_name']),
      index: indexOf(table),
      estimatedRows: estimateOf(table, use.before),
      actualRows: rows,
      loops,
      selfMs,
      totalMs: use.children.reduce<number | undefined>((sum, child) => sumOf(sum, child.totalMs), selfMs),
      cost: numberOf(table['cost']),
      rowsRemoved: removed,
      buffers: buffersOf(table['r_engine_stats']),
      partitions: partitions.length === 0 ? undefined : partitions,
    },
  );
}

/** Rows and filter are of one reading; `filtered` is the share in percent that conditions leave. */
function estimateOf(table: JsonObject, before: number): number | undefined {
  const rows = numberOf(table['rows']);
  const filtered = numberOf(table['filtered']) ?? 100;
  return rows === undefined ? undefined : (before * rows * filtered) / 100;
}

function actualsOf(
  table: JsonObject,
  access: string,
): { readonly rows?: number; readonly loops?: number; readonly removed?: number } {
  const [loops, each, left] = [table['r_loops'], table['r_rows'], table['r_filtered']].map(numberOf);
  if (loops === undefined || (loops === 0 && CONSTANT.has(access))) return {};
  if (each === undefined) return { loops };
  const read = each * loops;
  const rows = Math.round((read * (left ?? 100)) / 100);
  return { rows, loops, removed: Math.max(0, Math.round(read) - rows) };
}

function indexOf(table: JsonObject): string | undefined {
  const key = textOf(table['key']);
  if (key !== '') return key;
  const merged = indexNames(table['index_merge'], 0);
  return merged.length === 0 ? undefined : merged.join(', ');
}

/** Names of the indexes that are read together. */
function indexNames(merge: unknown, depth: number): string[] {
  if (depth > 8) return [];
  if (Array.isArray(merge)) return merge.flatMap((part) => indexNames(part, depth + 1));
  if (!isObject(merge)) return [];
  const key = textOf(merge['key']);
  return key === '' ? Object.values(merge).flatMap((part) => indexNames(part, depth + 1)) : [key];
}

function tableDetail(table: JsonObject): string {
  const filter = table['rowid_filter'];
  const range = isObject(filter) ? filter['range'] : undefined;
  const parts = textsOf(table['used_key_parts']).join(', ');
  const ref = textsOf(table['ref']).map(redacted).join(', ');
  return detailOf([
    textOf(table['access_type']),
    parts === '' ? undefined : `key: ${parts}`,
    ref === '' ? undefined : `ref: ${ref}`,
    table['using_index'] === true ? 'index only' : undefined,
    isObject(range) ? `rowid filter: ${textOf(range['key'])}` : undefined,
    condition('index condition', table['index_condition']),
    condition('condition', table['attached_condition']),
  ]);
}

function buffersOf(stats: unknown): PlanBuffers | undefined {
  const pages = isObject(stats) ? numberOf(stats['pages_accessed']) : undefined;
  if (pages === undefined || !isObject(stats)) return undefined;
  const read = numberOf(stats['pages_read_count']) ?? 0;
  return { hit: Math.max(0, pages - read), read };
}

function sumOf(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b;
}
