import { parseArgs } from 'node:util';
import { resolve } from 'node:path';
import { PerfError } from '@perf/contracts';
import type { CommandUse } from '../terminal/command.ts';
import { chaosExport } from './chaos-export.ts';
import { CHAOS_FORMATS } from './chaos-formats.ts';

const HELP = `perf-bench chaos export [--kills N] [--formats LIST] [--rows N] [--parallel N] [--seed N] [--json FILE]

Kills exports without a warning (kill -9) at random moments after their first checkpoint, resumes them, kills them again, and
compares every finished file byte for byte with that of an export which nobody disturbed.

  --kills N        processes to kill for each format; default 100
  --formats LIST   of ${Object.keys(CHAOS_FORMATS).join(', ')}; default all
  --rows N         rows of 10 columns in each file; default 300000
  --parallel N     formats tried at a time; default 2
  --seed N         seed of the moments, a whole number; default 1
  --json FILE      write figures and reports as JSON

Exit code: 0 when no file differs, 1 when one does or something failed (the message begins with a code), 2 for wrong arguments,
130 after Ctrl-C.
`;

/** Tries what is left when processes die. */
export async function chaosCommand(argv: readonly string[], use: CommandUse): Promise<number> {
  const text = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      kills: text,
      formats: text,
      rows: text,
      parallel: text,
      seed: text,
      json: text,
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    use.write(HELP);
    return 0;
  }
  if (positionals.length !== 1 || positionals[0] !== 'export')
    throw new PerfError('ERR_PERF_INVALID_OPTION', 'say what is killed: export');
  if (values.json === '') throw new PerfError('ERR_PERF_INVALID_OPTION', '--json must name a file');
  return chaosExport(
    {
      formats: formatsIn(values.formats),
      kills: wholeNumber('kills', values.kills ?? '100', 1),
      rows: wholeNumber('rows', values.rows ?? '300000', 1),
      parallel: wholeNumber('parallel', values.parallel ?? '2', 1),
      seed: wholeNumber('seed', values.seed ?? '1', 0),
      json: values.json === undefined ? undefined : resolve(values.json),
    },
    use,
  );
}

function formatsIn(list: string | undefined): readonly string[] {
  const known = Object.keys(CHAOS_FORMATS);
  if (list === undefined) return known;
  const names = list.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new PerfError(
    'ERR_PERF_INVALID_OPTION',
    `--formats must name ${known.join(', ')}, got ${JSON.stringify(unknown)}`,
  );
}

function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (text !== '' && Number.isSafeInteger(value) && value >= least) return value;
  throw new PerfError(
    'ERR_PERF_INVALID_OPTION',
    `--${name} must be a whole number of at least ${least}, got ${text}`,
  );
}
