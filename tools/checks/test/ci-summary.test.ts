import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { summaryOf, type Summary } from '../src/ci-summary.ts';
import { plant, type PlantedFiles } from './planted-repository.ts';

/** A vitest report of three passed tests, with changes. */
function vitestReport(changes: object = {}): object {
  return {
    numPassedTests: 3,
    numFailedTests: 0,
    numPendingTests: 0,
    numTodoTests: 0,
    success: true,
    testResults: [{ name: 'a.test.ts', status: 'passed', assertionResults: [{ status: 'passed' }] }],
    ...changes,
  };
}

const allWell: PlantedFiles = {
  'steps.tsv': 'test\t0\t10\nlint\t0\t2\npack\t0\t30\n',
  'vitest.json': vitestReport(),
  'smoke.json': { passed: 40, failed: 0, skipped: 2 },
};

function summaryWith(...files: PlantedFiles[]): Summary {
  using reports = plant(...files);
  return summaryOf(reports.root);
}

function lastLineWith(...files: PlantedFiles[]): string | undefined {
  return summaryWith(allWell, ...files).lines.at(-1);
}

describe('summaryOf', () => {
  it('adds up tests, steps and the checks of the tarballs', () => {
    expect(lastLineWith()).toBe('45 passed, 0 failed, 2 skipped');
  });

  it('says how long each step took and how it ended', () => {
    expect(summaryWith(allWell).lines[0]).toMatch(/^test +10 s +exit 0 +3 passed, 0 failed, 0 skipped$/);
  });

  it('counts failed, pending and todo tests', () => {
    const report = vitestReport({
      numFailedTests: 2,
      numPendingTests: 1,
      numTodoTests: 1,
      success: false,
      testResults: [{ name: 'a.test.ts', status: 'failed', assertionResults: [{ status: 'failed' }] }],
    });

    const line = lastLineWith({ 'steps.tsv': 'test\t1\t10\n', 'vitest.json': report });

    expect(line).toBe('3 passed, 2 failed, 2 skipped');
  });

  it('counts a test file that did not load as a failure', () => {
    const report = vitestReport({
      success: false,
      testResults: [{ name: 'broken.test.ts', status: 'failed', assertionResults: [] }],
    });

    const line = lastLineWith({ 'steps.tsv': 'test\t1\t10\n', 'vitest.json': report });

    expect(line).toBe('3 passed, 1 failed, 0 skipped');
  });

  it.each([
    ['is missing', {}],
    ['is cut short', { 'vitest.json': '{ "numPassedTests": 3' }],
  ])('counts a failure, and no passed test, when the report of the tests %s', (_, files) => {
    const summary = summaryWith({ 'steps.tsv': 'test\t0\t10\n' }, files);

    expect(summary.lines.at(-1)).toBe('0 passed, 1 failed, 0 skipped');
  });

  it('counts a failure when the tests end badly though each one passed', () => {
    expect(lastLineWith({ 'steps.tsv': 'test\t1\t10\n' })).toBe('3 passed, 1 failed, 0 skipped');
  });

  it('counts a failure when no test ran at all', () => {
    const empty = vitestReport({ numPassedTests: 0, testResults: [] });

    const line = lastLineWith({ 'steps.tsv': 'test\t0\t10\n', 'vitest.json': empty });

    expect(line).toBe('0 passed, 1 failed, 0 skipped');
  });

  it('counts a failed step as one failure', () => {
    expect(lastLineWith({ 'steps.tsv': 'test\t0\t10\nlint\t1\t2\n' })).toBe('3 passed, 1 failed, 0 skipped');
  });

  it('counts a failure when the checks of the tarballs left no report', () => {
    const files = { 'steps.tsv': 'pack\t0\t10\n' };

    expect(summaryWith(files).lines.at(-1)).toBe('0 passed, 1 failed, 0 skipped');
  });

  it.each([
    [{}, '0 passed, 1 failed, 0 skipped'],
    [{ 'start.json': { figures: [] } }, '1 passed, 0 failed, 0 skipped'],
  ])('counts the main job as passed only when it left its figures: %o', (files, expected) => {
    expect(summaryWith({ 'steps.tsv': 'start\t0\t10\n' }, files).lines.at(-1)).toBe(expected);
  });

  it('names the tests that failed or were skipped, with what was seen, before the counts', () => {
    const assertionResults = [
      { status: 'passed', fullName: 'sum adds' },
      {
        status: 'failed',
        fullName: 'sum overflows',
        failureMessages: ['Error: 1 is not 2\n    at sum.ts:1:1'],
      },
      { status: 'skipped', fullName: 'sum is fast' },
    ];
    const testResults = [
      { name: 'sum.test.ts', status: 'failed', assertionResults },
      { name: 'gone.test.ts', status: 'failed', message: 'Cannot find sum.ts', assertionResults: [] },
    ];

    const { lines } = summaryWith(allWell, { 'vitest.json': vitestReport({ success: false, testResults }) });

    expect(lines.slice(0, 6)).toEqual([
      'failed  sum.test.ts: sum overflows',
      '        Error: 1 is not 2',
      '            at sum.ts:1:1',
      'skipped sum.test.ts: sum is fast',
      'failed  gone.test.ts',
      '        Cannot find sum.ts',
    ]);
  });

  it('counts a failure when nothing ran', () => {
    expect(summaryWith({ 'other.txt': '' }).counts.failed).toBe(1);
  });
});

describe('ci-summary.ts on the command line', () => {
  it.each([
    [0, {}],
    [1, { 'steps.tsv': 'lint\t1\t2\n' }],
  ])('ends with %i', (status, files) => {
    using reports = plant(allWell, files);

    const run = spawnSync(process.execPath, [
      join(import.meta.dirname, '../src/ci-summary.ts'),
      reports.root,
    ]);

    expect(run.status).toBe(status);
  });
});
