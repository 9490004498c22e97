import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { PerfError } from '@perf/contracts';
import { writeFigures } from '@perf/testkit/measure';
import { datasetFile } from '../data/missing-package.ts';
import { wholeFile } from '../data/whole-file.ts';
import type { CommandUse } from '../terminal/command.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import { runDemo } from './demo.ts';
import { demoFigures, printedReport } from './print-report.ts';
import { isClean } from './report.ts';

const HELP = `perf-bench demo [--quick] [--json FILE] [--out DIR] [--keep] [--redis URL]
                [--flights PARQUET] [--airports CSV]

Loads 3,000,000 real flights into DuckDB and SQLite, asks what a flights API would ask (plain, optimized, cached),
replays a session, exports all rows, attacks the query checker, and writes a report.

  --quick          every tenth flight; ends within a minute
  --json FILE      write the figures and the whole report as JSON
  --out DIR        folder of report.html (default: perf-report)
  --keep           leave the exported files in that folder
  --redis URL      a Redis as a tier of the cache, between memory and disk
  --flights FILE   other flights (Parquet: date, delay, distance, origin, destination)
  --airports FILE  other airports (CSV: iata, name, city, state, country, latitude, longitude)

PERF_DISABLE=all, or a list of cache, optimizer, parallel, switches optimizations off; the answers stay the same.
Exit code: 0 when all answers are equal and no attack escaped, 1 otherwise (the message begins with a code), 2 for wrong
arguments, 130 after Ctrl-C, 141 when the reader of stdout went away.
`;

/** Runs the main job. */
export async function demoCommand(
  argv: readonly string[],
  { signal, write, switches }: CommandUse,
): Promise<number> {
  const text = { type: 'string' } as const;
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: {
      quick: flag,
      json: text,
      out: text,
      keep: flag,
      redis: text,
      flights: text,
      airports: text,
      help: { ...flag, short: 'h' },
    },
  });
  if (values.help === true) {
    write(HELP);
    return 0;
  }
  const out = resolve(values.out ?? 'perf-report');
  const json = values.json === undefined ? undefined : await outputFile(values.json);
  const progress = new ProgressLine();
  try {
    const report = await runDemo({
      flights: values.flights === undefined ? datasetFile('flights-3m.parquet') : resolve(values.flights),
      airports: values.airports === undefined ? datasetFile('airports.csv') : resolve(values.airports),
      quick: values.quick ?? false,
      out,
      keep: values.keep ?? false,
      redis: values.redis,
      signal,
      progress,
      switches,
    });
    if (json !== undefined)
      await wholeFile(json, (partial) => writeFigures(partial, demoFigures(report), { report }));
    write(`${printedReport(report)}report: ${join(out, 'report.html')}\n`);
    return isClean(report) ? 0 : 1;
  } finally {
    progress.end();
  }
}

/** Path of a file that will be written at the end; that it cannot be is told at the beginning. */
async function outputFile(file: string): Promise<string> {
  const path = resolve(file);
  const folder = await stat(dirname(path)).catch(() => undefined);
  const found = await stat(path).catch(() => undefined);
  if (folder?.isDirectory() !== true || (found !== undefined && !found.isFile()))
    throw new PerfError('ERR_PERF_OPEN_FAILED', `--json cannot write the file ${path}`);
  return path;
}
