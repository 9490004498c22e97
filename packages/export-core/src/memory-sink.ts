import type { ExportSink } from '@perf/contracts';
import { PerfError } from '@perf/contracts';

/** A sink that keeps the output in memory. For small outputs and tests. */
export interface MemorySink extends ExportSink {
  /** The whole output. Throws `ERR_PERF_UNSUPPORTED` before the export has committed. */
  bytes(): Uint8Array;
}

/**
 * Makes a sink that keeps the output in memory.
 *
 * @example
 * const sink = memorySink();
 * await exportCsv(rows, sink);
 * const text = new TextDecoder().decode(sink.bytes());
 */
export function memorySink(): MemorySink {
  return new CollectingSink();
}

class CollectingSink implements MemorySink {
  readonly canPatch = false;
  readonly canResume = false;
  #blocks: Uint8Array[] = [];
  #whole: Uint8Array | undefined;

  async open(resumeAt?: number): Promise<void> {
    if (resumeAt !== undefined)
      throw new PerfError('ERR_PERF_UNSUPPORTED', 'a memory sink cannot go on from an earlier run');
    this.#blocks = [];
    this.#whole = undefined;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#blocks.push(Uint8Array.from(bytes));
  }

  async commit(): Promise<void> {
    this.#whole = new Uint8Array(Buffer.concat(this.#blocks));
    this.#blocks = [];
  }

  async abort(): Promise<void> {
    this.#blocks = [];
  }

  bytes(): Uint8Array {
    if (this.#whole !== undefined) return this.#whole;
    throw new PerfError('ERR_PERF_UNSUPPORTED', 'the export into this sink has not been committed');
  }
}
