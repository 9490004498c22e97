import { parseArgs } from 'node:util';
import { PerfError } from '@perf/contracts';

/** What every command that measures understands. */
export interface BenchArgs {
  /** `--json FILE`: write the figures there. */
  readonly json: string | undefined;
  /** `--quick`: smaller sizes, for a look; its figures say so in their note. */
  readonly quick: boolean;
  /** `--case NAME`: run that one case in this process and print its report. */
  readonly case: string | undefined;
  /** What else was given, in order. */
  readonly rest: readonly string[];
}

/** Reads the arguments of a bench. An unknown option is `ERR_PERF_INVALID_OPTION`. @param argv default: this process' own */
export function parseBenchArgs(argv: readonly string[] = process.argv.slice(2)): BenchArgs {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { json: { type: 'string' }, quick: { type: 'boolean' }, case: { type: 'string' } },
    });
    return { json: values.json, quick: values.quick ?? false, case: values.case, rest: positionals };
  } catch (cause) {
    throw new PerfError('ERR_PERF_INVALID_OPTION', `cannot read the arguments: ${argv.join(' ')}`, { cause });
  }
}
