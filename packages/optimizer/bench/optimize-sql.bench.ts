/**
 * How long does warm code take to optimize a statement that it has never seen? Statements of 10 to 60 plan steps, made from a seed; other
 * statements of the same kind warm the code first, and each statement counts once. Each run is a process of its own.
 */
import { PerfError } from '@perf/contracts';
import { optimizeSql } from '@perf/optimizer';
import type { CaseReport, Figure } from '@perf/testkit/measure';
import { median, quantile, quartiles, runChild } from '@perf/testkit/measure';
import type { Bench, BenchUse, CaseFigures } from './bench.ts';
import { caseArgs } from './bench.ts';
import { madeStatements, shopCatalog, shopStatistics } from './made-statements.ts';

const STATEMENTS = 300;
const WARMING = 300;

export const optimizeTime: Bench = { cases: { 'optimize-sql': optimized }, figures };

async function figures(use: BenchUse): Promise<readonly Figure[]> {
  const runs = use.quick ? 1 : 7;
  const reports: CaseReport[] = [];
  for (let run = 0; run < runs; run++)
    reports.push(await runChild({ module: use.module, args: caseArgs('optimize-sql', use) }));
  const times = reports.map(({ ms }) => ms);
  const of = (name: string): number => median(reports.map((report) => Number(report[name])));
  return [
    {
      id: 'optimize.warm-ms',
      value: median(times),
      unit: 'ms',
      n: runs,
      spread: quartiles(times),
      note: `Postgres, median of ${STATEMENTS} statements of 10 to 60 plan steps never seen before (median ${of('steps')}, ${of('rewrites')} rewrites in all), after ${WARMING} others; 95 % under ${of('p95Ms').toFixed(2)} ms, slowest ${of('mostMs').toFixed(1)} ms`,
    },
  ];
}

function optimized(): CaseFigures {
  const catalog = shopCatalog();
  const options = { dialect: 'postgres', catalog, statistics: shopStatistics(catalog) } as const;
  const statements = madeStatements(catalog, WARMING + STATEMENTS, 9);
  const times: number[] = [];
  let rewrites = 0;
  for (const [i, { text }] of statements.entries()) {
    const started = performance.now();
    const made = optimizeSql(text, options);
    const ms = performance.now() - started;
    if (made.unread !== undefined)
      throw new PerfError('ERR_PERF_RUN_INVALID', `a statement was not read (${made.unread}): ${text}`);
    if (i < WARMING) continue;
    times.push(ms);
    rewrites += made.rewrites.length;
  }
  return {
    ms: median(times),
    p95Ms: quantile(times, 0.95),
    mostMs: Math.max(...times),
    steps: median(statements.slice(WARMING).map(({ steps }) => steps)),
    rewrites,
  };
}
