import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { isPerfError } from '@perf/contracts';
import { demoCommand } from './demo/command.ts';
import { queryCommand } from './query/command.ts';
import type { Command } from './terminal/command.ts';

const HELP = `perf-bench <command> [options]

  demo    the main job: real flights, plain, optimized and cached; exports; a report
  query   ask one structured query of the flights

perf-bench <command> --help tells more; perf-bench --version prints the version.
`;

const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ['demo', demoCommand],
  ['query', queryCommand],
]);

process.exitCode = await main(process.argv.slice(2));

async function main([name, ...rest]: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h') {
    process.stdout.write(HELP);
    return name === undefined ? 2 : 0;
  }
  if (name === '--version') {
    process.stdout.write(`${version()}\n`);
    return 0;
  }
  const command = COMMANDS.get(name);
  if (command === undefined) {
    process.stderr.write(`perf-bench: no command is named ${JSON.stringify(name)}\n\n${HELP}`);
    return 2;
  }
  const stopping = new AbortController();
  let stoppedBy: NodeJS.Signals | undefined;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.on(signal, () => {
      // The second signal does not wait for anything to be tidied.
      if (stoppedBy !== undefined) process.exit(128 + constants.signals[signal]);
      stoppedBy = signal;
      stopping.abort(new Error(`stopped by ${signal}`));
    });
  const disabled = new Set(
    (process.env['PERF_DISABLE'] ?? '')
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  );
  try {
    return await command(rest, {
      signal: stopping.signal,
      write: (text) => process.stdout.write(text),
      disabled,
    });
  } catch (error) {
    if (stoppedBy !== undefined) {
      process.stderr.write(`perf-bench: stopped by ${stoppedBy}\n`);
      return 128 + constants.signals[stoppedBy];
    }
    process.stderr.write(`perf-bench: ${told(error)}\n`);
    return isUsage(error) ? 2 : 1;
  }
}

/** Code, message and causes, a line each. */
function told(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? `${error.code}: ` : '';
  const known = isPerfError(error) || code !== '';
  const cause = error.cause instanceof Error ? `\n  because ${error.cause.message.split('\n')[0] ?? ''}` : '';
  return `${code}${known ? error.message : (error.stack ?? error.message)}${cause}`;
}

function isUsage(error: unknown): boolean {
  if (isPerfError(error, 'ERR_PERF_INVALID_OPTION')) return true;
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    error.code.startsWith('ERR_PARSE_ARGS')
  );
}

function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '';
}
