import { PerfError } from '@perf/contracts';
import { checkCount, checkNumber } from './check-number.ts';
import { throwIfStopped } from './stop-error.ts';
import type { After } from './timer.ts';
import { realAfter } from './timer.ts';
import type { Priority, WaitOptions } from './waiting-room.ts';
import { WaitingRoom } from './waiting-room.ts';

/** How callers wait at a limit. */
export interface LimitOptions {
  /** What is limited, for errors. @default 'the limit' */
  readonly name?: string;
  /** Most callers that wait; the next one gets `ERR_PERF_OVERLOADED` at once. 0: nobody waits. @default Infinity */
  readonly maxWaiting?: number;
  /** Longest wait for a turn, then `ERR_PERF_TIMEOUT`. @default Infinity */
  readonly waitMs?: number;
  /** Timers. @default those of Node */
  readonly after?: After;
}

/**
 * So many pieces of work at once and no more; the others wait in order of priority, then of arrival.
 *
 * @example
 * const queries = new Limit(50, { maxWaiting: 200 });
 * const rows = await queries.run(() => database.query(text));
 */
export class Limit {
  readonly #name: string;
  readonly #maxWaiting: number;
  readonly #room: WaitingRoom<void>;
  #max: number;
  #running = 0;

  /** @param max pieces of work at once, 1 or more; `Infinity`: no limit */
  constructor(max: number, options: LimitOptions = {}) {
    const { name = 'the limit', maxWaiting = Infinity, waitMs = Infinity, after = realAfter } = options;
    this.#max = checkCount('max', max, 1, true);
    this.#maxWaiting = checkCount('maxWaiting', maxWaiting, 0, true);
    this.#name = name;
    checkNumber('waitMs', waitMs, { atLeast: 0, orInfinite: true });
    this.#room = new WaitingRoom(`the wait at ${name}`, waitMs, after);
  }

  /** Pieces of work that may run at once now. */
  get max(): number {
    return this.#max;
  }

  /** Pieces of work that run now. */
  get running(): number {
    return this.#running;
  }

  /** Callers that wait now. */
  get waiting(): number {
    return this.#room.size;
  }

  /**
   * Runs `work` when its turn comes and gives what it gives. `work` is not called when the wait fails: `ERR_PERF_OVERLOADED` at a
   * full room, `ERR_PERF_TIMEOUT` after `waitMs`, `ERR_PERF_ABORTED` by the signal. The turn ends when `work` settles.
   */
  async run<T>(work: () => T | Promise<T>, options?: WaitOptions): Promise<T> {
    if (options !== undefined) throwIfStopped(options.signal, `the wait at ${this.#name}`);
    if (!this.tryEnter()) await this.#wait(options);
    try {
      return await work();
    } finally {
      this.leave();
    }
  }

  /** Takes a turn if one is free now, and says whether it did. Whoever took one gives it back by `leave`, once. */
  tryEnter(): boolean {
    if (this.#running >= this.#max) return false;
    this.#running += 1;
    return true;
  }

  /** Gives a turn back that `tryEnter` gave. */
  leave(): void {
    if (this.#running > this.#max || !this.#room.serve()) this.#running -= 1;
  }

  /** Changes how many may run at once. More: waiting callers begin now. Fewer: those that run end as they would. */
  resize(max: number): void {
    this.#max = checkCount('max', max, 1, true);
    while (this.#running < this.#max && this.#room.serve()) this.#running += 1;
  }

  /** Callers that would be served before a newcomer of this priority. */
  ahead(priority: Priority = 'normal'): number {
    return this.#room.ahead(priority);
  }

  #wait(options: WaitOptions = {}): Promise<void> {
    if (this.#room.size < this.#maxWaiting) return this.#room.wait(options);
    const text = `${this.#name} is full: ${this.#running} run and ${this.#room.size} wait`;
    throw new PerfError('ERR_PERF_OVERLOADED', text);
  }
}
