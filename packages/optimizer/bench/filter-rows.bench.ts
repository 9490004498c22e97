/**
 * What does the order of filters gain on rows in memory? One million row objects, five filters in an `and`; both sides run generated
 * code, ours learns its order from 256 of the rows, the peer keeps the order that was written, another one for each pair. Compiling and
 * learning are in the time. Each run is a process of its own.
 */
import type { CatalogColumn, Filter } from '@perf/contracts';
import { compileFilter } from '@perf/optimizer';
import { seededRandom } from '@perf/testkit/inputs';
import type { Figure } from '@perf/testkit/measure';
import { comparisonOf, figureOf, median, ratioOf, runChild } from '@perf/testkit/measure';
import type { Bench, BenchUse, CaseFigures } from './bench.ts';
import { caseArgs } from './bench.ts';

/** Written orders that are tried. */
const ORDERS = 15;
const SAMPLED = 256;

const COLUMNS: readonly CatalogColumn[] = [
  { name: 'n', type: { kind: 'int32' }, nullable: true },
  { name: 'k', type: { kind: 'int32' }, nullable: true },
  { name: 'note', type: { kind: 'utf8' }, nullable: true },
];

const FILTERS: readonly Filter[] = [
  { field: 'note', operator: 'regex', value: 'z[0-9]+9$' },
  { field: 'note', operator: 'contains', value: 'E 7', caseSensitive: false },
  { field: 'n', operator: 'lt', value: 500 },
  { field: 'k', operator: 'eq', value: 3 },
  { field: 'note', operator: 'ne', value: 'x' },
];

const SIDES = ['ours', 'written'] as const;

export const filterRows: Bench = {
  cases: Object.fromEntries(
    SIDES.flatMap((side) =>
      Array.from({ length: ORDERS }, (_, order) => [
        nameOf(side, order),
        (use: BenchUse) => measured(side, order, use),
      ]),
    ),
  ),
  figures,
};

function nameOf(side: (typeof SIDES)[number], order: number): string {
  return `filter-rows-${side}-${order}`;
}

async function figures(use: BenchUse): Promise<readonly Figure[]> {
  const ratios: number[] = [];
  const times: number[] = [];
  const orders = use.quick ? 5 : ORDERS;
  for (let order = -1; order < orders; order++) {
    // The first pair is discarded.
    const [ours, written] = [
      await runChild({ module: use.module, args: caseArgs(nameOf('ours', Math.max(0, order)), use) }),
      await runChild({ module: use.module, args: caseArgs(nameOf('written', Math.max(0, order)), use) }),
    ];
    if (ours['rows'] !== written['rows']) throw new RangeError('two orders found different rows');
    if (order < 0) continue;
    ratios.push(ratioOf('min', ours.ms, written.ms));
    times.push(ours.ms);
  }
  return [
    figureOf('filters.rows.vs-written', comparisonOf(ratios), {
      peer: 'the same generated code in the order written',
      note: `${rowsOf(use)} row objects, five filters, ${orders} shuffled orders, compiling and learning included; ours ${median(times).toFixed(1)} ms`,
    }),
  ];
}

function rowsOf({ quick }: BenchUse): number {
  return quick ? 100_000 : 1_000_000;
}

function measured(side: (typeof SIDES)[number], order: number, use: BenchUse): CaseFigures {
  const random = seededRandom(5);
  const rows = Array.from({ length: rowsOf(use) }, (_, i) => ({
    n: random.int(0, 999),
    k: random.int(0, 9),
    note: `note ${random.int(0, 9)}${i % 997 === 0 ? 'z' : 'y'}${i}`,
  }));
  const and = seededRandom(100 + order).shuffle(FILTERS);
  const times: number[] = [];
  let found = 0;
  for (let run = 0; run < 7; run++) {
    const started = performance.now();
    const step = rows.length / SAMPLED;
    const sample = Array.from({ length: SAMPLED }, (_, i) => rows[Math.floor(i * step)] ?? {});
    const { select } = compileFilter({ and }, COLUMNS, side === 'ours' ? { sample } : {});
    found = select(rows).length;
    times.push(performance.now() - started);
  }
  // The first two warm the code.
  return { ms: median(times.slice(2)), rows: found };
}
