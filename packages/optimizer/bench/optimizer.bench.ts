/**
 * All benches of the optimizer; the files beside this one say what each asks.
 * Usage: npm run bench -w @perf/optimizer -- [--quick] [--json FILE]
 */
import { PerfError } from '@perf/contracts';
import type { Figure } from '@perf/testkit/measure';
import { parseBenchArgs, printFigures, runCase, writeFigures } from '@perf/testkit/measure';
import type { Bench, BenchUse } from './bench.ts';
import { cardinality } from './cardinality.bench.ts';
import { drawPlan } from './draw-plan.bench.ts';
import { filterGap } from './filter-gap.bench.ts';
import { filterOrder } from './filter-order.bench.ts';
import { filterRows } from './filter-rows.bench.ts';
import { importTime } from './import.bench.ts';
import { joinOrder } from './join-order.bench.ts';
import { joinOrderTime } from './join-order-time.bench.ts';
import { optimizeTime } from './optimize-sql.bench.ts';

const BENCHES: readonly Bench[] = [
  importTime,
  filterGap,
  filterRows,
  filterOrder,
  optimizeTime,
  joinOrderTime,
  joinOrder,
  cardinality,
  drawPlan,
];

const args = parseBenchArgs();
const use: BenchUse = { module: import.meta.url, quick: args.quick };
if (args.case === undefined) await all();
else await one(args.case);

async function all(): Promise<void> {
  const figures: Figure[] = [];
  for (const bench of BENCHES) figures.push(...(await bench.figures(use)));
  printFigures(figures);
  if (args.json !== undefined) writeFigures(args.json, figures);
}

async function one(name: string): Promise<void> {
  const run = BENCHES.map(({ cases }) => cases[name]).find((found) => found !== undefined);
  if (run === undefined) throw new PerfError('ERR_PERF_INVALID_OPTION', `no case is named ${name}`);
  await runCase(() => run(use));
}
