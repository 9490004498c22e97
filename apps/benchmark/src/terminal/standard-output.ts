import { PerfError } from '@perf/contracts';

/** Stdout that fails by an error of a promise, never by an uncaught one. */
export class StandardOutput {
  #failure: Error | undefined;
  #written: Promise<void> = Promise.resolve();

  constructor() {
    process.stdout.on('error', (error: Error) => (this.#failure ??= error));
    // Nobody is left to tell when stderr is closed.
    process.stderr.on('error', () => undefined);
  }

  /** Writes, and goes on; `flush` tells of failures. */
  readonly write = (text: string): void => {
    this.#written = new Promise((resolve) => {
      process.stdout.write(text, (error) => {
        this.#failure ??= error ?? undefined;
        resolve();
      });
    });
  };

  /** Waits until everything is written. Throws `ERR_PERF_SINK_FAILED` when something was not. */
  async flush(): Promise<void> {
    await this.#written;
    if (this.#failure === undefined) return;
    throw new PerfError('ERR_PERF_SINK_FAILED', `writing to stdout failed: ${this.#failure.message}`, {
      cause: this.#failure,
    });
  }
}
