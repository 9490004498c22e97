import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Dialect } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { Figure } from '@perf/testkit/measure';
import { printFigures, writeFigures } from '@perf/testkit/measure';
import { TemporaryFolder } from '../data/temporary-folder.ts';
import { wholeFile } from '../data/whole-file.ts';
import { DIALECTS, dialectsIn } from '../optimizer/sql-house.ts';
import type { CommandUse } from '../terminal/command.ts';
import { ProgressLine } from '../terminal/progress-line.ts';
import { textTable } from '../terminal/table.ts';
import { FUZZ_MUTANTS } from './fuzz-mutants.ts';
import type { FuzzReport } from './fuzz-run.ts';
import { fuzzEngine } from './fuzz-run.ts';
import { isMutantCaught } from './try-mutant.ts';

const HELP = `perf-bench fuzz optimizer [--cases N] [--engines LIST] [--seed N] [--no-mutants] [--json FILE]

Asks made-up statements of real engines, as they are and with every rewrite that is proven, whatever it costs, and compares the
answers with their types, in the order asked for. Then takes away one proof after another, and sees whether the same statements find it out.

  --cases N       statements for each engine; default 10000
  --engines LIST  of ${DIALECTS.join(', ')}; default all. postgres and mysql start servers of their own
  --seed N        seed of tables and statements, a whole number; default 1
  --no-mutants    leave the proofs as they are
  --json FILE     write figures and reports as JSON

Exit code: 0 when all answers are equal and every mutant is found out, 1 when not, or when something failed (the message begins
with a code), 2 for wrong arguments, 130 after Ctrl-C.
`;

/** Statements that a mutant is tried with, on each embedded engine. */
const MUTANT_CASES = 4000;

/** Tries the optimizer with made-up statements. */
export async function fuzzCommand([what, ...argv]: readonly string[], use: CommandUse): Promise<number> {
  if (what === undefined || what === '--help' || what === '-h' || argv.includes('--help')) {
    use.write(HELP);
    return what === undefined ? 2 : 0;
  }
  if (what !== 'optimizer') throw new PerfError('ERR_PERF_INVALID_OPTION', 'say what is fuzzed: optimizer');
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...argv],
    options: { cases: text, engines: text, seed: text, json: text, 'no-mutants': { type: 'boolean' } },
  });
  const cases = wholeNumber('cases', values.cases ?? '10000', 1);
  const seed = wholeNumber('seed', values.seed ?? '1', 0);
  const dialects = dialectsIn(values.engines);
  await using aside = await TemporaryFolder.make(join(tmpdir(), 'perf-fuzz-'));
  const reports = await fuzzAll(dialects, { cases, seed, folder: aside.path }, use.signal);
  const missed =
    values['no-mutants'] === true ? [] : await missedMutants(join(aside.path, 'mutants'), seed, use.signal);
  const figures = figuresOf(reports, missed);
  if (values.json !== undefined)
    await wholeFile(resolve(values.json), (partial) => writeFigures(partial, figures, { reports, missed }));
  use.write(`${tableOf(reports)}\n\n`);
  for (const { dialect, rules, original, rewritten, difference } of reports
    .flatMap(({ differences }) => differences)
    .slice(0, 10))
    use.write(`${dialect}, ${rules.join(', ')}: ${difference}\n  ${original}\n  ${rewritten}\n`);
  for (const name of missed) use.write(`not found out: ${name}\n`);
  printFigures(figures, use.write);
  return reports.some(({ differences }) => differences.length > 0) || missed.length > 0 ? 1 : 0;
}

async function fuzzAll(
  dialects: readonly Dialect[],
  { cases, seed, folder }: { readonly cases: number; readonly seed: number; readonly folder: string },
  signal: AbortSignal,
): Promise<readonly FuzzReport[]> {
  const progress = new ProgressLine();
  const reports: FuzzReport[] = [];
  try {
    for (const [i, dialect] of dialects.entries()) {
      const onProgress = (done: number): void =>
        progress.show('asking', (i + done) / dialects.length, dialect);
      const inner = join(folder, dialect);
      reports.push(await fuzzEngine({ dialect, cases, seed, folder: inner, signal, onProgress }));
    }
    return reports;
  } finally {
    progress.end();
  }
}

async function missedMutants(folder: string, seed: number, signal: AbortSignal): Promise<readonly string[]> {
  const progress = new ProgressLine();
  const missed: string[] = [];
  try {
    for (const [i, { name }] of FUZZ_MUTANTS.entries()) {
      progress.show('taking proofs away', i / FUZZ_MUTANTS.length, name);
      const inner = join(folder, String(i));
      await mkdir(inner, { recursive: true });
      if (!(await isMutantCaught({ name, cases: MUTANT_CASES, seed, folder: inner }, signal)))
        missed.push(name);
    }
    return missed;
  } finally {
    progress.end();
  }
}

function figuresOf(reports: readonly FuzzReport[], missed: readonly string[]): Figure[] {
  const fired = reports.flatMap((report) =>
    Object.entries(report.fired).map(([rule, count]) => ({ rule, count, dialect: report.dialect })),
  );
  const least = fired.toSorted((a, b) => a.count - b.count)[0];
  return [
    {
      id: 'fuzz.optimizer.cases',
      value: Math.min(...reports.map(({ cases }) => cases)),
      note: 'statements on each engine',
    },
    {
      id: 'fuzz.optimizer.engines',
      value: reports.length,
      note: reports.map(({ dialect }) => dialect).join(', '),
    },
    {
      id: 'fuzz.optimizer.differing',
      value: reports.reduce((sum, { differences }) => sum + differences.length, 0),
      note: 'answers',
    },
    {
      id: 'fuzz.optimizer.least-fired-rule',
      value: least?.count ?? 0,
      note: `${least?.rule ?? 'none'} on ${least?.dialect ?? 'none'}`,
    },
    {
      id: 'fuzz.optimizer.broken-rules-missed',
      value: missed.length,
      note: `of ${FUZZ_MUTANTS.length} proofs taken away`,
    },
  ];
}

function tableOf(reports: readonly FuzzReport[]): string {
  const rules = [...new Set(reports.flatMap(({ fired }) => Object.keys(fired)))];
  return textTable([
    ['', ...reports.map(({ dialect }) => dialect)],
    ['statements', ...reports.map(({ cases }) => String(cases))],
    ['rewritten', ...reports.map(({ rewritten }) => String(rewritten))],
    ['not read', ...reports.map(({ unread }) => String(unread))],
    ['differing', ...reports.map(({ differences }) => String(differences.length))],
    ...rules.map((rule) => [rule, ...reports.map(({ fired }) => String(fired[rule] ?? '–'))]),
  ]);
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (text !== '' && Number.isSafeInteger(value) && value >= least) return value;
  throw new PerfError(
    'ERR_PERF_INVALID_OPTION',
    `--${name} must be a whole number of at least ${least}, got ${text}`,
  );
}
