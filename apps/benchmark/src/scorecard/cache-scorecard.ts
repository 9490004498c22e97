import type { Figure } from '@perf/testkit/measure';
import { historiesPart } from './parts/histories.ts';
import { kitPart } from './parts/kit.ts';
import { outagePart } from './parts/outage.ts';
import type { PartReport, PartUse } from './parts/part.ts';
import { peersPart } from './parts/peers.ts';
import { stampedePart } from './parts/stampede.ts';
import { truthPart } from './parts/truth.ts';

/** The parts of the cache's scorecard, in the order in which they run. */
export const PARTS = ['truth', 'histories', 'outage', 'stampede', 'kit', 'peers'] as const;

/** Name of a part. */
export type PartName = (typeof PARTS)[number];

/** Everything that a run found. */
export interface Scorecard {
  readonly parts: readonly PartReport[];
  readonly figures: readonly Figure[];
}

/** Runs the parts one after the other; `told` gets each report as it comes. */
export async function cacheScorecard(
  names: readonly PartName[],
  use: PartUse,
  told: (report: PartReport) => void,
): Promise<Scorecard> {
  const parts: PartReport[] = [];
  const figures: Figure[] = [];
  const add = (report: PartReport): void => {
    parts.push(report);
    figures.push(...report.figures);
    told(report);
  };
  let scenarioReads: number | undefined;
  for (const name of PARTS) {
    if (!names.includes(name)) continue;
    use.signal.throwIfAborted();
    switch (name) {
      case 'truth': {
        const report = await truthPart(use);
        scenarioReads = report.staleReads;
        add(report);
        break;
      }
      case 'histories': {
        const report = await historiesPart(use);
        const { histories, staleReads, operations } = report.totals;
        figures.push({
          id: 'cache.histories',
          value: histories,
          note: `seed ${use.seed}, ${operations} operations, at least ${report.atOnce} at once`,
        });
        // Only both together say that nothing was stale.
        if (scenarioReads !== undefined)
          figures.push({
            id: 'cache.stale-reads',
            value: staleReads + scenarioReads,
            n: operations,
            note: 'in scenarios and histories',
          });
        add(report);
        break;
      }
      case 'outage':
        add(await outagePart(use));
        break;
      case 'stampede':
        add(await stampedePart(use));
        break;
      case 'kit':
        add(await kitPart(use));
        break;
      case 'peers':
        add(await peersPart(use));
    }
  }
  return { parts, figures };
}
