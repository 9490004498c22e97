/** When a tier counts as down, and when it is tried again. */
export interface BreakerOptions {
  /** Failures in a row after which it is asked no more. */
  readonly failures: number;
  /** Ms after which one call tries it again. */
  readonly retryMs: number;
  readonly now: () => number;
}

/** Keeps callers away from a tier that is down: after some failures in a row one call per `retryMs` tries it, the others are refused. */
export class Breaker {
  readonly #options: BreakerOptions;
  #failed = 0;
  #retryAt = 0;

  constructor(options: BreakerOptions) {
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#failed >= this.#options.failures;
  }

  /** Whether a call may be made now. When the breaker is open, the caller that gets `true` is the one that tries. */
  admits(): boolean {
    if (!this.isOpen) return true;
    const now = this.#options.now();
    // A clock that was set back must not keep the tier out for longer than one stretch.
    if (now < this.#retryAt && this.#retryAt - now <= this.#options.retryMs) return false;
    this.#retryAt = now + this.#options.retryMs;
    return true;
  }

  succeeded(): void {
    this.#failed = 0;
  }

  failed(): void {
    this.#failed++;
    if (this.isOpen) this.#retryAt = this.#options.now() + this.#options.retryMs;
  }
}
