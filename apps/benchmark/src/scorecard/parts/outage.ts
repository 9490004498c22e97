import { setTimeout as delay } from 'node:timers/promises';
import type { Figure } from '@perf/testkit/measure';
import { quantile } from '@perf/testkit/measure';
import type { NodePlace } from '../adapters/adapter.ts';
import { NodeGroup } from '../nodes/node-group.ts';
import type { Outage } from '../outages/outage.ts';
import { clusterFailover, serverKilled, serverStopped } from '../outages/outages.ts';
import { startMortalRedis } from '../servers.ts';
import { OutageKeys } from './outage-keys.ts';
import type { PartReport, PartUse } from './part.ts';
import type { ScenarioResult, Verdict } from '@perf/testkit/cache';
import { runCalmScenarios, sharedNow } from '@perf/testkit/cache';

const NODES = 3;
const OUTAGE_MS = 10_000;
/** Breakers are open by then: five failures at one cold key each 50 ms, none longer than 250 ms. */
const OPENED_MS = 1500;
/** Nodes are watched for so long after the return; what is old then is lost. */
const WATCH_MS = 4000;
const LOAD_MS = 20;

interface OutageRun {
  readonly name: string;
  readonly seconds: number;
  readonly hits: number;
  readonly hitP99Ms: number;
  readonly hitMaxMs: number;
  readonly colds: number;
  readonly coldP99Ms: number;
  readonly coldMaxMs: number;
  readonly hangs: number;
  readonly failed: number;
  readonly unhandled: readonly string[];
  readonly invalidations: number;
  readonly lost: readonly string[];
  readonly coherentS: number;
}

/** Takes Redis away from three nodes in three ways, each for about 10 s, and measures meanwhile and after. */
export async function outagePart(use: PartUse): Promise<PartReport> {
  const runs: OutageRun[] = [];
  const ms = use.quick ? 3000 : OUTAGE_MS;
  for (const open of [serverKilled, serverStopped, clusterFailover]) {
    use.signal.throwIfAborted();
    await using outage = await open({ signal: use.signal, ms });
    use.progress.show('outages', runs.length / 3, outage.name);
    runs.push(await outageRun(outage, use, ms));
  }
  const cleared = await clearInOutage(use);
  use.progress.show('outages', 1);
  const bad = (...verdicts: readonly Verdict[]): number =>
    cleared.filter(({ verdict }) => verdicts.includes(verdict)).length;
  const most = (of: (run: OutageRun) => number): number => Math.max(...runs.map(of));
  const sum = (of: (run: OutageRun) => number): number => runs.reduce((total, run) => total + of(run), 0);
  const note = `${NODES} nodes; SIGKILL and restart, SIGSTOP, Cluster failover; ${ms / 1000} s each; the worst of the three`;
  const figures: Figure[] = [
    { id: 'cache.outage.hangs', value: sum(({ hangs }) => hangs) + bad('hang'), note },
    {
      id: 'cache.outage.lost-invalidations',
      value: sum(({ lost }) => lost.length) + bad('lost', 'stale'),
      n: sum(({ invalidations }) => invalidations),
      note,
    },
    {
      id: 'cache.outage.l1-hit-p99-ms',
      value: most(({ hitP99Ms }) => hitP99Ms),
      unit: 'ms',
      n: sum(({ hits }) => hits),
      note,
    },
    { id: 'cache.outage.coherent-s', value: most(({ coherentS }) => coherentS), unit: 's', note },
    { id: 'cache.outage.unhandled', value: sum(({ unhandled }) => unhandled.length), note },
    {
      id: 'cache.outage.cold-over-load-ms',
      value: most(({ coldP99Ms }) => coldP99Ms),
      unit: 'ms',
      n: sum(({ colds }) => colds),
      note: `${note}; p99 of cold keys that were asked for from ${OPENED_MS / 1000} s into the outage on`,
    },
  ];
  return {
    name: `outages: ${note}`,
    figures,
    table: [
      [
        'outage',
        's',
        'hits',
        'hit p99 ms',
        'max ms',
        'colds',
        'over load p99 ms',
        'max ms',
        'hangs',
        'failed',
        'invalidations',
        'lost',
        'coherent s',
      ],
      ...runs.map((run) => [
        run.name,
        run.seconds.toFixed(1),
        String(run.hits),
        run.hitP99Ms.toFixed(3),
        run.hitMaxMs.toFixed(1),
        String(run.colds),
        run.coldP99Ms.toFixed(1),
        run.coldMaxMs.toFixed(1),
        String(run.hangs),
        String(run.failed),
        String(run.invalidations),
        String(run.lost.length),
        run.coherentS.toFixed(3),
      ]),
    ],
    faults: [
      ...cleared
        .filter(({ verdict }) => verdict !== 'ok')
        .map(({ scenario, verdict, detail }) => `a clear in an outage: ${scenario} ${verdict}, ${detail}`),
      ...runs.flatMap(({ name, lost, unhandled, failed, colds }) => [
        ...lost.slice(0, 10).map((what) => `${name}: ${what}`),
        ...unhandled.slice(0, 10).map((reason) => `${name}: unhandled: ${reason}`),
        ...(failed > 0 ? [`${name}: ${failed} reads failed`] : []),
        ...(colds === 0 ? [`${name}: no cold key was asked for while the breaker was open`] : []),
      ]),
    ],
  };
}

