import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { PerfError } from '@perf/contracts';
import type { Comparison, Direction } from './comparison.ts';
import { comparisonOf, ratioOf } from './comparison.ts';
import type { CaseReport } from './run-case.ts';

/** A module that runs one case and prints one JSON line (see `runCase`). Every run is a process of its own. */
export interface Case {
  /** File URL, or a path. */
  readonly module: URL | string;
  readonly args?: readonly string[];
  /** Joins the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
  /** Flags for node, besides the `--conditions` of this process. */
  readonly execArgv?: readonly string[];
}

/** How to compare two cases. */
export interface ComparePairsOptions {
  readonly ours: Case;
  readonly peer: Case;
  /** `min`: the ratio is peer ÷ ours, bigger is better. `max`: ours ÷ peer, smaller is better. */
  readonly direction: Direction;
  /** Pairs that count, at least 5. @default 5 */
  readonly pairs?: number;
  /** Pairs run first and not counted. @default 1 */
  readonly discard?: number;
  /** The figure of a report that is compared, above 0. @default its `ms` */
  readonly figure?: (report: CaseReport) => number;
  /** A child that runs longer makes the run invalid. @default 600,000 */
  readonly timeoutMs?: number;
}

/** A comparison and the reports it comes from, without the discarded ones. */
export interface PairsComparison extends Comparison {
  readonly ours: readonly CaseReport[];
  readonly peer: readonly CaseReport[];
}

/**
 * Runs ours, peer, ours, peer, … each in a process of its own, and gives the median of the ratios of each pair.
 * Any child that fails, hangs or prints no report makes the whole run invalid: `ERR_PERF_RUN_INVALID`.
 */
export async function comparePairs(options: ComparePairsOptions): Promise<PairsComparison> {
  const { direction, pairs = 5, discard = 1, figure = (report) => report.ms, timeoutMs = 600_000 } = options;
  if (!Number.isInteger(pairs) || pairs < 5)
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `pairs must be a whole number of at least 5, got ${pairs}`,
    );
  if (!Number.isInteger(discard) || discard < 0)
    throw new PerfError('ERR_PERF_INVALID_OPTION', `discard must be a whole number, got ${discard}`);
  const [ours, peer, ratios]: [CaseReport[], CaseReport[], number[]] = [[], [], []];
  for (let pair = -discard; pair < pairs; pair++) {
    const mine = await runChild(options.ours, timeoutMs);
    const theirs = await runChild(options.peer, timeoutMs);
    if (pair < 0) continue;
    ours.push(mine);
    peer.push(theirs);
    ratios.push(ratioOf(direction, figure(mine), figure(theirs)));
  }
  return { ...comparisonOf(ratios), ours, peer };
}

/** Runs one case once, in a process of its own, and gives its report. */
export async function runChild(child: Case, timeoutMs = 600_000): Promise<CaseReport> {
  const file =
    child.module instanceof URL || child.module.startsWith('file:')
      ? fileURLToPath(child.module)
      : child.module;
  const argv = [...conditions(process.execArgv), ...(child.execArgv ?? []), file, ...(child.args ?? [])];
  const name = [file, ...(child.args ?? [])].join(' ');
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  execFile(
    process.execPath,
    argv,
    {
      env: { ...process.env, ...child.env },
      timeout: timeoutMs,
      killSignal: 'SIGKILL',
      maxBuffer: 64 * 1024 * 1024,
    },
    (cause, stdout, stderr) => {
      if (cause === null) return resolve(stdout);
      const last = stderr.trim().split('\n').slice(-8).join('\n');
      reject(new PerfError('ERR_PERF_RUN_INVALID', `${name} failed: ${last || cause.message}`, { cause }));
    },
  );
  return reportOf(await promise, name);
}

function reportOf(stdout: string, name: string): CaseReport {
  const line = stdout.trimEnd().split('\n').at(-1) ?? '';
  try {
    const report: unknown = JSON.parse(line);
    if (isReport(report)) return report;
  } catch {
    // Said below, with the line itself.
  }
  throw new PerfError(
    'ERR_PERF_RUN_INVALID',
    `${name} printed no report with ms and peakRssMb: ${line.slice(0, 200)}`,
  );
}

function isReport(value: unknown): value is CaseReport {
  return (
    typeof value === 'object' &&
    value !== null &&
    'ms' in value &&
    Number.isFinite(value.ms) &&
    'peakRssMb' in value &&
    Number.isFinite(value.peakRssMb)
  );
}

/** The export conditions among node's flags, in each of the ways they may be written. */
function conditions(execArgv: readonly string[]): string[] {
  const found: string[] = [];
  for (const [i, flag] of execArgv.entries()) {
    const written = /^(?:--conditions|-C)=(.+)$/.exec(flag)?.[1];
    const next = execArgv[i + 1];
    if (written !== undefined) found.push(`--conditions=${written}`);
    else if ((flag === '--conditions' || flag === '-C') && next !== undefined)
      found.push(`--conditions=${next}`);
  }
  return found;
}
