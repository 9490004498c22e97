import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { ENGINE_COSTS } from '@perf/optimizer';
import { TemporaryFolder } from '../data/temporary-folder.ts';
import { wholeFile } from '../data/whole-file.ts';
import { dialectsIn } from '../optimizer/sql-house.ts';
import type { CommandUse } from '../terminal/command.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import { textTable, whole } from '../terminal/table.ts';
import type { EngineCalibration } from './calibrate-engine.ts';
import { calibrateEngine } from './calibrate-engine.ts';

const HELP = `perf-bench calibrate [--engines LIST] [--json FILE]

Measures what the steps that the optimizer's cost model counts take on this machine: a row of a scan, a row that is looked up by a key, a
query that begins within another. The constants can be given to optimizeSql as costs.

  --engines LIST  of postgres, sqlite, mysql, duckdb; default all. postgres and mysql start servers of their own
  --json FILE     writes them as JSON, by engine

Exit code: 0 when it was measured, 1 when it failed (the message begins with a code), 2 for wrong arguments, 130 after Ctrl-C.
`;

/** Measures the constants of the cost model. */
export async function calibrateCommand(
  argv: readonly string[],
  { signal, write }: CommandUse,
): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: { engines: text, json: text, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) {
    write(HELP);
    return 0;
  }
  const dialects = dialectsIn(values.engines);
  await using aside = await TemporaryFolder.make(join(tmpdir(), 'perf-bench-'));
  const progress = new ProgressLine();
  const found: EngineCalibration[] = [];
  try {
    for (const [i, dialect] of dialects.entries())
      found.push(
        await calibrateEngine(dialect, ENGINE_COSTS[dialect], {
          folder: join(aside.path, dialect),
          signal,
          onProgress: (share) => progress.show('measuring', (i + share) / dialects.length, dialect),
        }),
      );
  } finally {
    progress.end();
  }
  const { json } = values;
  if (json !== undefined)
    await wholeFile(resolve(json), (partial) =>
      writeFile(
        partial,
        `${JSON.stringify(Object.fromEntries(found.map((each) => [each.dialect, each])), undefined, 2)}\n`,
      ),
    );
  write(`${tableOf(found)}\n`);
  return 0;
}

function tableOf(found: readonly EngineCalibration[]): string {
  return textTable([
    ['engine', 'scan ns', 'look ns', 'start ns', 'scan', 'look', 'start', 'in use'],
    ...found.map(({ dialect, scanNs, lookNs, startNs, costs }) => {
      const { scan, look, start } = ENGINE_COSTS[dialect];
      return [
        dialect,
        whole(scanNs),
        whole(lookNs),
        whole(startNs),
        ...[costs.scan, costs.look, costs.start].map((cost) => cost.toPrecision(2)),
        [scan, look, start].join(' / '),
      ];
    }),
  ]);
}
