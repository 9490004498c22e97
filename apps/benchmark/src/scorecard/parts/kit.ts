import type { ScenarioResult, Verdict } from '@perf/testkit/cache';
import { runCalmScenarios, runScenario, truthScenarios } from '@perf/testkit/cache';
import { ClosingStack } from '../../data/closing-stack.ts';
import { MessageProxy } from '../nodes/message-proxy.ts';
import type { Mutant } from '../nodes/mutants.ts';
import { MUTANTS } from '../nodes/mutants.ts';
import { NodeGroup } from '../nodes/node-group.ts';
import { startMortalRedis } from '../servers.ts';
import type { PartReport, PartUse } from './part.ts';

/** Verdicts that show the missing protection; a copy that does not even run proves nothing. */
const SHOWS: ReadonlySet<Verdict> = new Set<Verdict>(['stale', 'lost', 'late', 'repeated', 'slow', 'hang']);

/** Runs the copies of our cache that lack a protection each: every one must be found. */
export async function kitPart({ signal, progress, quick }: PartUse): Promise<PartReport> {
  const mutants = quick ? MUTANTS.slice(0, 2) : MUTANTS;
  const rows: string[][] = [];
  const faults: string[] = [];
  let missed = 0;
  for (const [i, mutant] of mutants.entries()) {
    signal.throwIfAborted();
    progress.show('broken copies', i / mutants.length, mutant.name);
    const results = await tryMutant(mutant, signal);
    const shown = results.filter(({ verdict }) => SHOWS.has(verdict));
    const broken = results.filter(({ verdict }) => verdict === 'failed' || verdict === 'wrong');
    if (shown.length === 0) missed++;
    if (shown.length === 0) faults.push(`the copy without ${mutant.without} was not found`);
    for (const { scenario, detail } of broken)
      faults.push(`${mutant.name} does not run: ${scenario}: ${detail}`);
    rows.push([
      mutant.name,
      mutant.without,
      shown.length === 0
        ? 'MISSED'
        : shown.map(({ scenario, verdict }) => `${scenario} ${verdict}`).join(', '),
    ]);
  }
  progress.show('broken copies', 1);
  return {
    name: 'copies of our cache without a protection',
    figures: [
      {
        id: 'cache.kit.broken-copies',
        value: mutants.length,
        note: mutants.map(({ name }) => name).join(', '),
      },
      { id: 'cache.kit.broken-copies-missed', value: missed, n: mutants.length },
    ],
    table: [['copy', 'without', 'found by'], ...rows],
    faults,
  };
}

async function tryMutant(
  { name, scenarios }: Mutant,
  signal: AbortSignal,
): Promise<readonly ScenarioResult[]> {
  await using open = new ClosingStack();
  const redis = open.use(await startMortalRedis());
  const proxy = open.use(await MessageProxy.open(redis.url));
  const place = { urls: [redis.url], isCluster: false, prefix: 'kit:' } as const;
  const group = open.use(
    await NodeGroup.open({ adapter: 'perf', place, nodes: 2, secondUrl: proxy.url, mutant: name, signal }),
  );
  const results: ScenarioResult[] = [];
  for (const scenario of truthScenarios.filter(({ id }) => scenarios.includes(id)))
    results.push(await runScenario(scenario, { nodes: group.nodes, faults: proxy }));
  if (scenarios.some((id) => id.startsWith('C'))) {
    const outage = { nodes: group.nodes, stop: () => redis.kill('SIGKILL'), resume: () => redis.restart() };
    const found = await runCalmScenarios(outage);
    results.push(...found.filter(({ scenario }) => scenarios.includes(scenario)));
  }
  return results;
}