/** A clear drops what the others wait for, so it has a short outage of its own. */
async function clearInOutage({ signal }: PartUse): Promise<readonly ScenarioResult[]> {
  await using redis = await startMortalRedis();
  const place: NodePlace = { urls: [redis.url], isCluster: false, prefix: 'clear:' };
  await using group = await NodeGroup.open({ adapter: 'perf', place, nodes: NODES, signal });
  const nodes = { nodes: group.nodes, stop: () => redis.kill('SIGKILL'), resume: () => redis.restart() };
  return await runCalmScenarios(nodes, { ways: ['clear'] });
}

async function outageRun(outage: Outage, { signal }: PartUse, ms: number): Promise<OutageRun> {
  const place: NodePlace = { urls: outage.urls, isCluster: outage.isCluster, prefix: 'outage:' };
  await using group = await NodeGroup.open({ adapter: 'perf', place, nodes: NODES, signal });
  const keys = new OutageKeys(group);
  await keys.warm();
  // Acknowledged just before: an asynchronous replica may never hear of it.
  await keys.invalidate('before');
  const began = sharedNow();
  await outage.begin();
  await Promise.all(
    group.processes.map((node, i) =>
      node.watchOutage({ hotKeys: keys.hot, coldName: `cold-${i}-`, loadMs: LOAD_MS, coldEveryMs: 50 }),
    ),
  );
  await keys.invalidate('early');
  await delay(Math.max(0, began + ms / 2 - sharedNow()), undefined, { signal });
  await keys.invalidate('middle');
  await delay(Math.max(0, began + ms - 500 - sharedNow()), undefined, { signal });
  await keys.invalidate('late');
  await delay(Math.max(0, began + ms - sharedNow()), undefined, { signal });
  const reports = await Promise.all(group.processes.map((node) => node.endOutage()));
  const over = sharedNow();
  const watch = keys.watch(sharedNow() + outage.returnMs + WATCH_MS);
  const returned = await outage.end();
  const { coherentMs, lost } = keys.judge(await watch, returned, WATCH_MS - 500);
  const colds = reports
    .flatMap((report) => report.colds)
    .filter(({ start }) => start > began + OPENED_MS && start < over)
    .map(({ overMs }) => overMs);
  return {
    name: outage.name,
    seconds: (returned - began) / 1000,
    hits: reports.reduce((sum, { hits }) => sum + hits, 0),
    hitP99Ms: Math.max(...reports.map(({ hitP99Ms }) => hitP99Ms)),
    hitMaxMs: Math.max(...reports.map(({ hitMaxMs }) => hitMaxMs)),
    colds: colds.length,
    coldP99Ms: colds.length === 0 ? 0 : quantile(colds, 0.99),
    coldMaxMs: Math.max(0, ...colds),
    hangs: reports.reduce((sum, { hangs }) => sum + hangs, 0) + keys.hangs,
    failed: reports.reduce((sum, { failed }) => sum + failed, 0) + keys.failed,
    unhandled: group.unhandled,
    invalidations: keys.count,
    lost,
    coherentS: coherentMs / 1000,
  };
}
