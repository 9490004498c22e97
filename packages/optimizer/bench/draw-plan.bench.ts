/**
 * How long does a large plan take to draw, as a picture and as a page? 500 steps with actual figures; the median of ten drawings in
 * a new process, of which the first, with nothing warm, is told beside it.
 */
import type { ExecutionPlan } from '@perf/contracts';
import { planHtml, planSvg } from '@perf/optimizer';
import { seededRandom } from '@perf/testkit/inputs';
import type { Figure } from '@perf/testkit/measure';
import { median, quartiles, runChild } from '@perf/testkit/measure';
import type { Bench, BenchUse, CaseFigures } from './bench.ts';
import { caseArgs } from './bench.ts';

const STEPS = 500;

export const drawPlan: Bench = { cases: { 'draw-plan': drawn }, figures };

async function figures(use: BenchUse): Promise<readonly Figure[]> {
  const runs = use.quick ? 3 : 11;
  const times: number[] = [];
  const first: number[] = [];
  for (let run = 0; run < runs; run++) {
    const report = await runChild({ module: use.module, args: caseArgs('draw-plan', use) });
    times.push(report.ms);
    first.push(Number(report['firstMs']));
  }
  return [
    {
      id: 'plan.draw-500-ms',
      value: median(times),
      unit: 'ms',
      n: runs,
      spread: quartiles(times),
      note: `SVG and HTML of ${STEPS} steps with actual figures, median of ten drawings of a process; the first takes ${median(first).toFixed(1)} ms`,
    },
  ];
}

function drawn(): CaseFigures {
  const plan = madePlan(STEPS);
  const times = Array.from({ length: 10 }, () => timeOf(plan));
  return { ms: median(times), firstMs: times[0] };
}

function timeOf(plan: ExecutionPlan): number {
  const started = performance.now();
  const [svg, html] = [planSvg(plan), planHtml(plan)];
  const ms = performance.now() - started;
  for (const text of [svg, html])
    if (text.split(' data-n="').length !== STEPS + 1) throw new RangeError('a step was not drawn');
  return ms;
}

/** A made-up plan of so many steps: joins of up to four inputs, sorts and filters over scans, each with all figures. */
function madePlan(steps: number): ExecutionPlan {
  const random = seededRandom(7);
  const grow = (size: number): ExecutionPlan => {
    const children: ExecutionPlan[] = [];
    let left = size - 1;
    for (let wanted = 1 + random.int(0, 3); wanted > 0 && left > 0; wanted--) {
      const take = wanted === 1 ? left : Math.max(1, Math.floor(left * random.next()));
      left -= take;
      children.push(grow(take));
    }
    const estimatedRows = Math.ceil(10 ** (6 * random.next()));
    return {
      operator: children.length === 0 ? 'scan' : children.length === 1 ? 'sort' : 'join',
      engineOperator: children.length === 0 ? 'Seq Scan' : 'Hash Join',
      table: `table_${size}`,
      detail: `Hash Cond: (a.key_${size} = b.key_${size}); Filter: (a.state = 'S${size}'::text)`,
      estimatedRows,
      actualRows: Math.ceil(estimatedRows * 10 ** (3 * random.next() - 1.5)),
      loops: 1 + random.int(0, 2),
      selfMs: 10 * random.next(),
      cost: 1000 * random.next(),
      rowsRemoved: random.int(0, 100_000),
      spilledBytes: random.int(0, 20) === 0 ? 1e6 : 0,
      memoryBytes: random.int(0, 1_000_000),
      buffers: { hit: random.int(0, 10_000), read: random.int(0, 1000) },
      children,
    };
  };
  return grow(steps);
}
