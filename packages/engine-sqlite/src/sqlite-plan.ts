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

/** SQLite prints a table bare, whatever it is called, under its alias when it has one; literals are never printed. */
const ACCESS = /^(SCAN|SEARCH) (.+?)(?= USING | VIRTUAL TABLE | LEFT-JOIN$| EXISTS$|$)/s;
const NO_TABLE = /^SCAN (?:\d+ )?CONSTANT ROW|^SCAN \d+-ROW VALUES CLAUSE$/;

function described(detail: string): Omit<ExecutionPlan, 'children'> {
  if (NO_TABLE.test(detail)) return { operator: 'scan', detail };
  const access = ACCESS.exec(detail);
  if (access !== null)
    return { operator: access[1] === 'SCAN' ? 'scan' : 'search', table: access[2] ?? '', detail };
  if (/ORDER BY/.test(detail)) return { operator: 'sort', detail };
  if (/GROUP BY|DISTINCT/.test(detail)) return { operator: 'aggregate', detail };
  return { operator: detail.split(' ')[0]?.toLowerCase() ?? '', detail };
}

/** What the byte code of a statement does when it does more than read. */
const CHANGES = new Set(['Vacuum', 'JournalMode', 'AutoCommit', 'Savepoint', 'SetCookie']);

/** Whether the byte code that `EXPLAIN` lists only reads. */
export function onlyReads(rows: readonly { readonly opcode: unknown; readonly p2: unknown }[]): boolean {
  return rows.every(
    ({ opcode, p2 }) =>
      !(opcode === 'Transaction' && p2 !== 0n) && !(typeof opcode === 'string' && CHANGES.has(opcode)),
  );
}
