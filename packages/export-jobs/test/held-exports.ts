import type {
  ExportManifest,
  ExportOptions,
  Exporter,
  JobOutputs,
  JobQueue,
  JobRequest,
  JobStore,
  RepeatableSource,
} from '@perf/contracts';
import type { JobWorkerOptions } from '@perf/export-jobs';
import { MemorySink } from '@perf/testkit';
import { mixedSource } from '@perf/testkit/measure';

/** An export that goes on until the test ends it. */
interface Held {
  readonly finish: () => void;
  readonly fail: (error: Error) => void;
}

/** A format whose exports end when the test says so. Files are nowhere. */
export class HeldExports {
  /** Jobs whose files were removed. */
  readonly removed: string[] = [];
  /** The export that runs for each name. */
  readonly running = new Map<string, Held>();
  /** How many sources are open. */
  open = 0;

  readonly outputs: JobOutputs = {
    open: async () => ({
      sink: new MemorySink(),
      checkpoint: { load: async () => undefined, save: async () => undefined, remove: async () => undefined },
    }),
    remove: async ({ id }) => void this.removed.push(id),
  };

  /** What a worker is made of. */
  parts(queue: JobQueue, store: JobStore): JobWorkerOptions {
    return {
      queue,
      store,
      outputs: this.outputs,
      sources: { held: () => this.#source() },
      formats: { held: ({ options }) => this.#exporter(String(options?.['name'])) },
      concurrency: 100,
      random: () => 0,
    };
  }

  asked(name: string): JobRequest {
    return { source: { name: 'held' }, format: 'held', owner: 'ada', options: { name } };
  }

  #source(): RepeatableSource & AsyncDisposable {
    this.open++;
    return { ...mixedSource(1), [Symbol.asyncDispose]: async () => void this.open-- };
  }

  #exporter(name: string): Exporter {
    return {
      format: 'held',
      capabilities: { streaming: true, resumable: false, columnar: false, maxRows: Number.POSITIVE_INFINITY },
      export: async (source, _sink, { signal }: ExportOptions = {}) => {
        const ended = Promise.withResolvers<void>();
        signal?.addEventListener('abort', () => ended.reject(new Error('stopped')), { once: true });
        if (signal?.aborted === true) ended.reject(new Error('stopped'));
        const held = { finish: ended.resolve, fail: ended.reject };
        this.running.set(name, held);
        await ended.promise.finally(() => {
          if (this.running.get(name) === held) this.running.delete(name);
        });
        return manifestOf(source.schema);
      },
    };
  }
}

function manifestOf(schema: ExportManifest['schema']): ExportManifest {
  return {
    format: 'held',
    version: 1,
    schema,
    rows: 1,
    bytes: 1,
    sha256: '',
    warnings: [],
    elapsedMs: 1,
  };
}

/** Resolves when a claim holds; rejects after 10 s. */
export async function until(what: string, claim: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!(await claim())) {
    if (performance.now() > deadline) throw new Error(`${what} did not come within 10 s`);
    await new Promise((resolve) => void setImmediate(resolve));
  }
}
