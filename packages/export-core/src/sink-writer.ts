import { crc32 } from 'node:zlib';
import type { ExportSink } from '@perf/contracts';
import { sinkStep } from './failures.ts';
import type { Interruption } from './interruption.ts';

/** Hands bytes to a sink, one write at a time: a write begins when the one before it has ended, which is the back-pressure. */
export class SinkWriter {
  /** Bytes handed to the sink. */
  bytes = 0;
  /** CRC-32 of all bytes, when it is kept. */
  crc = 0;
  readonly #sink: ExportSink;
  readonly #interruption: Interruption;
  readonly #keepsCrc: boolean;
  #writing: Promise<void> | undefined;

  constructor(sink: ExportSink, interruption: Interruption, keepsCrc: boolean) {
    this.#sink = sink;
    this.#interruption = interruption;
    this.#keepsCrc = keepsCrc;
  }

  /** Starts to write when the write before has ended; the bytes must stay as they are until the next call or `settled` resolves. */
  async write(bytes: Uint8Array): Promise<void> {
    await this.settled();
    this.count(bytes);
    this.#writing = sinkStep('writing to the sink', () => this.#sink.write(bytes));
    this.#writing.catch(ignore);
  }

  /** Takes bytes into account that the sink holds. */
  count(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    if (this.#keepsCrc) this.crc = crc32(bytes, this.crc);
  }

  /** Resolves when the sink has taken all bytes. */
  async settled(): Promise<void> {
    const writing = this.#writing;
    if (writing === undefined) return;
    this.#writing = undefined;
    await this.#interruption.wait(writing);
  }
}

/** The promise is awaited later; until then its rejection must not count as unhandled. */
function ignore(): void {}
