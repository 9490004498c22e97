import { setTimeout as delay } from 'node:timers/promises';
import type { CacheUnderTest } from './cache-under-test.ts';
import { HistoryLog, sharedNow } from './history-log.ts';
import type { Outcome } from './history-log.ts';
import { planHistory } from './history-plan.ts';
import type { PlannedOperation } from './history-plan.ts';

/** Some histories, one after the other in short steps, so that many run at once. */
export interface HistoryChunk {
  /** Number of the first history. */
  readonly first: number;
  readonly count: number;
  /** When the first begins, on the clock of `sharedNow`. */
  readonly startAt: number;
  /** Ms between the beginnings of two. */
  readonly everyMs: number;
  /** When somebody clears the whole cache, and which node does. */
  readonly clears: readonly { readonly at: number; readonly node: number }[];
}

/** What a runner works with. */
export interface HistoryRunnerOptions {
  readonly cache: CacheUnderTest;
  /** Which node of how many this is. */
  readonly node: number;
  readonly nodes: number;
  readonly seed: number;
  /** Begins the names of all keys. */
  readonly name: string;
  /** How long a call may take before it counts as hanging, in ms. @default 10,000 */
  readonly hangMs?: number;
}

/** What one node did of a chunk. */
export interface ChunkLog {
  /** Lines for `historyRecords`. */
  readonly log: Float64Array;
  /** How late this process was at most with what it had to do, in ms: how busy the machine is. */
  readonly lateMs: number;
}

/** One thing to do at its time. */
interface Task {
  readonly at: number;
  readonly history: number;
  readonly operation: number;
  readonly planned: PlannedOperation | undefined;
  readonly tagged: readonly boolean[];
}

interface Stamped {
  readonly k: string;
  readonly s: number;
}

/** Does one node's part of histories; every node runs one, with the same seed, in whatever process. */
export class HistoryRunner {
  readonly #options: HistoryRunnerOptions;
  readonly #log = new HistoryLog();

  constructor(options: HistoryRunnerOptions) {
    this.#options = options;
  }

  /** Resolves when all of this node's operations have settled, or hang. */
  async run(chunk: HistoryChunk): Promise<ChunkLog> {
    const running: Promise<void>[] = [];
    let lateMs = 0;
    for (const task of this.#tasks(chunk)) {
      const now = sharedNow();
      if (task.at > now + 0.5) {
        await delay(task.at - now);
        // Whatever has arrived by now is taken in first, as for a request that comes over the network.
        await turn();
        await turn();
      }
      lateMs = Math.max(lateMs, sharedNow() - task.at);
      running.push(this.#do(task));
    }
    await Promise.all(running);
    return { log: this.#log.take(), lateMs };
  }

  #tasks({ first, count, startAt, everyMs, clears }: HistoryChunk): readonly Task[] {
    const { node, nodes, seed } = this.#options;
    const tasks: Task[] = clears
      .filter((clear) => clear.node === node)
      .map(({ at }) => ({ at, history: -1, operation: node, planned: undefined, tagged: [] }));
    for (let i = 0; i < count; i++) {
      const { operations, tagged } = planHistory({ seed, history: first + i, nodes });
      for (const [operation, planned] of operations.entries())
        if (planned.node === node)
          tasks.push({
            at: startAt + i * everyMs + planned.atMs,
            history: first + i,
            operation,
            planned,
            tagged,
          });
    }
    return tasks.toSorted((a, b) => a.at - b.at);
  }

  async #do(task: Task): Promise<void> {
    const { hangMs = 10_000 } = this.#options;
    const { history, operation } = task;
    const start = sharedNow();
    let isOver = false;
    const { promise: hung, resolve: giveUp } = Promise.withResolvers<void>();
    const add = (end: number, outcome: Outcome, stamp: number): void => {
      if (isOver) return;
      isOver = true;
      this.#log.add({ history, operation, start, end, stamp, outcome });
    };
    const timer = setTimeout(() => {
      add(Infinity, 'hung', 0);
      giveUp();
    }, hangMs);
    const work = this.#perform(task, start).then(
      (stamp) => add(sharedNow(), stamp === undefined ? 'wrong' : 'done', stamp ?? 0),
      () => add(sharedNow(), 'failed', 0),
    );
    await Promise.race([work, hung]);
    clearTimeout(timer);
  }

  /** The stamp of what was read or set, 0 for nothing, undefined for the value of another key. */
  async #perform({ planned, history, tagged }: Task, start: number): Promise<number | undefined> {
    const { cache, name } = this.#options;
    if (planned === undefined) {
      await cache.clear?.();
      return 0;
    }
    const key = `${name}${history}.${planned.key}`;
    const tag = `${name}${history}`;
    const call = tagged[planned.key] === true ? { tags: [tag] } : {};
    switch (planned.kind) {
      case 'read':
        return stampIn(await cache.getOrSet(key, () => this.#load(history, planned, key), call), key);
      case 'get':
        return stampIn(await cache.get?.(key), key);
      case 'set': {
        const value: Stamped = { k: key, s: start };
        await cache.set?.(key, value, call);
        return start;
      }
      case 'delete':
        await cache.delete?.(key);
        return 0;
      case 'tag':
        await cache.invalidateTag?.(tag);
        return 0;
    }
  }

  /** Reads the register of its key, which is the clock, and takes its time. */
  async #load(history: number, { key, loadMs }: PlannedOperation, name: string): Promise<Stamped> {
    const start = sharedNow();
    await delay(loadMs);
    this.#log.add({ history, operation: -1 - key, start, end: sharedNow(), stamp: 0, outcome: 'done' });
    return { k: name, s: start };
  }
}

function stampIn(value: unknown, key: string): number | undefined {
  if (value === undefined) return 0;
  const isOurs =
    typeof value === 'object' && value !== null && 'k' in value && 's' in value && value.k === key;
  return isOurs && typeof value.s === 'number' ? value.s : undefined;
}

function turn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setImmediate(resolve);
  return promise;
}
