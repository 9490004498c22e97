import { setTimeout as delay } from 'node:timers/promises';
import type { HistoryChunk, HistoryTotals, StaleRead } from '@perf/testkit/cache';
import { HISTORY_MS, HistoryTally, clearTimes, sharedNow } from '@perf/testkit/cache';
import { ClosingStack } from '../../data/closing-stack.ts';
import { whole } from '../../terminal/table.ts';
import { NodeGroup } from '../nodes/node-group.ts';
import { startOwnRedis } from '../servers.ts';
import type { PartReport, PartUse } from './part.ts';

const NODES = 4;
/** Histories of which each node does its part before it tells. */
const CHUNK = 500;
/** A chunk is given out so long before it begins. */
const AHEAD_MS = 300;
/** More than these never run at once. */
const MOST_CHUNKS = 12;
/** Ms between the beginnings of two histories, at first and at the limits: the busier the machine, the more. */
const EVERY_MS = { first: 2.5, least: 0.8, most: 5 };
/** A process that is later than this with what it has to do is too busy; below the other, it can do more. */
const BUSY_MS = 60;
const IDLE_MS = 20;
/** Histories that must run at once. */
const AT_ONCE = 200;

/** Stale reads and numbers of the histories. */
export interface HistoriesReport extends PartReport {
  readonly totals: HistoryTotals;
  /** Fewest that ran at once, about. */
  readonly atOnce: number;
}

/** Runs random histories over four processes of ours and judges every read. */
export async function historiesPart(use: PartUse): Promise<HistoriesReport> {
  const { signal, seed } = use;
  await using open = new ClosingStack();
  const url = use.redisUrl ?? open.use(await startOwnRedis()).url;
  const place = { urls: [url], isCluster: false, prefix: `scorecard:${process.pid}:` } as const;
  const group = open.use(await NodeGroup.open({ adapter: 'perf', place, nodes: NODES, seed, signal }));
  const began = performance.now();
  const run = await runChunks(group, use);
  const seconds = (performance.now() - began) / 1000;
  const { totals, examples } = run.tally;
  const atOnce = Math.floor(HISTORY_MS / run.slowestEveryMs);
  const share = totals.delayedCrossReads / Math.max(1, totals.crossReads);
  const faults = [
    ...examples.map(staleText),
    ...(totals.failed + totals.hung + totals.wrong > 0
      ? [`${totals.failed} operations failed, ${totals.hung} hung, ${totals.wrong} gave another value`]
      : []),
    ...(share < 1 / 3
      ? [`only ${(share * 100).toFixed(0)} % of reads across nodes began 250 to 500 ms after`]
      : []),
    ...(atOnce < AT_ONCE ? [`only ${atOnce} histories ran at once`] : []),
    ...group.unhandled.map((reason) => `unhandled in a node: ${reason}`),
  ];
  return {
    name: `random histories over ${NODES} processes, seed ${seed}`,
    figures: [],
    table: [
      ['what', 'value'],
      ['whole histories', whole(totals.histories)],
      ['others (not counted, judged all the same)', whole(totals.incomplete)],
      ['operations', whole(totals.operations)],
      ['operations per second', whole(totals.operations / seconds)],
      ['at once, at least', whole(atOnce)],
      ['reads of what another node invalidated', whole(totals.crossReads)],
      ['of these 250 to 500 ms after', `${(share * 100).toFixed(1)} %`],
      ['clears of the whole cache', whole(totals.clears)],
      ['stale reads', whole(totals.staleReads)],
      ['failed, hung, wrong', `${totals.failed}, ${totals.hung}, ${totals.wrong}`],
      ['latest process, ms', whole(run.lateMs)],
    ],
    faults,
    totals,
    atOnce,
  };
}

interface ChunkRun {
  readonly tally: HistoryTally;
  readonly lateMs: number;
  readonly slowestEveryMs: number;
}

/** A chunk that runs. */
interface RunningChunk {
  readonly end: number;
  /** How late the latest process was. */
  readonly done: Promise<number>;
  isDone: boolean;
}

/** Chunks overlap, so that there is no gap between them; one is judged when the next is in: clears of that may concern it. */
async function runChunks(
  group: NodeGroup,
  { histories, seed, signal, progress }: PartUse,
): Promise<ChunkRun> {
  const tally = new HistoryTally({ seed, nodes: NODES });
  const running: RunningChunk[] = [];
  let everyMs = EVERY_MS.first;
  let [slowestEveryMs, worstLateMs, settled, judged, startAt] = [everyMs, 0, 0, 0, sharedNow() + 200];
  const settle = async (): Promise<void> => {
    const chunk = running.shift();
    if (chunk === undefined) return;
    const lateMs = await chunk.done;
    worstLateMs = Math.max(worstLateMs, lateMs);
    if (lateMs > BUSY_MS) everyMs = Math.min(EVERY_MS.most, everyMs * 1.15);
    else if (lateMs < IDLE_MS) everyMs = Math.max(EVERY_MS.least, everyMs * 0.95);
    slowestEveryMs = Math.max(slowestEveryMs, everyMs);
    tally.judge(judged, settled);
    judged = settled;
    settled = chunk.end;
    progress.show('histories', judged / histories, `${tally.totals.staleReads} stale`);
  };
  // Some are not whole, when a read did not load after all: more are run until there are enough.
  for (let first = 0; tally.totals.histories + (first - judged) * 0.98 < histories; first += CHUNK) {
    signal.throwIfAborted();
    await delay(Math.max(0, startAt - AHEAD_MS - sharedNow()));
    // After a pause of the machine the next chunk must not be late from the start.
    startAt = Math.max(startAt, sharedNow() + AHEAD_MS / 2);
    const clears = clearTimes(startAt, CHUNK * everyMs, NODES);
    const done = runChunk(group, { first, count: CHUNK, startAt, everyMs, clears }, tally);
    const chunk: RunningChunk = { end: first + CHUNK, done, isDone: false };
    done.then(
      () => (chunk.isDone = true),
      () => (chunk.isDone = true),
    );
    running.push(chunk);
    startAt += CHUNK * everyMs;
    while (running[0]?.isDone === true || running.length > MOST_CHUNKS) await settle();
  }
  while (running.length > 0) await settle();
  tally.judge(judged, settled);
  progress.show('histories', 1);
  return { tally, lateMs: worstLateMs, slowestEveryMs };
}

/** How late the latest process was. */
async function runChunk(group: NodeGroup, chunk: HistoryChunk, tally: HistoryTally): Promise<number> {
  const logs = await Promise.all(group.processes.map((node) => node.chunk(chunk)));
  for (const { log } of logs) tally.add(log);
  return Math.max(...logs.map(({ lateMs }) => lateMs));
}

function staleText({ history, operation, key, node, invalidation, afterMs, olderMs }: StaleRead): string {
  return `history ${history}: operation ${operation}, on node ${node}, read key ${key} ${afterMs.toFixed(1)} ms after the ${invalidation} and got what was ${olderMs.toFixed(1)} ms older`;
}
