import type { Figure } from '@perf/testkit/measure';
import { ms, textTable, whole } from '../terminal/table.ts';
import type { DemoReport } from './report.ts';

/** The report for a reader at a terminal. */
export function printedReport(report: DemoReport): string {
  const { session, hostile } = report;
  const engines = report.shapes[0]?.times.map(({ engine }) => engine) ?? [];
  const questions = textTable([
    [
      'question (ms)',
      'rows',
      ...engines.flatMap((name) => [`${name} plain`, 'optimized', 'cached']),
      'slowest phase',
      'what the optimizer did',
    ],
    ...report.shapes.map((shape) => [
      shape.name,
      whole(shape.rows),
      ...shape.times.flatMap(({ plainMs, optimizedMs, cachedMs }) => [
        ms(plainMs),
        ms(optimizedMs),
        ms(cachedMs),
      ]),
      shape.bottleneck,
      shape.rewrites.map(({ rule }) => rule).join(', '),
    ]),
  ]);
  const files = textTable([
    ['file', 'writer', 'rows', 'MB', 's', 'rows/s', 'memory, MiB'],
    ...report.exports.map((one) => [
      one.format,
      one.writer,
      whole(one.rows),
      (one.bytes / 1e6).toFixed(1),
      (one.elapsedMs / 1000).toFixed(2),
      whole(one.rowsPerSecond),
      one.memoryDeltaMb.toFixed(0),
    ]),
  ]);
  return [
    `${whole(report.flights)} real flights, ${report.shapes.length} questions; loaded in ${report.loads.map(({ engine, ms: time }) => `${(time / 1000).toFixed(1)} s (${engine})`).join(', ')}`,
    ...(report.switchedOff.length === 0 ? [] : [`switched off: ${report.switchedOff.join(', ')}`]),
    questions,
    '',
    `session: ${whole(session.requests)} requests, Zipf ${session.zipf.toFixed(1)} over ${whole(session.population)} different queries (${whole(session.distinct)} asked), memory tier of ${whole(session.capacity)} entries`,
    `  hit rate of memory ${(session.hitRate * 100).toFixed(1)} %${session.lowerHits.map(({ tier, hits }) => `, hits of ${tier} ${whole(hits)}`).join('')}, misses ${whole(session.misses)}, evictions ${whole(session.evictions)}`,
    `  hit p50 ${session.hit.p50.toFixed(0)} µs, p99 ${session.hit.p99.toFixed(0)} µs; miss p50 ${session.miss.p50.toFixed(0)} µs, p99 ${session.miss.p99.toFixed(0)} µs`,
    '',
    files,
    '',
    report.differences.length === 0
      ? 'all answers are equal: between engines, plain, optimized and cached'
      : `ANSWERS DIFFER:\n${report.differences.join('\n')}`,
    hostile.escaped.length === 0
      ? `${whole(hostile.cases)} hostile queries on each of ${hostile.engines.join(', ')}: none escaped`
      : `HOSTILE QUERIES ESCAPED:\n${hostile.escaped.join('\n')}`,
    `the whole took ${(report.elapsedMs / 1000).toFixed(1)} s, peak memory ${whole(report.peakMemoryMb)} MiB`,
    '',
  ].join('\n');
}

/** The report as figures. */
export function demoFigures(report: DemoReport): readonly Figure[] {
  const { session } = report;
  const workload = `${session.requests} requests, Zipf ${session.zipf.toFixed(1)} over ${session.population} queries, ${session.capacity} entries, ${report.flights} flights`;
  return [
    { id: 'demo.hit-rate', value: session.hitRate, n: session.requests, note: workload },
    { id: 'demo.distinct-queries', value: session.distinct, note: workload },
    { id: 'demo.queries', value: report.shapes.length },
    {
      id: 'demo.answers-differing',
      value: report.differences.length,
      n: report.shapes.length,
      note: 'plain, optimized and cached on every engine, against the first answer',
    },
    {
      id: 'hostile.cases',
      value: report.hostile.cases,
      note: `on each of ${report.hostile.engines.join(', ')}`,
    },
    {
      id: 'hostile.escaped',
      value: report.hostile.escaped.length,
      n: report.hostile.cases * report.hostile.engines.length,
    },
  ];
}
