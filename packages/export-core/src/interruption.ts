import { abortError } from '@perf/contracts';

/** Lets every wait of one export end at once when its signal is aborted. One wait at a time. */
export class Interruption {
  readonly #signal: AbortSignal | undefined;
  readonly #doing: string;
  #reject: ((reason: unknown) => void) | undefined;

  /** @param doing what is stopped, as in `the csv export` */
  constructor(signal: AbortSignal | undefined, doing: string) {
    this.#signal = signal;
    this.#doing = doing;
    signal?.addEventListener('abort', this.#stop, { once: true });
  }

  /** Whether the signal was aborted. */
  get isAborted(): boolean {
    return this.#signal?.aborted === true;
  }

  /** Throws `ERR_PERF_ABORTED` when the signal was aborted. */
  check(): void {
    if (this.#signal?.aborted === true) throw abortError(this.#signal, this.#doing);
  }

  /**
   * What `promise` gives, unless the signal is aborted first; then `promise` goes on unheard.
   * Each wait has a promise of its own: `Promise.race` with one long-lived promise would gather reactions on it.
   */
  async wait<T>(promise: Promise<T>): Promise<T> {
    if (this.#signal === undefined) return promise;
    return new Promise<T>((resolve, reject) => {
      this.#reject = reject;
      promise.then(resolve, reject);
      if (this.isAborted) this.#stop();
    });
  }

  /** Lets go of the signal. */
  dispose(): void {
    this.#signal?.removeEventListener('abort', this.#stop);
    this.#reject = undefined;
  }

  readonly #stop = (): void => {
    if (this.#signal !== undefined) this.#reject?.(abortError(this.#signal, this.#doing));
  };
}
