import type { ExportSink } from '@perf/contracts';
import { PerfError } from '@perf/contracts';

const READ_BYTES = 100_000;

/** A sink in memory that can do all a sink can, keeps every byte, and says what became of it. */
export class MemorySink implements ExportSink {
  readonly canPatch = true;
  readonly canResume = true;
  #bytes = new Uint8Array(1024);
  #length = 0;
  #state: 'new' | 'open' | 'committed' | 'aborted' = 'new';
  #reason: unknown;
  #kept = false;

  /** @param kept what an earlier run has left */
  constructor(kept: Uint8Array = new Uint8Array(0)) {
    if (kept.length === 0) return;
    this.#bytes = Uint8Array.from(kept);
    this.#length = kept.length;
  }

  /** `aborted` also when it was never opened. */
  get state(): 'new' | 'open' | 'committed' | 'aborted' {
    return this.#state;
  }

  /** What `abort` was given. */
  get abortReason(): unknown {
    return this.#reason;
  }

  /** Whether the abort asked to keep what was written. */
  get kept(): boolean {
    return this.#kept;
  }

  /** A copy of what was written so far. */
  get bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** What was written so far, as UTF-8. */
  get text(): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.#bytes.subarray(0, this.#length));
  }

  async open(resumeAt?: number): Promise<void> {
    if (this.#state === 'open' || this.#state === 'committed') throw this.#misuse('opened');
    if ((resumeAt ?? 0) > this.#length)
      throw new PerfError('ERR_PERF_SINK_FAILED', `cannot keep ${resumeAt} bytes of ${this.#length}`);
    this.#length = resumeAt ?? 0;
    this.#state = 'open';
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#state !== 'open') throw this.#misuse('written');
    if (this.#length + bytes.length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + bytes.length));
      grown.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  async writeAt(bytes: Uint8Array, position: number): Promise<void> {
    if (this.#state !== 'open' || position + bytes.length > this.#length) throw this.#misuse('patched');
    this.#bytes.set(bytes, position);
  }

  async *read(length: number): AsyncGenerator<Uint8Array> {
    if (this.#state !== 'open' || length > this.#length) throw this.#misuse('read');
    for (let at = 0; at < length; at += READ_BYTES)
      yield this.#bytes.slice(at, Math.min(length, at + READ_BYTES));
  }

  async sync(): Promise<void> {
    if (this.#state !== 'open') throw this.#misuse('synced');
  }

  async commit(): Promise<void> {
    if (this.#state !== 'open') throw this.#misuse('committed');
    this.#state = 'committed';
  }

  async abort(reason: unknown, options?: { readonly keep: boolean }): Promise<void> {
    if (this.#state === 'committed') throw this.#misuse('aborted');
    this.#reason ??= reason;
    this.#kept = options?.keep ?? false;
    if (!this.#kept) this.#length = 0;
    this.#state = 'aborted';
  }

  #misuse(doing: string): PerfError {
    return new PerfError('ERR_PERF_SINK_FAILED', `a sink that is ${this.#state} cannot be ${doing}`);
  }
}
