import type { Dialect, ExecutionPlan } from '@perf/contracts';
import type { NodeFigures, PlanFigures } from './plan-figures.ts';
import { planFigures } from './plan-figures.ts';
import { bytesText, rowsText, timesText } from './plan-words.ts';
import { redactText } from './redact-plan.ts';

/** How much a finding matters: `high` where it likely decides the time, `low` where it is good to know. */
export type FindingSeverity = 'high' | 'medium' | 'low';

/** What kind of thing was found. Names are stable. */
export type FindingKind =
  | 'estimates-only'
  | 'missing-index'
  | 'repeated-scan'
  | 'spill'
  | 'misestimate'
  | 'default-estimate'
  | 'correlated-subplan'
  | 'join-filter';

/** Something in a plan that is worth an action. */
export interface PlanFinding {
  readonly kind: FindingKind;
  readonly severity: FindingSeverity;
  /** The node it is about, as it stands in the plan; absent when it is about all of it. */
  readonly node?: ExecutionPlan;
  /** Place of the node in `planFigures(plan).nodes`. */
  readonly at?: number;
  /** What was seen, in one sentence. Literals of conditions are `?`. */
  readonly what: string;
  /** What to do next, in one sentence. */
  readonly action: string;
}

/** Knows the engine, so that actions can name its settings. */
export interface FindingOptions {
  readonly dialect?: Dialect;
}

/** A scan that throws away this share of at least so many rows may want an index, and surely from the second share on. */
const REMOVED_SHARE = 0.8;
const NEARLY_ALL = 0.95;
const REMOVED_ROWS = 1000;
/** A scan that runs this often wants an index on what it is joined by. */
const MANY_LOOPS = 50;
/** An error of estimates from here on is worth a look, and likely harmful. */
const WRONG = 10;
const VERY_WRONG = 100;
/** Errors about fewer rows are left alone, and errors about that many can choose a bad plan. */
const FEW_ROWS = 100;
const MANY_ROWS = 10_000;
/** A share of the time from here on decides it. */
const MUCH_TIME = 0.2;

/** What in a plan is worth an action, the most important first. A plan without actual figures says so. */
export function planFindings(plan: ExecutionPlan, options: FindingOptions = {}): readonly PlanFinding[] {
  return findingsFrom(planFigures(plan), options);
}

/** As `planFindings`, where the figures are known already. */
export function findingsFrom(figures: PlanFigures, { dialect }: FindingOptions): readonly PlanFinding[] {
  const found = [
    ...estimatesOnly(figures),
    ...figures.nodes.flatMap((each) => [
      ...missingIndex(each, dialect),
      ...repeatedScan(each),
      ...spill(each, dialect),
      ...correlated(each, figures),
      ...defaultEstimate(each),
      ...joinFilter(each),
    ]),
    ...misestimate(figures, dialect),
  ];
  return found.toSorted((a, b) => rank(a) - rank(b));
}

function rank({ severity }: PlanFinding): number {
  return severity === 'high' ? 0 : severity === 'medium' ? 1 : 2;
}

function about({ node, at }: NodeFigures): { readonly node: ExecutionPlan; readonly at: number } {
  return { node, at };
}

function heavy({ selfShare }: NodeFigures): FindingSeverity {
  return selfShare === undefined || selfShare >= MUCH_TIME ? 'high' : 'medium';
}

function estimatesOnly({ actuals }: PlanFigures): readonly PlanFinding[] {
  if (actuals === 'nodes') return [];
  const what =
    actuals === 'none'
      ? 'The plan holds estimates only: nothing in it has been measured.'
      : 'Only the whole statement was measured; what its steps took is unknown.';
  const action =
    actuals === 'none'
      ? 'Run EXPLAIN with ANALYZE on a copy or a replica: it executes the statement.'
      : 'Compare the whole time before and after a change; this engine tells no more.';
  return [{ kind: 'estimates-only', severity: 'low', what, action }];
}

function missingIndex(each: NodeFigures, dialect: Dialect | undefined): readonly PlanFinding[] {
  const { rowsRemoved = 0, actualRows = 0, detail } = each.node;
  const share = rowsRemoved / Math.max(1, rowsRemoved + actualRows);
  const table = scannedTable(each.node);
  if (table === undefined || rowsRemoved < REMOVED_ROWS || share < REMOVED_SHARE) return [];
  const isColumnar = dialect === 'duckdb';
  return [
    {
      kind: 'missing-index',
      severity: isColumnar || share < NEARLY_ALL ? 'low' : heavy(each),
      ...about(each),
      what: `The scan of ${table} threw away ${rowsText(rowsRemoved)} of the ${rowsText(rowsRemoved + actualRows)} rows it read.`,
      action: isColumnar
        ? `DuckDB scans fast and rarely gains by an index: keep ${table} sorted by the columns of its condition, ${conditionOf(detail)}.`
        : `Try an index on the columns of its condition: ${conditionOf(detail)}.`,
    },
  ];
}

/** The table of a scan, or of the scan right below a filter. */
function scannedTable({ operator, table, children }: ExecutionPlan): string | undefined {
  const [below] = children;
  if (operator === 'filter' && children.length === 1 && below?.operator === 'scan') return below.table;
  return operator === 'scan' ? table : undefined;
}

