import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { writeFigures } from '@perf/testkit/measure';
import type { CommandUse } from '../terminal/command.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import { runDemo } from './demo.ts';
import { demoFigures, printedReport } from './print-report.ts';

/** What `perf-bench demo --help` prints. */
export const DEMO_HELP = `perf-bench demo [--quick] [--json FILE] [--out DIR] [--keep]

Loads 3,000,000 real flights into DuckDB and SQLite, asks what a flights API would ask (plain, optimized, cached),
replays a session, exports all rows, attacks the query checker, and writes a report.

  --quick      every tenth flight; ends within a minute
  --json FILE  write the figures and the whole report as JSON
  --out DIR    folder of report.html (default: perf-report)
  --keep       leave the exported files in that folder

PERF_DISABLE=all, or a list such as cache,optimizer, switches optimizations off.
Exit code: 0 when all answers are equal and no attack escaped, 1 otherwise, 2 for wrong arguments, 130 after Ctrl-C.
`;

/** Runs the main job. */
export async function demoCommand(
  argv: readonly string[],
  { signal, write, disabled }: CommandUse,
): Promise<number> {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: { type: 'boolean' },
      json: { type: 'string' },
      out: { type: 'string' },
      keep: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    write(DEMO_HELP);
    return 0;
  }
  const out = resolve(values.out ?? 'perf-report');
  const progress = new ProgressLine();
  try {
    const report = await runDemo({
      quick: values.quick ?? false,
      out,
      keep: values.keep ?? false,
      signal,
      progress,
      disabled,
    });
    write(printedReport(report));
    write(`report: ${join(out, 'report.html')}\n`);
    if (values.json !== undefined) writeFigures(values.json, demoFigures(report), { report });
    return report.differences.length === 0 && report.hostile.escaped.length === 0 ? 0 : 1;
  } finally {
    progress.end();
  }
}
