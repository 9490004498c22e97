import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { PerfError } from '@perf/contracts';
import type { FromJobsWorker, JobsWorkerOrder } from './jobs-messages.ts';

const WORKER = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './jobs-worker.ts' : './jobs-worker.js', import.meta.url),
);

/** Worker processes that can be killed, each with another in its place at once. */
export class JobsCrew implements Disposable {
  /** How often each job was completed. */
  readonly completions: Map<string, number> = new Map();
  readonly #order: JobsWorkerOrder;
  /** Jobs that run, by the process that runs them; processes in the order in which they came. */
  readonly #running = new Map<ChildProcess, Set<string>>();
  #fault: PerfError | undefined;

  constructor(size: number, order: JobsWorkerOrder) {
    this.#order = order;
    for (let i = 0; i < size; i++) this.#hire();
  }

  /** Kills, without a warning, the process that has been there longest, and puts another in its place. Gives whether it ran a job. */
  kill(): boolean {
    const [victim, jobs] = this.#running.entries().next().value ?? [];
    if (victim === undefined) return false;
    this.#running.delete(victim);
    victim.kill('SIGKILL');
    this.#hire();
    return jobs !== undefined && jobs.size > 0;
  }

  /** Throws when a process ended that nobody killed. */
  throwIfBroken(): void {
    if (this.#fault !== undefined) throw this.#fault;
  }

  [Symbol.dispose](): void {
    const children = [...this.#running.keys()];
    this.#running.clear();
    for (const child of children) child.kill('SIGKILL');
  }

  #hire(): void {
    const child = fork(WORKER, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#running.set(child, new Set());
    child.on('message', (message: FromJobsWorker) => this.#hear(child, message));
    child.on('error', (cause) => this.#break(child, cause.message));
    child.on('exit', (code, signal) => this.#break(child, `it ended with ${code ?? signal ?? 'no word'}`));
    child.send(this.#order);
  }

  #hear(child: ChildProcess, message: FromJobsWorker): void {
    if (message.event === 'broken') this.#break(child, message.reason);
    if (message.event !== 'job') return;
    const { job, what } = message;
    if (what === 'completed') this.completions.set(job, (this.completions.get(job) ?? 0) + 1);
    if (what === 'started') this.#running.get(child)?.add(job);
    else this.#running.get(child)?.delete(job);
  }

  #break(child: ChildProcess, reason: string): void {
    if (this.#running.has(child))
      this.#fault ??= new PerfError('ERR_PERF_RUN_INVALID', `a worker process failed: ${reason}`);
  }
}
