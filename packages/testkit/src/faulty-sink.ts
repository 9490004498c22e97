import type { ExportSink } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { Faults } from './faults.ts';

/** The calls a sink can fail. */
export type SinkMethod = 'open' | 'write' | 'writeAt' | 'sync' | 'commit' | 'abort';

/** A real sink that fails, waits or hangs when told: a full disk, a slow client, a write that stops halfway. */
export class FaultySink extends Faults<SinkMethod> implements ExportSink {
  readonly canPatch: boolean;
  readonly canResume: boolean;
  readonly #inner: ExportSink;

  /** @param wait how delays pass; default real timers */
  constructor(inner: ExportSink, wait?: (ms: number) => Promise<void>) {
    super(wait);
    this.#inner = inner;
    this.canPatch = inner.canPatch;
    this.canResume = inner.canResume;
  }

  async open(resumeAt?: number): Promise<void> {
    await this.meet('open');
    await this.#inner.open(resumeAt);
  }

  /** Halfway: the first half of the bytes is written. */
  async write(bytes: Uint8Array): Promise<void> {
    const fault = await this.meet('write');
    await this.#inner.write(fault === undefined ? bytes : bytes.subarray(0, bytes.length >> 1));
    if (fault !== undefined) throw fault.error;
  }

  async writeAt(bytes: Uint8Array, position: number): Promise<void> {
    const fault = await this.meet('writeAt');
    if (this.#inner.writeAt === undefined)
      throw new PerfError('ERR_PERF_UNSUPPORTED', 'this sink cannot overwrite what it wrote');
    await this.#inner.writeAt(fault === undefined ? bytes : bytes.subarray(0, bytes.length >> 1), position);
    if (fault !== undefined) throw fault.error;
  }

  async sync(): Promise<void> {
    await this.meet('sync');
    await this.#inner.sync?.();
  }

  async commit(): Promise<void> {
    await this.meet('commit');
    await this.#inner.commit();
  }

  async abort(reason: unknown, options?: { readonly keep: boolean }): Promise<void> {
    await this.meet('abort');
    await this.#inner.abort(reason, options);
  }
}