function repeatedScan(each: NodeFigures): readonly PlanFinding[] {
  const { operator, loops = 0, table } = each.node;
  if (operator !== 'scan' || table === undefined || table.startsWith('<') || loops < MANY_LOOPS) return [];
  return [
    {
      kind: 'repeated-scan',
      severity: heavy(each),
      ...about(each),
      what: `The whole of ${table} was scanned ${timesText(loops)}.`,
      action: `Try an index on the columns of ${table} that the join compares, or let the engine hash it.`,
    },
  ];
}

const MEMORY: Readonly<Record<Dialect, string>> = {
  postgres: 'work_mem',
  mysql: 'sort_buffer_size, join_buffer_size or tmp_table_size',
  duckdb: 'memory_limit',
  sqlite: 'PRAGMA cache_size',
};

function spill(each: NodeFigures, dialect: Dialect | undefined): readonly PlanFinding[] {
  const { spilledBytes = 0, operator } = each.node;
  if (spilledBytes === 0) return [];
  const setting =
    dialect === undefined ? 'the memory for sorts and hashes (work_mem on Postgres)' : MEMORY[dialect];
  return [
    {
      kind: 'spill',
      severity: heavy(each),
      ...about(each),
      what: `The ${operator} wrote ${bytesText(spilledBytes)} to disk because memory was too small.`,
      action: `Raise ${setting} for this statement, or let fewer rows and columns reach it.`,
    },
  ];
}

function correlated(each: NodeFigures, { totalMs: wholeMs = 0 }: PlanFigures): readonly PlanFinding[] {
  const { correlated: isCorrelated, loops } = each.node;
  if (isCorrelated !== true || (loops !== undefined && loops < 2)) return [];
  return [
    {
      kind: 'correlated-subplan',
      severity: loops === undefined || (each.totalMs ?? 0) >= MUCH_TIME * wholeMs ? 'high' : 'medium',
      ...about(each),
      what:
        loops === undefined
          ? 'A subquery is run again for every row of the outer query.'
          : `A subquery was run ${timesText(loops)}, once for each row of the outer query.`,
      action: 'Rewrite it as a join with a grouped subquery, which runs once.',
    },
  ];
}

function defaultEstimate(each: NodeFigures): readonly PlanFinding[] {
  if (each.node.estimateIsDefault !== true) return [];
  return [
    {
      kind: 'default-estimate',
      severity: 'low',
      ...about(each),
      what: `The estimate of ${each.node.table ?? each.node.operator} rests on nothing but defaults.`,
      action: 'Run ANALYZE, so that the planner knows the data.',
    },
  ];
}

function joinFilter(each: NodeFigures): readonly PlanFinding[] {
  const { operator, rowsRemoved = 0, actualRows = 0, detail } = each.node;
  if (operator !== 'join' || rowsRemoved < 100 * REMOVED_ROWS || rowsRemoved < 10 * actualRows) return [];
  return [
    {
      kind: 'join-filter',
      severity: heavy(each),
      ...about(each),
      what: `The join compared ${rowsText(rowsRemoved + actualRows)} pairs to keep ${rowsText(actualRows)}.`,
      action: `Give it an equality to join by; its condition is ${conditionOf(detail)}.`,
    },
  ];
}

const STATISTICS: Readonly<Record<Dialect, string>> = {
  postgres: 'Run ANALYZE; where columns depend on each other, CREATE STATISTICS (dependencies, mcv) on them.',
  mysql: 'Run ANALYZE TABLE, with histograms for the columns that are filtered.',
  duckdb: 'Run ANALYZE, or write the join so that the smaller side is filtered first.',
  sqlite: 'Run ANALYZE.',
};

function misestimate(
  { misestimate: each }: PlanFigures,
  dialect: Dialect | undefined,
): readonly PlanFinding[] {
  if (each?.qError === undefined || each.qError < WRONG) return [];
  const { operator, table, estimatedRows = 0, actualRows = 0 } = each.node;
  const most = Math.max(estimatedRows, actualRows);
  if (most < FEW_ROWS) return [];
  return [
    {
      kind: 'misestimate',
      severity: each.qError >= VERY_WRONG && most >= MANY_ROWS ? 'high' : 'medium',
      ...about(each),
      what: `The estimate goes wrong at the ${[operator, table].filter((part) => part !== undefined).join(' of ')}: ${rowsText(estimatedRows)} rows expected, ${rowsText(actualRows)} seen.`,
      action:
        dialect === undefined
          ? 'Run ANALYZE; where columns depend on each other, keep statistics on them together.'
          : STATISTICS[dialect],
    },
  ];
}

/** The condition in a detail, without literals and not too long. */
function conditionOf(detail: string): string {
  const parts = detail.split('; ');
  const filter = parts.find((part) => /^(?:join )?filters?:/i.test(part)) ?? parts[0] ?? '';
  const text = redactText(filter.replace(/^(?:join )?filters?: */i, ''));
  if (text === '') return 'unknown';
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
}
