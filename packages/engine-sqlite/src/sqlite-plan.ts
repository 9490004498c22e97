import type { ExecutionPlan } from '@perf/contracts';

/** A row of `EXPLAIN QUERY PLAN`. */
export interface PlanRow {
  readonly id: bigint;
  readonly parent: bigint;
  readonly detail: string;
}

/**
 * Builds the tree of a plan from its rows; SQLite tells neither rows nor times.
 * @param shownIndex how an index is named in the tree @default as SQLite names it
 */
export function planFromRows(
  rows: readonly PlanRow[],
  shownIndex: (name: string) => string = (name) => name,
): ExecutionPlan {
  const children = Map.groupBy(rows, ({ parent }) => parent);
  const node = (row: PlanRow): ExecutionPlan => ({
    ...described(row.detail, shownIndex),
    children: (children.get(row.id) ?? []).map(node),
  });
  return { operator: 'query', detail: '', children: (children.get(0n) ?? []).map(node) };
}

/** SQLite prints a table bare, whatever it is called, under its alias when it has one; literals are never printed. */
const ACCESS = /^(SCAN|SEARCH) (.+?)(?: USING (.+)| VIRTUAL TABLE .*| LEFT-JOIN| EXISTS)?$/s;
const NO_TABLE = /^SCAN (?:\d+ )?CONSTANT ROW|^SCAN \d+-ROW VALUES CLAUSE$/;
/** An automatic index is made for the statement alone. */
const INDEX = /^(?:COVERING )?INDEX (.+?)(?: \([^()]*\))?(?: LEFT-JOIN| EXISTS)?$/s;

function described(detail: string, shownIndex: (name: string) => string): Omit<ExecutionPlan, 'children'> {
  if (NO_TABLE.test(detail)) return { operator: 'scan', engineOperator: 'SCAN', detail };
  const access = ACCESS.exec(detail);
  if (access !== null) {
    const [, engineOperator = '', table = '', using = ''] = access;
    const operator = engineOperator === 'SCAN' ? 'scan' : 'search';
    const index = INDEX.exec(using)?.[1];
    if (index === undefined) return { operator, engineOperator, table, detail };
    const shown = shownIndex(index);
    return { operator, engineOperator, table, index: shown, detail: detail.replace(index, () => shown) };
  }
  const engineOperator = detail.replace(/ (?:FOR|ON) .*$| \d+$/s, '');
  const correlated = detail.startsWith('CORRELATED ') ? { correlated: true } : {};
  return { operator: operatorOf(detail), engineOperator, detail, ...correlated };
}

function operatorOf(detail: string): string {
  if (detail.includes('ORDER BY')) return 'sort';
  if (/GROUP BY|DISTINCT/.test(detail)) return 'aggregate';
  if (/^(?:CORRELATED )?(?:SCALAR|LIST) SUBQUERY/.test(detail)) return 'subquery';
  if (/UNION|^COMPOUND|^(?:EXCEPT|INTERSECT)/.test(detail)) return 'union';
  return detail.split(' ')[0]?.toLowerCase() ?? '';
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
