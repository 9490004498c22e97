import { Worker } from 'node:worker_threads';
import { PerfError } from '@perf/contracts';
import type { WorkerData, WorkerReply, WorkerRequest } from './worker-messages.ts';

type Request = WorkerRequest extends infer R ? (R extends WorkerRequest ? Omit<R, 'id'> : never) : never;
type Answered = Extract<WorkerReply, { readonly batch?: unknown }>;

const fromSource = import.meta.url.endsWith('.ts');

/** One worker thread with one connection; requests are answered in order. */
export class WorkerHost {
  readonly #worker: Worker;
  readonly #waiting = new Map<
    number,
    { readonly resolve: (reply: Answered) => void; readonly reject: (error: unknown) => void }
  >();
  #next = 1;
  #isOpen = false;
  #ended: PerfError | undefined;

  private constructor(data: WorkerData) {
    this.#worker = new Worker(
      new URL(fromSource ? './sqlite-worker.ts' : './sqlite-worker.js', import.meta.url),
      {
        workerData: data,
        // Not the flags of this process: --input-type and --eval are not for a file.
        execArgv: [
          '--disable-warning=ExperimentalWarning',
          ...(fromSource ? ['--conditions=@perf/source'] : []),
        ],
      },
    );
    this.#worker.unref();
    this.#worker.on('message', (reply: WorkerReply) => this.#settle(reply));
    this.#worker.on('error', (cause) =>
      this.#end(
        this.#isOpen
          ? new PerfError('ERR_PERF_ENGINE_FAILED', `the worker thread of ${data.path} failed`, { cause })
          : new PerfError('ERR_PERF_OPEN_FAILED', `SQLite could not open ${data.path}`, { cause }),
      ),
    );
    this.#worker.on('exit', () =>
      this.#end(new PerfError('ERR_PERF_DISPOSED', 'the SQLite engine or its stream was disposed')),
    );
  }

  /** Starts a worker and waits until it has opened the file. */
  static async open(data: WorkerData): Promise<WorkerHost> {
    const host = new WorkerHost(data);
    await new Promise<Answered>((resolve, reject) => {
      host.#expect(0, resolve, reject);
    });
    host.#isOpen = true;
    return host;
  }

  /** Id that the next request will have; an `execute` names its stream by it. */
  get nextId(): number {
    return this.#next;
  }

  /** Whether the thread has ended, or was told to. */
  get isEnded(): boolean {
    return this.#ended !== undefined;
  }

  async ask(request: Request): Promise<Answered> {
    const id = this.#next++;
    if (this.#ended !== undefined) throw this.#ended;
    return new Promise((resolve, reject) => {
      this.#expect(id, resolve, reject);
      this.#worker.postMessage({ ...request, id });
    });
  }

  /** Ends the thread; a statement that SQLite is inside of ends when SQLite next gives back control. */
  async terminate(): Promise<void> {
    this.#end(new PerfError('ERR_PERF_DISPOSED', 'the SQLite engine or its stream was disposed'));
    await this.#worker.terminate();
  }

  /** While an answer is awaited the thread keeps the process alive, otherwise not. */
  #expect(id: number, resolve: (reply: Answered) => void, reject: (error: unknown) => void): void {
    this.#waiting.set(id, { resolve, reject });
    this.#worker.ref();
  }

  #settle(reply: WorkerReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker.unref();
    if (!('error' in reply)) return waiting?.resolve(reply);
    const { code, message, cause } = reply.error;
    return waiting?.reject(
      new PerfError(code, message, cause === '' ? undefined : { cause: new Error(cause) }),
    );
  }

  #end(error: PerfError): void {
    this.#ended ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }
}
