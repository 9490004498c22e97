import type { ExportSink } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { WritableStream, WritableStreamDefaultWriter } from 'node:stream/web';

/**
 * A sink that writes into a Web `WritableStream` of bytes, at the stream's own pace. `commit` closes it; after a failure it is
 * aborted with the error. Each block is copied once, because a stream may hold on to what it took.
 */
export function webSink(stream: WritableStream<Uint8Array>): ExportSink {
  return new WebSink(stream);
}

class WebSink implements ExportSink {
  readonly canPatch = false;
  readonly canResume = false;
  readonly #stream: WritableStream<Uint8Array>;
  #writer: WritableStreamDefaultWriter<Uint8Array> | undefined;
  #isDone = false;

  constructor(stream: WritableStream<Uint8Array>) {
    this.#stream = stream;
  }

  async open(resumeAt?: number): Promise<void> {
    if (resumeAt !== undefined)
      throw new PerfError('ERR_PERF_UNSUPPORTED', 'a stream cannot go on from an earlier run');
    if (this.#stream.locked)
      throw new PerfError('ERR_PERF_OPEN_FAILED', 'the stream is locked by another writer');
    this.#writer = this.#stream.getWriter();
    await this.#writer.ready;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const copy = new Uint8Array(bytes.length);
    copy.set(bytes);
    await this.#opened().write(copy);
  }

  async commit(): Promise<void> {
    await this.#opened().close();
    this.#isDone = true;
  }

  async abort(reason: unknown): Promise<void> {
    if (this.#isDone) return;
    if (this.#writer !== undefined) await this.#writer.abort(reason);
    else if (!this.#stream.locked) await this.#stream.abort(reason);
  }

  #opened(): WritableStreamDefaultWriter<Uint8Array> {
    if (this.#writer !== undefined) return this.#writer;
    throw new PerfError('ERR_PERF_SINK_FAILED', 'the sink is not open');
  }
}
