import type { ScenarioResult } from '@perf/testkit/cache';
import { runCalmScenarios, runHistories, runScenario, truthScenarios } from '@perf/testkit/cache';
import { describe, expect, it } from 'vitest';
import type { Protection } from './little-cluster.ts';
import { LittleCluster } from './little-cluster.ts';

/** Ids of the scenarios that did not pass, with their verdicts. */
async function findings(without: Protection, ids: readonly string[]): Promise<string[]> {
  const results: ScenarioResult[] = [];
  for (const scenario of truthScenarios)
    if (ids.includes(scenario.id)) results.push(await runScenario(scenario, new LittleCluster(without)));
  return results
    .filter(({ verdict }) => verdict !== 'ok')
    .map(({ scenario, verdict }) => `${scenario} ${verdict}`);
}

describe('truth scenarios', { concurrent: true }, () => {
  it.each<[Protection, string[], string[]]>([
    ['flight fence', ['R1', 'R2', 'R3', 'R4', 'R5'], ['R1 stale', 'R2 stale', 'R3 stale', 'R4 stale']],
    ['lease', ['R1', 'F1'], ['F1 stale', 'R1 stale']],
    ['tags', ['R1', 'R2', 'R5', 'R7'], ['R2 stale', 'R5 stale', 'R7 stale']],
    ['clear', ['R4', 'R5 clear', 'R6 clear'], ['R4 stale', 'R5 clear stale', 'R6 clear stale']],
    ['bus', ['R5', 'R6', 'R7', 'R6 set'], ['R6 set stale', 'R6 stale', 'R7 stale']],
    ['gap detection', ['R6', 'F2', 'F3'], ['F2 stale', 'F3 stale']],
    ['single flight', ['S1'], ['S1 repeated']],
  ])('find a cache without %s', async (without, ids, expected) => {
    const found = await findings(without, ids);

    expect(found.toSorted()).toEqual(expected);
  });

  it('do not pass what they cannot try', async () => {
    const [node] = new LittleCluster().nodes;
    const bare = {
      getOrSet: (key: string, load: () => Promise<unknown>) => node?.getOrSet(key, load) ?? load(),
    };

    const results = await Promise.all(
      truthScenarios.map((scenario) => runScenario(scenario, { nodes: [bare] })),
    );

    const tried = results.filter(({ verdict }) => verdict !== 'n/a').map(({ scenario }) => scenario);
    expect(tried).toEqual(['R9', 'R10']);
  });

  it('call what never settles a hang', async () => {
    const dead = { getOrSet: () => new Promise(() => undefined), delete: async () => undefined };
    const scenario = truthScenarios.find(({ id }) => id === 'R5 delete');

    const result = scenario && (await runScenario(scenario, { nodes: [dead] }));

    expect(result).toMatchObject({ verdict: 'hang' });
  });

  it('call the value of another key wrong', async () => {
    const mixed = { getOrSet: async () => ({ key: 'other', version: 1 }), delete: async () => undefined };
    const scenario = truthScenarios.find(({ id }) => id === 'R5 delete');

    const result = scenario && (await runScenario(scenario, { nodes: [mixed] }));

    expect(result).toMatchObject({ verdict: 'wrong' });
  });
});

describe('calm scenarios', { concurrent: true }, () => {
  it('find a cache that forgets the invalidations of an outage', async () => {
    const results = await runCalmScenarios(new LittleCluster('journal'), { outageMs: 0 });

    expect(results.find(({ scenario }) => scenario === 'C4')).toMatchObject({ verdict: 'lost' });
    expect(results.filter(({ verdict }) => verdict !== 'ok')).toHaveLength(1);
  });

  it('find a cache that hangs without its backend, and bring the backend back', async () => {
    const cluster = new LittleCluster('fall-back');

    const results = await runCalmScenarios(cluster, { outageMs: 0 });

    expect(results).toContainEqual(expect.objectContaining({ scenario: 'C2', verdict: 'hang' }));
    expect(cluster.isDown).toBe(false);
  });

  it('find a cache that loads once for each caller', async () => {
    const results = await runCalmScenarios(new LittleCluster('single flight'), { outageMs: 0 });

    expect(results.find(({ scenario }) => scenario === 'C5')).toMatchObject({ verdict: 'repeated' });
  });
});

describe('random histories', { concurrent: true }, () => {
  it.each<Protection>(['flight fence', 'lease', 'tags', 'clear', 'bus'])(
    'find a cache without %s',
    async (without) => {
      const { totals } = await runHistories(new LittleCluster(without), { count: 300 });

      expect(totals.staleReads).toBeGreaterThan(0);
    },
  );

  it('are whole, and read late enough on other nodes in a third of the cases', async () => {
    const { totals } = await runHistories(new LittleCluster(), { count: 400 });

    expect(totals).toMatchObject({
      staleReads: 0,
      failed: 0,
      hung: 0,
      wrong: 0,
      incomplete: 0,
      histories: 400,
    });
    expect(totals.delayedCrossReads / totals.crossReads).toBeGreaterThan(1 / 3);
    expect(totals.operations / totals.histories).toBeGreaterThanOrEqual(20);
    expect(totals.clears).toBeGreaterThan(0);
  });
});
