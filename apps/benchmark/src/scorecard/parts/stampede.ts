import { setTimeout as delay } from 'node:timers/promises';
import { sharedNow } from '@perf/testkit/cache';
import type { Figure } from '@perf/testkit/measure';
import { ClosingStack } from '../../data/closing-stack.ts';
import type { CrowdReport } from '../nodes/crowd.ts';
import { NodeGroup } from '../nodes/node-group.ts';
import { startOwnRedis } from '../servers.ts';
import type { PartReport, PartUse } from './part.ts';

const NODES = 4;
const CALLERS = 1000;
const LOAD_MS = 200;
const ROUNDS = 20;
const KILLS = 5;
/** From the order to the barrier. */
const BARRIER_MS = 60;

interface Round {
  readonly loads: number;
  readonly failed: number;
  readonly values: number;
  readonly tookMs: number;
}

/** Lets 4 × 1000 callers go for one cold key, and then again with the process that loads killed. */
export async function stampedePart({ signal, progress, quick }: PartUse): Promise<PartReport> {
  await using open = new ClosingStack();
  const { url } = open.use(await startOwnRedis());
  const place = { urls: [url], isCluster: false, prefix: 'stampede:' } as const;
  const group = open.use(await NodeGroup.open({ adapter: 'perf', place, nodes: NODES, signal }));
  const [rounds, kills] = quick ? [3, 1] : [ROUNDS, KILLS];
  const plain: Round[] = [];
  const killed: Round[] = [];
  for (let i = 0; i < rounds; i++) {
    signal.throwIfAborted();
    progress.show('stampede', i / (rounds + kills));
    plain.push(roundOf(await crowd(group, `plain-${i}`)));
  }
  for (let i = 0; i < kills; i++) {
    signal.throwIfAborted();
    progress.show('stampede', (rounds + i) / (rounds + kills), 'holder killed');
    killed.push(await killedRound(group, i));
  }
  progress.show('stampede', 1);
  const worst = (list: readonly Round[], what: keyof Round): number =>
    Math.max(...list.map((round) => round[what]));
  const note = `${NODES} processes × ${CALLERS} callers, one cold key, load ${LOAD_MS} ms, the worst of the rounds`;
  const figures: Figure[] = [
    { id: 'cache.stampede.loads', value: worst(plain, 'loads'), n: rounds, note },
    {
      id: 'cache.stampede.killed-holder-loads',
      value: worst(killed, 'loads'),
      n: kills,
      note: `${note}; the loading process killed in its load`,
    },
  ];
  const row = (name: string, list: readonly Round[]): string[] => [
    name,
    String(list.length),
    String(worst(list, 'loads')),
    worst(list, 'tookMs').toFixed(0),
  ];
  const bad = [...plain, ...killed].filter(({ failed, values }) => failed > 0 || values > 1);
  return {
    name: `stampede: ${note}`,
    figures,
    table: [
      ['round', 'rounds', 'most loads', 'longest, ms'],
      row('all live', plain),
      row('holder killed', killed),
    ],
    faults: bad.map(({ failed, values }) => `a crowd: ${failed} callers failed, ${values} different values`),
  };
}

async function crowd(group: NodeGroup, key: string): Promise<readonly CrowdReport[]> {
  const at = sharedNow() + BARRIER_MS;
  return Promise.all(
    group.processes.map((node) => node.crowd({ key, callers: CALLERS, loadMs: LOAD_MS, at })),
  );
}

/** The process whose load begins first dies in the middle of it. */
async function killedRound(group: NodeGroup, i: number): Promise<Round> {
  const at = sharedNow() + BARRIER_MS;
  const order = { key: `killed-${i}`, callers: CALLERS, loadMs: LOAD_MS, at };
  const loading = group.processes.map(async (node, place) => {
    await node.loading();
    return place;
  });
  const crowds = group.processes.map((node) => node.crowd(order));
  const settled = Promise.allSettled(crowds);
  const holder = await Promise.race(loading);
  await delay(LOAD_MS / 2);
  await group.processes[holder]?.kill();
  const outcomes = await settled;
  await group.reopen(holder);
  const reports = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const { loads, ...round } = roundOf(reports);
  return { loads: loads + 1, ...round };
}

function roundOf(reports: readonly CrowdReport[]): Round {
  const sum = (of: (report: CrowdReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  return {
    loads: sum(({ loads }) => loads),
    failed: sum(({ failed }) => failed),
    values: new Set(reports.flatMap(({ values }) => values)).size,
    tookMs: Math.max(...reports.map(({ tookMs }) => tookMs)),
  };
}
