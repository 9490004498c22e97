import type { ExportSink } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { Writable } from 'node:stream';

/**
 * A sink that writes into a Node stream, as an HTTP response or a socket, at the stream's own pace.
 * `commit` ends the stream; after a failure the stream is destroyed with the error, so that a receiver cannot take a part for
 * the whole. Each block is copied once, because a stream may hold on to what it took.
 */
export function writableSink(stream: Writable): ExportSink {
  return new WritableSink(stream);
}

class WritableSink implements ExportSink {
  readonly canPatch = false;
  readonly canResume = false;
  readonly #stream: Writable;
  #failure: Error | undefined;
  #isDone = false;
  /** Rejects what is waited for now. */
  #reject: ((error: Error) => void) | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  async open(resumeAt?: number): Promise<void> {
    if (resumeAt !== undefined)
      throw new PerfError('ERR_PERF_UNSUPPORTED', 'a stream cannot go on from an earlier run');
    const { errored, destroyed, writableEnded } = this.#stream;
    if ((errored ?? null) !== null || destroyed || writableEnded)
      throw new PerfError(
        'ERR_PERF_OPEN_FAILED',
        'the stream was ended or destroyed before the export began',
        {
          cause: errored,
        },
      );
    this.#stream.on('error', (error) => this.#fail(error));
    this.#stream.on('close', () => this.#fail(new Error('the stream was closed before its end')));
  }

  async write(bytes: Uint8Array): Promise<void> {
    const copy = Buffer.allocUnsafeSlow(bytes.length);
    copy.set(bytes);
    await this.#step((settled) => this.#stream.write(copy, settled));
  }

  async commit(): Promise<void> {
    await this.#step((settled) => this.#stream.end(() => settled(this.#stream.errored)));
    this.#isDone = true;
  }

  async abort(reason: unknown): Promise<void> {
    if (this.#isDone || this.#stream.destroyed) return;
    // Without a listener the stream's error would end the process; the export reports it already.
    this.#stream.on('error', () => undefined);
    this.#stream.destroy(reason instanceof Error ? reason : new Error(String(reason)));
  }

  async #step(start: (settled: (error?: Error | null) => void) => void): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    await new Promise<void>((resolve, reject) => {
      this.#reject = reject;
      start((error) => (error === null || error === undefined ? resolve() : reject(error)));
    });
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#reject?.(this.#failure);
  }
}
