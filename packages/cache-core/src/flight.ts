import type { CachedResult, LoadContext } from '@perf/contracts';
import { PerfError, abortError } from '@perf/contracts';
import type { Held } from './held.ts';
import type { SeenTags } from './memory-entry.ts';
import { isCurrent } from './tag-slots.ts';

/** Thrown through a load by `notModified`. */
export const NOT_MODIFIED: unique symbol = Symbol('not modified');

/**
 * One load that is running. It is the token of its generation: a cache keeps its result only while this very flight is
 * the one under its key, and an invalidation takes it from there first of all.
 */
export class Flight implements LoadContext {
  /** Epoch ms when the load began. */
  readonly startedAt: number;
  /** The tags as they were before the load began. */
  readonly tags: SeenTags | undefined;
  /** Settles with the load; set once the load has given back a promise. */
  result: Promise<unknown> | undefined;
  /** What is held and out of date, and whether it may be served when the load fails. */
  old: { readonly held: Held; readonly mayServe: boolean } | undefined;
  /** The mark of the version that is being loaded. */
  newEtag: string | undefined;
  #waiting = 0;
  #controller: AbortController | undefined;
  #abortReason: PerfError | undefined;

  constructor(startedAt: number, tags: SeenTags | undefined) {
    this.startedAt = startedAt;
    this.tags = tags;
  }

  /** Given to the load. Made when first asked for: most loads never do. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  get previous(): CachedResult<unknown> | undefined {
    return this.old?.held.asResult('cache');
  }

  get etag(): string | undefined {
    return this.old?.held.etag;
  }

  setEtag(etag: string): void {
    this.newEtag = etag;
  }

  notModified(): never {
    if (this.old === undefined)
      throw new PerfError(
        'ERR_PERF_UNSUPPORTED',
        'notModified() was called by a load that has no previous value',
      );
    // Not an error: the way out of a load that has nothing to give back.
    // oxlint-disable-next-line typescript/only-throw-error
    throw NOT_MODIFIED;
  }

  /**
   * Lets go of what it holds: it has ended. A `Map` that flights come to and leave all the time keeps them alive until the next major
   * collection, and they would keep every value that was loaded.
   */
  end(): void {
    this.result = undefined;
    this.old = undefined;
  }

  /** Whether none of its tags was invalidated since it began. */
  get isCurrent(): boolean {
    return this.tags === undefined || isCurrent(this.tags);
  }

  /** Stops the load, if it listens to its signal. */
  abort(reason: PerfError): void {
    this.#abortReason = reason;
    this.#controller?.abort(reason);
  }

  /**
   * Waits for `result`. A caller whose `signal` is aborted leaves alone, with `ERR_PERF_ABORTED`; when it was the last one,
   * `abandoned` is called and the load is aborted. A caller without signal never leaves.
   */
  join(result: Promise<unknown>, signal: AbortSignal | undefined, abandoned: () => void): Promise<unknown> {
    this.#waiting++;
    if (signal === undefined) return result;
    const { promise, resolve, reject } = Promise.withResolvers();
    const leave = (): void => {
      reject(abortError(signal, 'the wait for a load'));
      if (--this.#waiting > 0) return;
      abandoned();
      this.abort(
        new PerfError('ERR_PERF_ABORTED', 'the last caller of the load has gone', { cause: signal.reason }),
      );
    };
    const stay = (): void => signal.removeEventListener('abort', leave);
    signal.addEventListener('abort', leave, { once: true });
    void result.finally(stay).then(resolve, reject);
    return promise;
  }
}
