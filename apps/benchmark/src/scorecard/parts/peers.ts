import type { ScenarioResult } from '@perf/testkit/cache';
import { runCalmScenarios, runScenario, truthScenarios } from '@perf/testkit/cache';
import { peerVersion } from '@perf/testkit/measure';
import type { AdapterName } from '../adapters/adapter.ts';
import { ClosingStack } from '../../data/closing-stack.ts';
import { NodeGroup } from '../nodes/node-group.ts';
import { startMortalRedis } from '../servers.ts';
import type { PartReport, PartUse } from './part.ts';

/** A cache of the field, and the scenarios that it is known to fail with the client's default options. */
interface Peer {
  readonly name: Exclude<AdapterName, 'perf'>;
  readonly fails: readonly string[];
}

/** Measured 2026-11 with bentocache 1.6, cacheable 2.5 (no sync set up), cache-manager 7, async-cache-dedupe 3.4, layered-loader 16. */
const PEERS: readonly Peer[] = [
  { name: 'bentocache', fails: ['R1', 'R2', 'R3', 'R4', 'R8', 'S1', 'C2', 'C4'] },
  {
    name: 'cacheable',
    fails: ['R1', 'R2', 'R3', 'R4', 'R5', 'R6', 'R7', 'R8', 'R9', 'S1', 'C1', 'C2', 'C3', 'C4'],
  },
  { name: 'cache-manager', fails: ['R1', 'R3', 'R4', 'R6', 'R8', 'S1', 'C2', 'C3', 'C4'] },
  { name: 'async-cache-dedupe', fails: ['R1', 'R2', 'R4', 'R8', 'S1', 'C1', 'C2', 'C3'] },
  { name: 'layered-loader', fails: ['R1', 'R4', 'R8', 'S1', 'C2', 'C4'] },
];

/** How often a scenario is tried that a peer passes. */
const TRIES = 3;

/** Runs the scenarios on the caches of the field: what they are known to fail must be found. */
export async function peersPart({ signal, progress, quick }: PartUse): Promise<PartReport> {
  const peers = quick ? PEERS.slice(0, 1) : PEERS;
  // They wait most of the time, so they wait together.
  let done = 0;
  const found = await Promise.all(
    peers.map(async (peer) => {
      const results = await tryPeer(peer, signal);
      progress.show('peers', ++done / peers.length, peer.name);
      return { peer, results };
    }),
  );
  progress.show('peers', 1);
  const missed = found.flatMap(({ peer, results }) =>
    peer.fails
      .filter((id) => isPassed(results.find(({ scenario }) => scenario === id)))
      .map(
        (id) =>
          `${peer.name} is known to fail ${id}, and ${results.find(({ scenario }) => scenario === id)?.verdict ?? 'it was not run'}`,
      ),
  );
  const ids = [...new Set(found.flatMap(({ results }) => results.map(({ scenario }) => scenario)))];
  return {
    name: 'caches of the field, with the defaults of their clients',
    figures: [
      {
        id: 'cache.kit.peers-missed',
        value: missed.length,
        n: found.reduce((sum, { peer }) => sum + peer.fails.length, 0),
        note: `scenarios that a peer is known to fail and passed: ${found.map(({ peer }) => peerVersion(peer.name, import.meta.url)).join(', ')}`,
      },
    ],
    table: [
      ['scenario', ...found.map(({ peer }) => peer.name)],
      ...ids.map((id) => [
        id,
        ...found.map(({ results }) => results.find(({ scenario }) => scenario === id)?.verdict ?? ''),
      ]),
    ],
    faults: missed,
  };
}

function isPassed(result: ScenarioResult | undefined): boolean {
  return result === undefined || result.verdict === 'ok' || result.verdict === 'n/a';
}

async function tryPeer({ name }: Peer, signal: AbortSignal): Promise<readonly ScenarioResult[]> {
  await using open = new ClosingStack();
  const redis = open.use(await startMortalRedis());
  const place = { urls: [redis.url], isCluster: false, prefix: 'peer:' } as const;
  const group = open.use(await NodeGroup.open({ adapter: name, place, nodes: 2, signal }));
  const results: ScenarioResult[] = [];
  for (const scenario of truthScenarios.filter(({ needsFaults = false }) => !needsFaults)) {
    // What a race shows, it need not show every time.
    let result = await runScenario(scenario, group);
    for (let i = 1; i < TRIES && result.verdict === 'ok'; i++) result = await runScenario(scenario, group);
    results.push(result);
  }
  const outage = { nodes: group.nodes, stop: () => redis.kill('SIGKILL'), resume: () => redis.restart() };
  return [...results, ...(await runCalmScenarios(outage))];
}
