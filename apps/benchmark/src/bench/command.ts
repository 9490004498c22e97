import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Dialect } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { printFigures, writeFigures } from '@perf/testkit/measure';
import { commerceRows } from '../commerce/commerce-rows.ts';
import { TemporaryFolder } from '../data/temporary-folder.ts';
import { wholeFile } from '../data/whole-file.ts';
import type { AdviceTrial } from '../optimizer/bench-advice.ts';
import { benchAdvice } from '../optimizer/bench-advice.ts';
import type { StatementTrial } from '../optimizer/bench-engine.ts';
import { benchEngine } from '../optimizer/bench-engine.ts';
import { DIALECTS, dialectsIn } from '../optimizer/sql-house.ts';
import type { CommandUse } from '../terminal/command.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import { textTable } from '../terminal/table.ts';
import { adviceFigures, benchFigures, gainOf } from './bench-figures.ts';

const HELP = `perf-bench bench optimizer [--engines LIST] [--scale N] [--seed N] [--json FILE]

Asks badly put and well put questions of a made-up shop, on real engines: as they are, and as the optimizer writes them where its
gate lets it: by estimates, by the costs of the engine, and by one run of both forms. Then both run in turns, every answer is
compared, and no statement may take longer than 5 s. With postgres an ordinary workload is asked too, before and after the indexes
that are advised for it.

  --engines LIST  of ${DIALECTS.join(', ')}; default all. postgres and mysql start servers of their own
  --scale N       orders ÷ 100,000; default 1 for postgres and mysql, 0.3 for sqlite, 2 for duckdb
  --seed N        seed of the shop, a whole number; default 1
  --json FILE     write figures and every trial as JSON

Exit code: 0 when all answers are equal, 1 when something failed (the message begins with a code), 2 for wrong arguments, 130 after
Ctrl-C.
`;

/** Orders ÷ 100,000 where nothing else is asked: engines differ in what they read in a second, and in what an index saves. */
const SCALES: Readonly<Record<Dialect, number>> = { postgres: 1, sqlite: 0.3, mysql: 1, duckdb: 2 };

/** Measures what the optimizer does on real engines. */
export async function benchCommand([what, ...argv]: readonly string[], use: CommandUse): Promise<number> {
  if (what === undefined || what === '--help' || what === '-h' || argv.includes('--help')) {
    use.write(HELP);
    return what === undefined ? 2 : 0;
  }
  if (what !== 'optimizer') throw new PerfError('ERR_PERF_INVALID_OPTION', 'say what is measured: optimizer');
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: { engines: text, scale: text, seed: text, json: text },
  });
  const scale = values.scale === undefined ? undefined : scaleIn(values.scale);
  const seed = Number(values.seed ?? '1');
  if (!Number.isSafeInteger(seed) || seed < 0)
    throw new PerfError('ERR_PERF_INVALID_OPTION', `--seed must be a whole number, got ${values.seed ?? ''}`);
  const dialects = dialectsIn(values.engines);
  const trials: StatementTrial[] = [];
  let advice: AdviceTrial | undefined;
  await using aside = await TemporaryFolder.make(join(tmpdir(), 'perf-bench-'));
  const progress = new ProgressLine();
  try {
    for (const [i, dialect] of dialects.entries()) {
      const rows = commerceRows({ scale: scale ?? SCALES[dialect], seed });
      const onProgress = (share: number, at: string): void =>
        progress.show('measuring', (i + share) / dialects.length, at);
      trials.push(
        ...(await benchEngine({ dialect, rows, folder: aside.path, signal: use.signal, onProgress })),
      );
    }
    if (dialects.includes('postgres')) {
      const onProgress = (share: number, at: string): void => progress.show('advising', share, at);
      advice = await benchAdvice(commerceRows({ scale: scale ?? SCALES.postgres, seed }), {
        folder: join(aside.path, 'advice'),
        signal: use.signal,
        onProgress,
      });
    }
  } finally {
    progress.end();
  }
  const figures = [
    ...benchFigures(trials, (dialect) => scale ?? SCALES[dialect]),
    ...(advice === undefined ? [] : adviceFigures(advice)),
  ];
  if (values.json !== undefined)
    await wholeFile(resolve(values.json), (partial) =>
      writeFigures(partial, figures, { scale: scale ?? SCALES, seed, trials, advice }),
    );
  use.write(`${tableOf(trials)}\n\n`);
  printFigures(figures, use.write);
  return 0;
}

function tableOf(trials: readonly StatementTrial[]): string {
  const shown = trials.filter(({ trial }) => trial !== undefined);
  return textTable([
    ['engine', 'kind', 'question', 'before, ms', 'after, ms', 'gain', 'rules'],
    ...shown.map((each) => [
      each.dialect,
      each.kind,
      each.name,
      `${each.trial?.timedOut === true ? '> ' : ''}${(each.trial?.baseMs ?? 0).toFixed(1)}`,
      (each.trial?.nextMs ?? 0).toFixed(1),
      `${gainOf(each).toFixed(2)}×`,
      [...new Set(each.rules)].join(', '),
    ]),
  ]);
}

function scaleIn(text: string): number {
  const scale = Number(text);
  if (scale > 0 && scale <= 100) return scale;
  throw new PerfError('ERR_PERF_INVALID_OPTION', `--scale must be above 0 and at most 100, got ${text}`);
}
