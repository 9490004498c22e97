import type { CacheNodes } from './cache-under-test.ts';
import { sharedNow } from './history-log.ts';
import { HISTORY_MS } from './history-plan.ts';
import { HistoryRunner } from './history-runner.ts';
import { HistoryTally } from './history-tally.ts';

/** How many histories are run, and how close together. */
export interface RunHistoriesOptions {
  readonly count: number;
  /** Ms between the beginnings of two; about 1,250 ÷ this run at once. @default 5 */
  readonly everyMs?: number;
  /** Draws the plans. @default 1 */
  readonly seed?: number;
}

let runs = 0;

/** Runs histories on nodes that this process can call, and judges them. At least two nodes. */
export async function runHistories(
  { nodes }: CacheNodes,
  { count, everyMs = 5, seed = 1 }: RunHistoriesOptions,
): Promise<HistoryTally> {
  const tally = new HistoryTally({ seed, nodes: nodes.length });
  const name = `h${process.pid}.${++runs}.`;
  const startAt = sharedNow() + 50;
  const canClear = nodes.every((node) => node.clear !== undefined);
  const clears = canClear ? clearTimes(startAt, count * everyMs + HISTORY_MS, nodes.length) : [];
  const logs = await Promise.all(
    nodes.map((cache, node) =>
      new HistoryRunner({ cache, node, nodes: nodes.length, seed, name }).run({
        first: 0,
        count,
        startAt,
        everyMs,
        clears,
      }),
    ),
  );
  for (const { log } of logs) tally.add(log);
  tally.judge(0, count);
  return tally;
}

/** When which node clears the cache in a run of `ms`: once in about a second. */
export function clearTimes(
  startAt: number,
  ms: number,
  nodes: number,
): { readonly at: number; readonly node: number }[] {
  return Array.from({ length: Math.floor(ms / 1000) }, (_, i) => ({
    at: startAt + 437 + i * 1000,
    node: i % nodes,
  }));
}
