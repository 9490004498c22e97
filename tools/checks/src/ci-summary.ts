/**
 * Counts what a CI run left in its reports folder and prints the outcome, ending with
 * `N passed, N failed, N skipped`. Ends with 1 when anything failed.
 * Usage: node tools/checks/src/ci-summary.ts FOLDER
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { countsLine, sumOf, type Counts } from './check-report.ts';

/** The part of vitest's JSON report that is counted. */
interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName?: string;
      readonly failureMessages?: readonly string[];
    }[];
  }[];
}

interface Step {
  readonly name: string;
  readonly code: number;
  readonly seconds: number;
}

/** The lines to print and the counts of the last of them. */
export interface Summary {
  readonly lines: readonly string[];
  readonly counts: Counts;
}

/** Of each failure that many lines are printed again. */
const DETAIL_LINES = 12;

const onePassed: Counts = { passed: 1, failed: 0, skipped: 0 };
const oneFailed: Counts = { passed: 0, failed: 1, skipped: 0 };

/**
 * Reads `steps.tsv` (name, exit code, seconds), `vitest.json`, `smoke.json` and `start.json`. The step `test` counts as its
 * tests, every other step as one; a report that is missing or says less than its exit code counts as a failure. Tests that
 * failed or were skipped are named first, because the output before is long and may be cut.
 */
export function summaryOf(folder: string): Summary {
  const steps = stepsOf(join(folder, 'steps.tsv'));
  const counted = steps.map((step) => ({ step, counts: countsOf(step, folder) }));
  const counts = counted.length === 0 ? oneFailed : sumOf(counted.map((each) => each.counts));
  const lines = counted.map(({ step, counts: each }) =>
    [
      step.name.padEnd(12),
      `${step.seconds} s`.padStart(6),
      `exit ${step.code}`.padStart(9),
      `  ${countsLine(each)}`,
    ].join(''),
  );
  return { lines: [...notPassed(folder), ...lines, countsLine(counts)], counts };
}

function notPassed(folder: string): string[] {
  const files = readJson<VitestReport>(join(folder, 'vitest.json'))?.testResults ?? [];
  return files.flatMap((file) => {
    if (isBroken(file)) return [`failed  ${file.name}`, ...detail(file.message)];
    return file.assertionResults
      .filter(({ status }) => status !== 'passed')
      .flatMap(({ status, fullName = '', failureMessages = [] }) => [
        `${status === 'failed' ? 'failed ' : 'skipped'} ${file.name}: ${fullName}`,
        ...failureMessages.flatMap(detail),
      ]);
  });
}

function detail(message = ''): string[] {
  return message
    .split('\n')
    .slice(0, DETAIL_LINES)
    .map((line) => `        ${line}`);
}

/** A file that fails without a failed test of its own did not load, or a hook of it threw. */
function isBroken({ status, assertionResults }: VitestReport['testResults'][number]): boolean {
  return status === 'failed' && !assertionResults.some((result) => result.status === 'failed');
}

function countsOf(step: Step, folder: string): Counts {
  if (step.name === 'test') return testCounts(step, join(folder, 'vitest.json'));
  const own = step.code === 0 ? onePassed : oneFailed;
  // A main job that ends well and reports nothing has not run.
  if (step.name === 'start') return readJson(join(folder, 'start.json')) === undefined ? oneFailed : own;
  if (step.name !== 'pack') return own;
  const smoke = readJson<Counts>(join(folder, 'smoke.json'));
  if (smoke === undefined) return oneFailed;
  return sumOf([own, smoke]);
}

function testCounts(step: Step, file: string): Counts {
  const report = readJson<VitestReport>(file);
  if (report === undefined) return oneFailed;
  const brokenFiles = report.testResults.filter(isBroken).length;
  const failed = report.numFailedTests + brokenFiles;
  // Errors outside of tests, a failed global setup among them, show in the exit code alone.
  const unexplained = failed === 0 && (step.code !== 0 || !report.success || report.numPassedTests === 0);
  return {
    passed: report.numPassedTests,
    failed: failed + (unexplained ? 1 : 0),
    skipped: report.numPendingTests + report.numTodoTests,
  };
}

function stepsOf(file: string): Step[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => {
    const [name = '', code, seconds] = line.split('\t');
    return { name, code: Number(code), seconds: Number(seconds) };
  });
}

function readJson<T>(file: string): T | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch {
    // Missing or cut short: the caller counts it as a failure.
    return undefined;
  }
}

if (import.meta.main) {
  const { lines, counts } = summaryOf(process.argv[2] ?? '.');
  for (const line of lines) console.log(line);
  if (counts.failed > 0) process.exitCode = 1;
}
