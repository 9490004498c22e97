import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CacheNodes } from './cache/cache-under-test.ts';
import { runHistories } from './cache/run-histories.ts';
import { runScenario } from './cache/scenario.ts';
import { truthScenarios } from './cache/truth-scenarios.ts';

/** Nodes that the suite closes at its end. */
export interface OpenNodes extends CacheNodes {
  close(): Promise<void>;
}

/** What the suite needs to know of a cache. */
export interface CacheTruthSuiteOptions {
  /** Opens nodes on one empty backend; once for the suite. With one node, what happens across nodes is left out. */
  readonly create: () => OpenNodes | Promise<OpenNodes>;
  /** Random histories to run where there are two nodes or more; 0 runs none. @default 300 */
  readonly histories?: number;
  /** Draws the histories. @default 1 */
  readonly seed?: number;
}

const TIMEOUT_MS = 60_000;

/**
 * What a cache must never get wrong, as vitest tests: no read that begins after an acknowledged delete, tag invalidation, set or clear gives
 * an older value, at once on the same node and from 250 ms after on others, loads in flight included. A scenario that needs a method the cache
 * does not have is skipped, and its reason told.
 *
 * @example
 * describe('my cache', () => {
 *   cacheTruthSuite({ create: async () => ({ nodes: [await open(), await open()], close: async () => {} }) });
 * });
 */
export function cacheTruthSuite({ create, histories = 300, seed = 1 }: CacheTruthSuiteOptions): void {
  describe('cacheTruthSuite', () => {
    let open: OpenNodes;
    beforeAll(async () => {
      open = await create();
    }, TIMEOUT_MS);
    afterAll(() => open.close());

    for (const scenario of truthScenarios)
      it(
        `${scenario.id}: ${scenario.claim}`,
        async (context) => {
          const { verdict, detail } = await runScenario(scenario, open);
          if (verdict === 'n/a') return context.skip(detail);
          expect({ verdict, detail }).toEqual({ verdict: 'ok', detail: '' });
        },
        TIMEOUT_MS,
      );

    it(
      'random histories show no stale read',
      async (context) => {
        if (open.nodes.length < 2 || histories === 0) return context.skip('needs two nodes');
        const { totals, examples } = await runHistories(open, { count: histories, seed });
        expect(examples).toEqual([]);
        expect(totals).toMatchObject({ staleReads: 0, failed: 0, hung: 0, wrong: 0 });
      },
      TIMEOUT_MS + histories * 50,
    );
  });
}
