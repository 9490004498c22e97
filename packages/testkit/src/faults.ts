import { PerfError, abortError, throwIfAborted } from '@perf/contracts';

/** One fault that waits for a call. */
interface Planned {
  readonly method: string | undefined;
  readonly error: unknown;
  readonly partial: boolean;
}

/** What a call must do, as its plan says. */
export interface Fault {
  /** Thrown by the call. */
  readonly error: unknown;
  /** Whether the call takes a part of its data first. */
  readonly partial: boolean;
}

/** Faults to come, delays, a stop, and counters of calls: what the fault wrappers share. */
export class Faults<Method extends string> {
  #planned: Planned[] = [];
  #delayMs = 0;
  #wait: (ms: number) => Promise<void>;
  #hung: PromiseWithResolvers<void> | undefined;
  readonly #calls = new Map<string, number>();

  /** @param wait how delays pass; default real timers. A `FakeClock`'s `sleep` makes them deterministic. */
  constructor(wait: (ms: number) => Promise<void> = realWait) {
    this.#wait = wait;
  }

  /** The next call (of `method`, or of any) fails with `error`. Called again, one more call fails. */
  failNext(method?: Method, error: unknown = plantedError(method)): void {
    this.#planned.push({ method, error, partial: false });
  }

  /** The next call of `method` takes only a part of what it was given, then fails. */
  failHalfway(method: Method, error: unknown = plantedError(method)): void {
    this.#planned.push({ method, error, partial: true });
  }

  /** From now on each call begins `ms` late; 0 ends it. */
  delay(ms: number): void {
    this.#delayMs = ms;
  }

  /** From now on calls wait until `release()`, or until their own signal is aborted. */
  hang(): void {
    this.#hung ??= Promise.withResolvers();
  }

  /** Lets every waiting call go on, and stops hanging. */
  release(): void {
    this.#hung?.resolve();
    this.#hung = undefined;
  }

  /** How often `method` was called, or all together; a call that failed counts. */
  calls(method?: Method): number {
    if (method !== undefined) return this.#calls.get(method) ?? 0;
    return [...this.#calls.values()].reduce((sum, count) => sum + count, 0);
  }

  /** Counts a call, waits as told, and gives the fault it must have. Wrappers call it first. */
  async meet(method: Method, signal?: AbortSignal): Promise<Fault | undefined> {
    this.#calls.set(method, this.calls(method) + 1);
    const at = this.#planned.findIndex((plan) => plan.method === undefined || plan.method === method);
    const [fault] = at < 0 ? [] : this.#planned.splice(at, 1);
    if (this.#delayMs > 0) await this.#wait(this.#delayMs);
    if (this.#hung !== undefined) await untilReleased(this.#hung.promise, signal);
    throwIfAborted(signal, `a delayed ${method}`);
    if (fault !== undefined && !fault.partial) throw fault.error;
    return fault;
  }
}

/** Waits for `released`, or throws `ERR_PERF_ABORTED`. */
async function untilReleased(released: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (signal === undefined) return released;
  throwIfAborted(signal, 'a hanging call');
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(abortError(signal, 'a hanging call'));
  signal.addEventListener('abort', abort, { once: true });
  try {
    await Promise.race([released, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function plantedError(method: string | undefined): PerfError {
  return new PerfError('ERR_PERF_TIER_UNAVAILABLE', `planted failure of ${method ?? 'a call'}`);
}

function realWait(ms: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, ms));
}
