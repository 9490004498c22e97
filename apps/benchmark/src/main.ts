import { readFileSync } from 'node:fs';
import { benchCommand } from './bench/command.ts';
import { adviseCommand } from './advise/command.ts';
import { auditCommand } from './audit/command.ts';
import { calibrateCommand } from './calibrate/command.ts';
import { chaosCommand } from './chaos/command.ts';
import { demoCommand } from './demo/command.ts';
import { explainCommand } from './explain/command.ts';
import { exportCommand } from './export/command.ts';
import { fuzzCommand } from './fuzz/command.ts';
import { optimizeCommand } from './optimize/command.ts';
import { queryCommand } from './query/command.ts';
import { scorecardCommand } from './scorecard/command.ts';
import { soakCommand } from './soak/command.ts';
import { statsCommand } from './stats/command.ts';
import type { Command } from './terminal/command.ts';
import { errorText, isBrokenPipe, isUsageError } from './terminal/error-text.ts';
import { StandardOutput } from './terminal/standard-output.ts';
import { StopSignals } from './terminal/stop-signals.ts';
import { readSwitches } from './terminal/switches.ts';
import { traceCommand } from './trace/command.ts';

const HELP = `perf-bench <command> [options]

  demo       the main job: real flights, plain, optimized and cached; exports; a report
  query      ask one structured query of the flights
  explain    show where the time of a plan goes, and what to do about it
  advise     find the indexes that a workload gains most by, and those that do nothing
  audit      tell what is wrong with a database
  stats      write the statistics of a database to a file
  export     write rows of a file, or of a question asked of it, in any format
  trace      replay cache traces through the memory tier
  scorecard  put the cache to the test over several processes
  soak       look for a leak in the cache
  optimize   show how a statement would be written anew, and why
  calibrate  measure what the optimizer's cost model counts
  bench      measure what the optimizer does on real engines
  fuzz       ask made-up statements plain and optimized, and compare the answers
  chaos      kill exports, or workers of export jobs, and see whether all is whole in the end

perf-bench <command> --help tells more; perf-bench --version prints the version.
`;

const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['demo', demoCommand],
  ['query', queryCommand],
  ['explain', explainCommand],
  ['advise', adviseCommand],
  ['audit', auditCommand],
  ['stats', statsCommand],
  ['export', exportCommand],
  ['trace', traceCommand],
  ['scorecard', scorecardCommand],
  ['soak', soakCommand],
  ['chaos', chaosCommand],
  ['optimize', optimizeCommand],
  ['calibrate', calibrateCommand],
  ['bench', benchCommand],
  ['fuzz', fuzzCommand],
]);

/** As shells count the end by SIGPIPE. */
const BROKEN_PIPE = 141;
/** How long something left open may keep a finished process alive. */
const LINGER_MS = 2000;

process.exitCode = await main(process.argv.slice(2));
setTimeout(() => process.exit(), LINGER_MS).unref();

async function main([name, ...rest]: readonly string[]): Promise<number> {
  const output = new StandardOutput();
  const stop = new StopSignals({ withParent: process.env['npm_lifecycle_event'] !== undefined });
  try {
    const code = await run(name, rest, output, stop.signal);
    await output.flush();
    return code;
  } catch (error) {
    if (stop.exitCode !== undefined) {
      process.stderr.write(`perf-bench: stopped by ${stop.stoppedBy ?? ''}\n`);
      return stop.exitCode;
    }
    if (isBrokenPipe(error)) return BROKEN_PIPE;
    process.stderr.write(`perf-bench: ${errorText(error)}\n`);
    return isUsageError(error) ? 2 : 1;
  }
}

async function run(
  name: string | undefined,
  rest: readonly string[],
  { write }: StandardOutput,
  signal: AbortSignal,
): Promise<number> {
  if (name === '--help' || name === '-h') {
    write(HELP);
    return 0;
  }
  if (name === '--version') {
    write(`${version()}\n`);
    return 0;
  }
  const command = COMMANDS.get(name ?? '');
  if (command === undefined) {
    const fault = name === undefined ? 'a command is missing' : `no command is named ${JSON.stringify(name)}`;
    process.stderr.write(`perf-bench: ${fault}\n\n${HELP}`);
    return 2;
  }
  const { switches, unknown } = readSwitches(process.env['PERF_DISABLE']);
  for (const part of unknown)
    process.stderr.write(
      `perf-bench: PERF_DISABLE names ${JSON.stringify(part)}, which switches nothing off\n`,
    );
  return command(rest, { signal, write, switches });
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '';
}
