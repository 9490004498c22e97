import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CalmNodes } from './cache/calm-scenarios.ts';
import { runCalmScenarios } from './cache/calm-scenarios.ts';
import { METHOD_OF } from './cache/scenario.ts';
import type { ScenarioResult } from './cache/verdict.ts';

/** Nodes that the suite closes at its end. */
export interface OpenCalmNodes extends CalmNodes {
  close(): Promise<void>;
}

/** What the suite needs to know of a cache and its backend. */
export interface CacheCalmSuiteOptions {
  /** Opens two nodes or more on one empty backend that can be stopped; once for the suite. */
  readonly create: () => OpenCalmNodes | Promise<OpenCalmNodes>;
  /** Length of an outage in ms. @default 2500 */
  readonly outageMs?: number;
}

const TIMEOUT_MS = 90_000;
const CLAIMS: Readonly<Record<string, string>> = {
  C1: 'a hot key is answered from memory',
  C2: 'a cold key costs its load and a little',
  C3: 'a node obeys its own invalidations at once',
  C4: 'all nodes obey every invalidation within a second of the return',
  C5: 'many callers on a node make one load',
};

/** What a cache must do while its backend is away, and when it is back, as vitest tests. Makes two outages. */
export function cacheCalmSuite({ create, outageMs = 2500 }: CacheCalmSuiteOptions): void {
  describe('cacheCalmSuite', () => {
    let open: OpenCalmNodes;
    let results: readonly ScenarioResult[] = [];
    beforeAll(async () => {
      open = await create();
      results = await runCalmScenarios(open, { outageMs });
    }, TIMEOUT_MS + outageMs);
    afterAll(() => open.close());

    for (const [id, claim] of Object.entries(CLAIMS))
      it(`${id}: in an outage, ${claim}`, (context) => {
        const found = results.find(({ scenario }) => scenario === id) ?? results[0];
        if (found?.verdict === 'n/a') return context.skip(found.detail);
        expect(found).toMatchObject({ verdict: 'ok' });
      });

    it(
      'C4 clear: a clear in an outage is obeyed by all nodes within a second of the return',
      async (context) => {
        if (open.nodes.some((node) => node[METHOD_OF.clear] === undefined))
          return context.skip('has no clear');
        const cleared = await runCalmScenarios(open, { outageMs, ways: ['clear'] });
        expect(cleared.filter(({ verdict }) => verdict !== 'ok')).toEqual([]);
      },
      TIMEOUT_MS + outageMs,
    );
  });
}
