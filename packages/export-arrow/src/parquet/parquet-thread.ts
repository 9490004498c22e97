import { Worker } from 'node:worker_threads';
import type { NextStream, ParquetEncoding } from './parquet-encoding.ts';
import type { FromThread, ParquetSettings, ToThread } from './parquet-settings.ts';

/** Encodes one Parquet file in a thread of its own, beside the gathering of rows. */
export class ThreadEncoding implements ParquetEncoding {
  #thread: ParquetThread | undefined;

  begin(): void {
    this.#thread = new ParquetThread();
  }

  async *encode(settings: ParquetSettings, next: NextStream): AsyncGenerator<Uint8Array> {
    const thread = (this.#thread ??= new ParquetThread());
    thread.say({ kind: 'begin', settings });
    for (;;) {
      const said = await thread.hear();
      if (said.kind === 'done') return;
      if (said.kind === 'failed') throw new Error(said.message);
      if (said.kind === 'bytes') {
        yield said.bytes;
        thread.say({ kind: 'taken' });
        continue;
      }
      const bytes = await next(said.spent);
      if (bytes === undefined) thread.say({ kind: 'end' });
      else thread.say({ kind: 'stream', bytes }, bytes.buffer);
    }
  }

  close(): void {
    this.#thread?.close();
  }
}

class ParquetThread {
  readonly #worker: Worker;
  readonly #said: FromThread[] = [];
  #listener: (() => void) | undefined;

  constructor() {
    const file = import.meta.url.endsWith('.ts') ? './parquet-worker.ts' : './parquet-worker.js';
    this.#worker = new Worker(new URL(file, import.meta.url), {
      execArgv: [],
      name: 'perf-export-parquet',
    });
    this.#worker.on('message', (message: FromThread) => this.#add(message));
    this.#worker.on('error', ({ message }) => this.#add({ kind: 'failed', message }));
    this.#worker.on('exit', (code) =>
      this.#add({ kind: 'failed', message: `it ended with exit code ${code}` }),
    );
  }

  /** What the thread says next. */
  async hear(): Promise<FromThread> {
    for (;;) {
      const said = this.#said.shift();
      if (said !== undefined) return said;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#listener = resolve;
      await promise;
    }
  }

  say(message: ToThread, given?: ArrayBuffer): void {
    this.#worker.postMessage(message, given === undefined ? [] : [given]);
  }

  /** Ends the thread, whatever it does. */
  close(): void {
    this.#worker.terminate().catch(() => undefined);
  }

  #add(message: FromThread): void {
    this.#said.push(message);
    this.#listener?.();
  }
}
