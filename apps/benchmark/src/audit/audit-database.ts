import type { ExecutionPlan, QueryEngine, WorkloadStatement } from '@perf/contracts';
import { isPerfError } from '@perf/contracts';
import type { Defect, IndexAdvice } from '@perf/optimizer';
import { adviseIndexes, analyzeWorkload, detect } from '@perf/optimizer';
import { engineCost } from '../advise/engine-cost.ts';
import type { DatabaseFacts } from '../stats/database-facts.ts';
import { databaseFacts } from '../stats/database-facts.ts';
import type { ServerFacts } from './server-facts.ts';
import { serverFacts } from './server-facts.ts';
import type { ServerFinding } from './server-findings.ts';
import { serverFindings } from './server-findings.ts';

/** What is known of a database and what is wrong with it. */
export interface DatabaseAudit {
  readonly engine: string;
  /** By bytes where they are known, else by rows. */
  readonly largest: readonly { readonly table: string; readonly rows: number; readonly bytes?: number }[];
  readonly server: ServerFacts;
  readonly findings: readonly (Defect | ServerFinding)[];
  /** Statements that take most time, with what rewriting them would save. */
  readonly slowest: readonly SlowStatement[];
  /** Absent where no workload is known. */
  readonly advice?: IndexAdvice;
}

/** A statement of the workload. */
export interface SlowStatement {
  readonly text: string;
  readonly calls: number;
  readonly meanMs: number;
  /** Rules that would rewrite it. */
  readonly rewrites: readonly string[];
  /** Of its time, by our estimate. */
  readonly savedShare: number;
}

/** How an audit is made. */
export interface AuditOptions {
  /** What is asked of the database. @default what the engine has a record of */
  readonly workload?: readonly WorkloadStatement[];
  readonly signal: AbortSignal;
  readonly onProgress: (share: number, what: string) => void;
}

/** Statements whose plans are asked for, and that are shown. */
const MOST_PLANS = 100;
const SHOWN = 20;
const ADVICE_MS = 5000;

/** Looks at a database: nothing in it is changed, and statements of the workload are planned, not run. */
export async function auditDatabase(engine: QueryEngine, options: AuditOptions): Promise<DatabaseAudit> {
  const { signal, onProgress } = options;
  onProgress(0, 'statistics');
  const facts = await databaseFacts(engine, { signal });
  onProgress(0.3, 'server');
  const server = await serverFacts(engine, signal);
  const workload = options.workload ?? (await engine.workload?.({ signal })) ?? [];
  const reading = workload.filter(({ writesPerS }) => writesPerS === undefined);
  const statements = [];
  for (const [i, { text }] of reading.slice(0, MOST_PLANS).entries()) {
    onProgress(0.4 + 0.3 * (i / Math.min(MOST_PLANS, reading.length)), 'plans');
    const plan = await planOf(engine, text, signal);
    statements.push({ text, ...(plan === undefined ? {} : { plan }) });
  }
  onProgress(0.7, 'indexes');
  const hasIndexes = engine.indexes !== undefined;
  const { indexes, ...known } = facts;
  const defects = detect({ ...known, statements, ...(hasIndexes ? { indexes } : {}) });
  const advice = reading.length === 0 ? undefined : await adviceFor(engine, facts, workload, signal);
  onProgress(1, 'done');
  return {
    engine: engine.name,
    largest: largestOf(facts),
    server,
    findings: [...defects, ...serverFindings(server, facts.statistics)].toSorted(
      (a, b) => RANK[a.severity] - RANK[b.severity],
    ),
    slowest: slowestOf(facts, reading),
    ...(advice === undefined ? {} : { advice }),
  };
}

const RANK = { high: 0, medium: 1, low: 2 } as const;

/** Statements that the engine cannot plan, as those with placeholders in old versions, have none. */
async function planOf(
  engine: QueryEngine,
  text: string,
  signal: AbortSignal,
): Promise<ExecutionPlan | undefined> {
  try {
    return await engine.explain({ dialect: engine.dialect, text, parameters: [] }, { signal });
  } catch (error) {
    if (isPerfError(error, 'ERR_PERF_ABORTED')) throw error;
    if (isPerfError(error)) return undefined;
    throw error;
  }
}

async function adviceFor(
  engine: QueryEngine,
  facts: DatabaseFacts,
  workload: readonly WorkloadStatement[],
  signal: AbortSignal,
): Promise<IndexAdvice> {
  return adviseIndexes(workload, { ...facts, ...engineCost(engine, facts), maxMs: ADVICE_MS, signal });
}

function largestOf({ statistics }: DatabaseFacts): DatabaseAudit['largest'] {
  return [...statistics.tables]
    .map(([table, { rows, bytes }]) => ({ table, rows, ...(bytes === undefined ? {} : { bytes }) }))
    .toSorted((a, b) => (b.bytes ?? 0) - (a.bytes ?? 0) || b.rows - a.rows)
    .slice(0, SHOWN);
}

function slowestOf(
  { dialect, catalog, statistics }: DatabaseFacts,
  workload: readonly WorkloadStatement[],
): readonly SlowStatement[] {
  return analyzeWorkload(workload, { dialect, catalog, statistics })
    .toSorted((a, b) => b.totalMs - a.totalMs)
    .slice(0, SHOWN)
    .map(({ statement, optimized, totalMs, savedMs }) => ({
      text: statement.text,
      calls: statement.calls,
      meanMs: statement.meanMs,
      rewrites: optimized?.rewrites.map(({ rule }) => rule) ?? [],
      savedShare: totalMs === 0 ? 0 : savedMs / totalMs,
    }));
}
