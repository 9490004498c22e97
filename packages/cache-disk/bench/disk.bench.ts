// How fast are random gets against SQLite, what does a kill cost, and is the byte budget kept? `--json FILE`, `--quick`.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PerfError } from '@perf/contracts';
import type { CaseReport, Figure } from '@perf/testkit/measure';
import { parseBenchArgs, peerVersion, printFigures, runChild, writeFigures } from '@perf/testkit/measure';
import type { KillReport } from './kill-rounds.ts';
import { killRounds } from './kill-rounds.ts';

const { json, quick } = parseBenchArgs();
const more = quick ? ['--quick'] : [];

const figures = [
  await getFigure('better-sqlite3', 'disk.get.vs-better-sqlite3'),
  await getFigure('node-sqlite', 'disk.get.vs-node-sqlite'),
  await getFigure('better-sqlite3-mmap', 'disk.get-mmap.vs-better-sqlite3'),
  await getFigure('node-sqlite-mmap', 'disk.get-mmap.vs-node-sqlite'),
  await getFigure('better-sqlite3-mmap-many', 'disk.get-many.vs-better-sqlite3'),
  ...(await killFigures()),
  await budgetFigure(),
];
printFigures(figures);
if (json !== undefined) writeFigures(json, figures);

async function getFigure(name: string, id: string): Promise<Figure> {
  const report = await child('get-case.ts', name);
  const { spread } = report;
  if (report['driver'] !== 'lmdb' || !Array.isArray(spread))
    throw new PerfError('ERR_PERF_RUN_INVALID', 'lmdb was not there, or the case reported no spread');
  const times = `ours ${numberOf(report, 'oursNs').toFixed(0)} ns, peer ${numberOf(report, 'peerNs').toFixed(0)} ns`;
  const way = name.endsWith('-many') ? 'getMany of 32 keys' : 'getMany of one key, awaited';
  return {
    id,
    value: numberOf(report, 'value'),
    peer: name.startsWith('better')
      ? peerVersion('better-sqlite3', import.meta.url)
      : `node:sqlite ${process.versions.node}`,
    n: numberOf(report, 'n'),
    spread: [Number(spread[0]), Number(spread[1])],
    note: `${way}, against a prepared get${name.includes('-mmap') ? ' with mmap' : ''}; ${quick ? '20,000' : '200,000'} × 1,024 B, random order, all hits (${times})`,
  };
}

async function killFigures(): Promise<Figure[]> {
  const lmdb = await kills('lmdb', quick ? 5 : 55);
  const sqlite = await kills('sqlite', quick ? 2 : 10);
  const note = `${lmdb.kills} with lmdb, ${sqlite.kills} with node:sqlite, two writers at once, ${lmdb.steps + sqlite.steps} flushed steps`;
  return [
    { id: 'disk.kills', value: lmdb.kills + sqlite.kills, note },
    {
      id: 'disk.corrupt',
      value: lmdb.corrupt + sqlite.corrupt,
      note: 'wrong bytes, rejected records, counts that do not add up',
    },
    {
      id: 'disk.lost-flushed',
      value: lmdb.lost + sqlite.lost,
      note: 'writes, deletes and bumps that were flushed and are not there',
    },
  ];
}

async function kills(driver: 'lmdb' | 'sqlite', rounds: number): Promise<KillReport> {
  const folder = mkdtempSync(join(tmpdir(), 'perf-kills-'));
  try {
    return await killRounds(folder, driver, rounds);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function budgetFigure(): Promise<Figure> {
  const lmdb = await child('budget-case.ts', 'lmdb');
  const sqlite = await child('budget-case.ts', 'sqlite');
  const [mine, theirs] = [numberOf(lmdb, 'error'), numberOf(sqlite, 'error')];
  const files = [lmdb, sqlite].map((report) => `${numberOf(report, 'file').toFixed(2)} ×`).join(' and ');
  return {
    id: 'disk.budget-error',
    value: Math.max(mine, theirs),
    n: 40,
    note: `the worst of 20 moments with each driver; the files take ${files} the budget`,
  };
}

function child(module: string, name: string): Promise<CaseReport> {
  return runChild({
    module: new URL(module, import.meta.url),
    args: ['--case', name, ...more],
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
}

function numberOf(report: CaseReport, name: string): number {
  const value = report[name];
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new PerfError('ERR_PERF_RUN_INVALID', `a case reported no ${name}`);
}
