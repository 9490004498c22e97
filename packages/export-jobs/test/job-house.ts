import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Batch, JobQueue, JobRecord, JobState, JobStore, RepeatableSource } from '@perf/contracts';
import { createCsvExporter } from '@perf/export-csv';
import type { ExportJobs, ExportJobsOptions, FolderOutputs, JobWorkerOptions } from '@perf/export-jobs';
import { createExportJobs, createJobWorker, folderOutputs } from '@perf/export-jobs';
import { mixedSource } from '@perf/testkit/measure';

/** What adapters a house is built on. */
export interface JobAdapters extends AsyncDisposable {
  readonly queue: JobQueue;
  readonly store: JobStore;
}

/** A source that stops at a row until it is let go. */
export class Gate {
  readonly #opened = Promise.withResolvers<void>();
  readonly #reached = Promise.withResolvers<void>();

  /** Resolves when the source has come to the gate. */
  get reached(): Promise<void> {
    return this.#reached.promise;
  }

  open(): void {
    this.#opened.resolve();
  }

  async pass(signal: AbortSignal): Promise<void> {
    this.#reached.resolve();
    const aborted = Promise.withResolvers<void>();
    signal.addEventListener('abort', () => aborted.resolve(), { once: true });
    if (signal.aborted) return;
    await Promise.race([this.#opened.promise, aborted.promise]);
  }
}

/** Jobs with a worker of their own in a folder of their own. */
export class JobHouse implements AsyncDisposable {
  readonly jobs: ExportJobs;
  readonly outputs: FolderOutputs;
  readonly folder: string;
  readonly errors: unknown[] = [];
  /** Gates of sources, by the name that `params` give. */
  readonly gates = new Map<string, Gate>();
  /** Cursors that sources were opened with. */
  readonly cursors: unknown[] = [];
  /** Errors that sources throw before their first row, one for each time they are opened. */
  readonly failures: Error[] = [];
  fingerprint = 'first';
  readonly #adapters: JobAdapters;
  readonly #workers: AsyncDisposable[] = [];

  private constructor(adapters: JobAdapters, folder: string, options: Partial<ExportJobsOptions>) {
    this.#adapters = adapters;
    this.folder = folder;
    this.outputs = folderOutputs(folder);
    this.jobs = createExportJobs({
      ...this.parts(),
      linkSecret: 'a secret of more than 32 characters!',
      ...options,
    });
  }

  static async open(adapters: JobAdapters, options: Partial<ExportJobsOptions> = {}): Promise<JobHouse> {
    return new JobHouse(adapters, await mkdtemp(join(tmpdir(), 'perf-jobs-')), options);
  }

  parts(): Pick<JobWorkerOptions, 'queue' | 'store' | 'outputs'> {
    return { queue: this.#adapters.queue, store: this.#adapters.store, outputs: this.outputs };
  }

  async work(options: Partial<JobWorkerOptions> = {}): Promise<AsyncDisposable> {
    const worker = await createJobWorker({
      ...this.parts(),
      sources: { mixed: (params, { cursor, signal }) => this.#source(params, cursor, signal) },
      formats: {
        csv: () => createCsvExporter(),
        'csv.gz': () => createCsvExporter({ compression: 'gzip' }),
      },
      retries: { delayMs: 1, maxDelayMs: 10 },
      onError: (error) => this.errors.push(error),
      ...options,
    });
    this.#workers.push(worker);
    return worker;
  }

  /** The record once it is in one of the states. */
  async until(id: string, ...states: JobState[]): Promise<JobRecord> {
    for (;;) {
      const record = await this.jobs.get(id);
      if (record === undefined) throw new Error(`job ${id} is gone`);
      if (states.includes(record.state)) return record;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const worker of this.#workers) await worker[Symbol.asyncDispose]();
    await this.#adapters[Symbol.asyncDispose]();
    await rm(this.folder, { recursive: true, force: true });
  }

  #source(params: unknown, cursor: unknown, signal: AbortSignal): RepeatableSource {
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    this.cursors.push(cursor);
    const { rows, gate, at } = paramsOf(params);
    const source = mixedSource(rows, { after: cursor });
    const gates = this.gates;
    return {
      schema: source.schema,
      fingerprint: this.fingerprint,
      cursorAfter: (batch, index) => source.cursorAfter(batch, index),
      async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
        let given = typeof cursor === 'number' ? cursor : 0;
        for await (const batch of source) {
          if (gate !== '' && given <= at && given + 4096 > at) await gates.get(gate)?.pass(signal);
          yield batch;
          given += 4096;
        }
      },
    };
  }
}

function paramsOf(params: unknown): { readonly rows: number; readonly gate: string; readonly at: number } {
  const { rows, gate, at } = Object.fromEntries(Object.entries(params ?? {}));
  return { rows: Number(rows), gate: typeof gate === 'string' ? gate : '', at: Number(at ?? 0) };
}
