import type { Answer, QueryEngine } from '@perf/contracts';
import { PerfError, compareAnswers } from '@perf/contracts';
import { adviseIndexes, decideSql, optimizeSql } from '@perf/optimizer';
import { median } from '@perf/testkit/measure';
import { engineCost } from '../advise/engine-cost.ts';
import type { CommerceRow } from '../commerce/commerce-rows.ts';
import { databaseFacts } from '../stats/database-facts.ts';
import { ordinaryWorkload } from './ordinary-workload.ts';
import { openShop } from './shop.ts';
import { timedRun } from './timed-run.ts';

/** One ordinary question before and after the advice. */
export interface AdvisedStatement {
  readonly name: string;
  readonly baseMs: number;
  /** Rewritten where the gate lets it, without indexes. */
  readonly rewrittenMs: number;
  /** Rewritten where the gate lets it, with the indexes that were advised. */
  readonly advisedMs: number;
  readonly timedOut: boolean;
}

/** What index advice gains on Postgres, by hypothetical indexes. */
export interface AdviceTrial {
  readonly statements: readonly AdvisedStatement[];
  /** Time that the advice took. */
  readonly seconds: number;
  readonly indexes: readonly string[];
  readonly indexBytes: number;
  readonly tableBytes: number;
}

const LIMIT_MS = 5000;
const RUNS = 7;
const LONG_RUNS = 3;
/** Indexes may take this share of the tables' bytes. */
const BUDGET = 0.25;

/** Asks an ordinary workload of a shop with primary keys alone, has indexes advised and made, and asks again. */
export async function benchAdvice(
  rows: ReadonlyMap<string, readonly CommerceRow[]>,
  {
    folder,
    signal,
    onProgress,
  }: {
    readonly folder: string;
    readonly signal: AbortSignal;
    readonly onProgress: (share: number, what: string) => void;
  },
): Promise<AdviceTrial> {
  await using shop = await openShop('postgres', rows, {
    folder,
    indexed: false,
    onProgress: (share) => onProgress(share * 0.2, 'loading postgres'),
  });
  const { engine, run } = shop.house;
  const facts = await databaseFacts(engine, { signal });
  const tableBytes = [...facts.statistics.tables.values()].reduce((sum, { bytes = 0 }) => sum + bytes, 0);
  const asked = ordinaryWorkload();
  const before: { name: string; sql: string; base: Timed; rewritten: Timed }[] = [];
  for (const [i, { name, sql }] of asked.entries()) {
    onProgress(0.2 + 0.4 * (i / asked.length), name);
    const base = await timed(engine, sql, signal);
    before.push({
      name,
      sql,
      base,
      rewritten: await timed(engine, await rewrittenFor(shop, sql, signal), signal),
    });
  }
  const start = performance.now();
  const advice = await adviseIndexes(
    before.map(({ sql, base }) => ({ text: sql, calls: 1, meanMs: base.ms })),
    { ...facts, ...engineCost(engine, facts), budgetBytes: BUDGET * tableBytes, maxMs: 5000, signal },
  );
  const seconds = (performance.now() - start) / 1000;
  for (const { ddl } of advice.indexes) await run(ddl);
  await run('ANALYZE');
  const statements: AdvisedStatement[] = [];
  for (const [i, { name, sql, base, rewritten }] of before.entries()) {
    onProgress(0.6 + 0.4 * (i / before.length), name);
    const advised = await timed(engine, await rewrittenFor(shop, sql, signal), signal);
    mustBeAlike(base, rewritten, name);
    mustBeAlike(base, advised, name);
    statements.push({
      name,
      baseMs: base.ms,
      rewrittenMs: rewritten.ms,
      advisedMs: advised.ms,
      timedOut: base.answer === undefined,
    });
  }
  const indexBytes = advice.indexes.reduce((sum, { bytes }) => sum + bytes, 0);
  return { statements, seconds, indexes: advice.indexes.map(({ ddl }) => ddl), indexBytes, tableBytes };
}

interface Timed {
  readonly ms: number;
  readonly answer: Answer | undefined;
}

/** The median of several runs after a first one. */
async function timed(engine: QueryEngine, text: string, signal: AbortSignal): Promise<Timed> {
  const warm = await timedRun(engine, text, LIMIT_MS, signal);
  if (warm.answer === undefined) return warm;
  const times: number[] = [];
  for (let i = 0; i < (warm.ms > 1000 ? LONG_RUNS : RUNS); i++)
    times.push((await timedRun(engine, text, LIMIT_MS, signal)).ms);
  return { ms: median(times), answer: warm.answer };
}

async function rewrittenFor(
  { house: { engine }, catalog, statistics }: Awaited<ReturnType<typeof openShop>>,
  sql: string,
  signal: AbortSignal,
): Promise<string> {
  const optimized = optimizeSql(sql, { dialect: 'postgres', catalog, statistics, plainDates: true });
  return (await decideSql(optimized, { engine, signal })).text;
}

function mustBeAlike(base: Timed, other: Timed, name: string): void {
  if (base.answer === undefined || other.answer === undefined) return;
  const difference = compareAnswers(base.answer, other.answer, { ordered: false });
  if (difference !== undefined)
    throw new PerfError('ERR_PERF_RUN_INVALID', `two answers of ${name} differ: ${difference}`);
}
