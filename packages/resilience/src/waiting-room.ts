import { PerfError } from '@perf/contracts';
import type { Place } from './line.ts';
import { Line } from './line.ts';
import { stopError } from './stop-error.ts';
import type { After, Timer } from './timer.ts';

/** Who goes first. Within one priority, who came first. */
export type Priority = 'high' | 'normal' | 'low';

/** How one caller waits. */
export interface WaitOptions {
  /** Ends the wait when it is aborted. */
  readonly signal?: AbortSignal | undefined;
  /** Default `normal`. */
  readonly priority?: Priority | undefined;
}

/** Callers that wait in order, each until it is served, told to go, out of time, or aborted. Nobody is served twice or lost. */
export class WaitingRoom<T> {
  readonly #lines: Readonly<Record<Priority, Line<Waiter<T>>>> = {
    high: new Line(),
    normal: new Line(),
    low: new Line(),
  };
  readonly #doing: string;
  readonly #waitMs: number;
  readonly #after: After;

  /**
   * @param doing what a waiter does, for its error, as in `the wait for a connection`
   * @param waitMs longest wait; after it `ERR_PERF_TIMEOUT`. `Infinity`: as long as it takes
   */
  constructor(doing: string, waitMs: number, after: After) {
    this.#doing = doing;
    this.#waitMs = waitMs;
    this.#after = after;
  }

  /** Callers that wait now. */
  get size(): number {
    return this.#lines.high.size + this.#lines.normal.size + this.#lines.low.size;
  }

  /** Callers that would be served before a newcomer of this priority. */
  ahead(priority: Priority): number {
    if (priority === 'high') return this.#lines.high.size;
    if (priority === 'normal') return this.#lines.high.size + this.#lines.normal.size;
    return this.size;
  }

  /** Waits for a turn. Rejects with the error of `refuse`, `ERR_PERF_TIMEOUT` or `ERR_PERF_ABORTED`. */
  wait({ signal, priority = 'normal' }: WaitOptions): Promise<T> {
    if (signal?.aborted === true) return Promise.reject(stopError(signal, this.#doing));
    const waiter = new Waiter<T>(this.#lines[priority]);
    if (signal !== undefined) waiter.stopOn(signal, this.#doing);
    if (this.#waitMs !== Infinity)
      waiter.timer = this.#after(this.#waitMs, () => {
        const text = `${this.#doing} took longer than ${this.#waitMs} ms`;
        waiter.refuse(new PerfError('ERR_PERF_TIMEOUT', text));
      });
    return waiter.promise;
  }

  /** Serves the first caller; false when nobody waits. */
  serve(value: T): boolean {
    const { high, normal, low } = this.#lines;
    const waiter = high.shift() ?? normal.shift() ?? low.shift();
    waiter?.serve(value);
    return waiter !== undefined;
  }

  /** Sends the first caller away with an error; false when nobody waits. */
  refuseFirst(error: unknown): boolean {
    const { high, normal, low } = this.#lines;
    const waiter = high.shift() ?? normal.shift() ?? low.shift();
    waiter?.refuseOutside(error);
    return waiter !== undefined;
  }
}

/** One caller. Once out of its line it settles exactly once. */
class Waiter<T> {
  readonly promise: Promise<T>;
  timer: Timer | undefined;
  readonly #line: Line<Waiter<T>>;
  readonly #place: Place<Waiter<T>>;
  #resolve!: (value: T) => void;
  #reject!: (error: unknown) => void;
  #signal: AbortSignal | undefined;
  #stop: (() => void) | undefined;

  constructor(line: Line<Waiter<T>>) {
    this.#line = line;
    this.#place = line.push(this);
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  stopOn(signal: AbortSignal, doing: string): void {
    this.#signal = signal;
    this.#stop = () => this.refuse(stopError(signal, doing));
    signal.addEventListener('abort', this.#stop, { once: true });
  }

  /** The line has let it go already. */
  serve(value: T): void {
    this.#forget();
    this.#resolve(value);
  }

  /** The line has let it go already. */
  refuseOutside(error: unknown): void {
    this.#forget();
    this.#reject(error);
  }

  /** Leaves the line and fails. */
  refuse(error: unknown): void {
    this.#line.remove(this.#place);
    this.refuseOutside(error);
  }

  #forget(): void {
    this.timer?.cancel();
    if (this.#stop !== undefined) this.#signal?.removeEventListener('abort', this.#stop);
  }
}
