import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

const SOUND = ['store Sound', 'exporter Sound'];
const BROKEN = [
  'store LosesOrder',
  'store ExpiresLate',
  'store KeepsOldForExpired',
  'store ReadsPrefixAsGlob',
  'store ClearsEverything',
  'store FoldsKeys',
  'store SharesBytes',
  'store IgnoresSignals',
  'store LivesOn',
  'store DisposesOnce',
  'store ForgetsDelete',
  'exporter LosesNulls',
  'exporter RoundsBigints',
  'exporter LeavesSinkOpen',
  'exporter ThrowsFromAbort',
  'exporter WaitsForTheSource',
  'exporter MiscountsBytes',
  'exporter NumbersLines',
  'exporter SwallowsCheckpoints',
];

/** How many tests of each adapter passed and failed, in a run of its own. */
let outcome: ReadonlyMap<string, { passed: number; failed: number }>;

beforeAll(async () => {
  outcome = await runBroken();
}, 120_000);

describe('the suites', () => {
  it.each(SOUND)('pass %s', (name) => {
    expect(outcome.get(name)).toMatchObject({ failed: 0 });
    expect(outcome.get(name)?.passed).toBeGreaterThan(20);
  });

  it.each(BROKEN)('catch %s', (name) => {
    expect(outcome.get(name)?.failed).toBeGreaterThan(0);
    expect(outcome.get(name)?.passed).toBeGreaterThan(0);
  });

  it('saw no adapter that is not listed', () => {
    expect([...outcome.keys()].toSorted()).toEqual([...SOUND, ...BROKEN].toSorted());
  });
});

async function runBroken(): Promise<Map<string, { passed: number; failed: number }>> {
  const root = dirname(import.meta.dirname);
  const vitest = join(dirname(createRequire(import.meta.url).resolve('vitest/package.json')), 'vitest.mjs');
  const folder = mkdtempSync(join(tmpdir(), 'perf-broken-'));
  const file = join(folder, 'report.json');
  // The configuration names the broken files and nothing else: this file must not be part of that run.
  const argv = [vitest, 'run', '--root', root, '--config', 'test/broken/vitest.config.ts'];
  const { promise, resolve } = Promise.withResolvers<void>();
  execFile(process.execPath, [...argv, '--reporter=json', `--outputFile=${file}`], { cwd: root }, () =>
    resolve(),
  );
  await promise;
  const report: unknown = JSON.parse(readFileSync(file, 'utf8'));
  rmSync(folder, { recursive: true });
  const found = new Map<string, { passed: number; failed: number }>();
  for (const { ancestorTitles, status } of assertionsOf(report)) {
    const name = ancestorTitles[0] ?? '';
    const counts = found.get(name) ?? { passed: 0, failed: 0 };
    if (status === 'passed') counts.passed++;
    if (status === 'failed') counts.failed++;
    found.set(name, counts);
  }
  return found;
}

interface Assertion {
  readonly ancestorTitles: readonly string[];
  readonly status: string;
}

function assertionsOf(report: unknown): Assertion[] {
  return listIn(report, 'testResults').flatMap((file) =>
    listIn(file, 'assertionResults').filter(isAssertion),
  );
}

function listIn(value: unknown, key: string): readonly unknown[] {
  const list: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  return Array.isArray(list) ? list : [];
}

function isAssertion(value: unknown): value is Assertion {
  return typeof value === 'object' && value !== null && 'ancestorTitles' in value && 'status' in value;
}
