import { PerfError } from '@perf/contracts';

/** Stdout that fails by an error of a promise, never by an uncaught one. */
export class StandardOutput {
  #failure: Error | undefined;

  constructor() {
    process.stdout.on('error', (error: Error) => (this.#failure ??= error));
    // Nobody is left to tell when stderr is closed.
    process.stderr.on('error', () => undefined);
  }

  /** Writes, and goes on; `flush` tells of failures. */
  readonly write = (text: string): void => {
    if (!process.stdout.writableEnded) process.stdout.write(text);
  };

  /** Waits until everything is written. Throws `ERR_PERF_SINK_FAILED` when something was not. */
  async flush(): Promise<void> {
    if (this.#failure === undefined && !process.stdout.writableEnded && !process.stdout.destroyed)
      await new Promise((resolve) => process.stdout.write('', resolve));
    if (this.#failure === undefined) return;
    throw new PerfError('ERR_PERF_SINK_FAILED', `writing to stdout failed: ${this.#failure.message}`, {
      cause: this.#failure,
    });
  }
}
