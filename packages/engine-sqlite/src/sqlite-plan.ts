import type { ExecutionPlan } from '@perf/contracts';

/** A row of `EXPLAIN QUERY PLAN`. */
export interface PlanRow {
  readonly id: bigint;
  readonly parent: bigint;
  readonly detail: string;
}

/** Builds the tree of a plan from its rows; SQLite tells neither rows nor times. */
export function planFromRows(rows: readonly PlanRow[]): ExecutionPlan {
  const children = Map.groupBy(rows, ({ parent }) => parent);
  const node = (row: PlanRow): ExecutionPlan => ({
    ...described(row.detail),
    children: (children.get(row.id) ?? []).map(node),
  });
  return { operator: 'query', detail: '', children: (children.get(0n) ?? []).map(node) };
}

function described(detail: string): Omit<ExecutionPlan, 'children'> {
  const access = /^(SCAN|SEARCH) (?:TABLE )?("(?:[^"]|"")*"|\S+)/.exec(detail);
  if (access !== null) {
    const table = (access[2] ?? '').replace(/^"(.*)"$/s, '$1');
    return { operator: access[1] === 'SCAN' ? 'scan' : 'search', table, detail };
  }
  if (/TEMP B-TREE FOR (?:LAST .* OF )?ORDER BY|ORDER BY/.test(detail)) return { operator: 'sort', detail };
  if (/GROUP BY|DISTINCT/.test(detail)) return { operator: 'aggregate', detail };
  return { operator: detail.split(' ')[0]?.toLowerCase() ?? '', detail };
}
