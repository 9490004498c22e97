import type { ScenarioResult } from '@perf/testkit/cache';
import { runScenario, truthScenarios } from '@perf/testkit/cache';
import { ClosingStack } from '../../data/closing-stack.ts';
import { MessageProxy } from '../nodes/message-proxy.ts';
import { NodeGroup } from '../nodes/node-group.ts';
import { startOwnRedis } from '../servers.ts';
import type { PartReport, PartUse } from './part.ts';

/** Stale reads of the scenarios, to be added to those of the histories. */
export interface TruthReport extends PartReport {
  readonly staleReads: number;
}

/** Runs every scenario of truth on two nodes of ours, also with disturbed messages. */
export async function truthPart({ signal, progress, quick }: PartUse): Promise<TruthReport> {
  await using open = new ClosingStack();
  const redis = open.use(await startOwnRedis());
  const proxy = open.use(await MessageProxy.open(redis.url));
  const group = open.use(
    await NodeGroup.open({
      adapter: 'perf',
      place: { urls: [redis.url], isCluster: false, prefix: 'scorecard:' },
      nodes: 2,
      secondUrl: proxy.url,
      signal,
    }),
  );
  const rounds = quick ? 1 : 5;
  const worst = new Map<string, ScenarioResult>();
  let done = 0;
  for (let round = 0; round < rounds; round++)
    for (const scenario of truthScenarios) {
      signal.throwIfAborted();
      progress.show('truth', done++ / (rounds * truthScenarios.length), scenario.id);
      const result = await runScenario(scenario, { nodes: group.nodes, faults: proxy });
      if (result.verdict !== 'ok' || !worst.has(scenario.id)) worst.set(scenario.id, result);
    }
  progress.show('truth', 1);
  const results = [...worst.values()];
  const bad = results.filter(({ verdict }) => verdict !== 'ok');
  const claims = new Map(truthScenarios.map(({ id, claim }) => [id, claim]));
  return {
    name: `scenarios of truth, two nodes, ${rounds} times each`,
    figures: [],
    table: [
      ['scenario', 'verdict', 'what must hold'],
      ...results.map(({ scenario, verdict }) => [scenario, verdict, claims.get(scenario) ?? '']),
    ],
    faults: [
      ...bad.map(({ scenario, verdict, detail }) => `${scenario}: ${verdict}, ${detail}`),
      ...group.unhandled.map((reason) => `unhandled in a node: ${reason}`),
    ],
    staleReads: bad.filter(({ verdict }) => verdict === 'stale').length,
  };
}
