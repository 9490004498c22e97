import { PerfError } from '@perf/contracts';
import { WorkerHost } from './worker-host.ts';
import type { WorkerData } from './worker-messages.ts';

interface Waiter {
  readonly resolve: (host: WorkerHost) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The workers of one database. A file has several, each for one statement at a time, so that ending one worker stops one
 * statement. `:memory:` lives in one worker, which statements share.
 */
export class WorkerPool {
  readonly shared: boolean;
  readonly #data: WorkerData;
  readonly #most: number;
  readonly #idle: WorkerHost[] = [];
  readonly #all = new Set<WorkerHost>();
  readonly #queue: Waiter[] = [];
  /** Workers told to end that may still be inside a statement; nobody waits for them but `close`. */
  readonly #ending = new Set<Promise<void>>();
  #starting = 0;
  #closed = false;

  constructor(data: WorkerData, most: number) {
    this.#data = data;
    this.shared = data.path === ':memory:' || data.path === '';
    this.#most = this.shared ? 1 : most;
  }

  async take(): Promise<WorkerHost> {
    if (this.#closed) throw disposed();
    const free = this.#free();
    if (free !== undefined) return free;
    if (this.#all.size + this.#starting >= this.#most)
      return new Promise((resolve, reject) => this.#queue.push({ resolve, reject }));
    this.#starting++;
    try {
      const host = await WorkerHost.open(this.#data);
      if (this.#closed) {
        await host.terminate();
        throw disposed();
      }
      this.#all.add(host);
      if (this.shared) for (const waiting of this.#queue.splice(0)) waiting.resolve(host);
      return host;
    } catch (error) {
      for (const waiting of this.#queue.splice(0)) waiting.reject(error);
      throw error;
    } finally {
      this.#starting--;
    }
  }

  /** A worker that takes a statement now. One that died of itself is forgotten, except that of `:memory:`: its data is lost. */
  #free(): WorkerHost | undefined {
    if (this.shared) return this.#all.values().next().value;
    for (let host = this.#idle.pop(); host !== undefined; host = this.#idle.pop()) {
      if (!host.isEnded) return host;
      this.#all.delete(host);
    }
    return undefined;
  }

  /** Gives a worker back. One that is still busy is ended, and a new one started for whoever waits. */
  release(host: WorkerHost, idle: boolean): void {
    if (this.shared || !this.#all.has(host)) return;
    if (idle && !host.isEnded) {
      const next = this.#queue.shift();
      if (next === undefined) this.#idle.push(host);
      else next.resolve(host);
      return;
    }
    this.#all.delete(host);
    const ending = host.terminate().finally(() => this.#ending.delete(ending));
    this.#ending.add(ending);
    const next = this.#queue.shift();
    if (next !== undefined) this.take().then(next.resolve, next.reject);
  }

  async close(): Promise<void> {
    this.#closed = true;
    for (const waiting of this.#queue.splice(0)) waiting.reject(disposed());
    this.#idle.length = 0;
    const ending = [...this.#all].map((host) => host.terminate());
    this.#all.clear();
    await Promise.all([...ending, ...this.#ending]);
  }
}

function disposed(): PerfError {
  return new PerfError('ERR_PERF_DISPOSED', 'the SQLite engine was disposed');
}
