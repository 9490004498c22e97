import { createHash } from 'node:crypto';
import { Worker } from 'node:worker_threads';
import { PerfError } from '@perf/contracts';
import type { Block } from './block.ts';

/** Takes the blocks of one output in order and gives their SHA-256. */
export interface BlockHasher {
  /** Resolves when the block's bytes have been read. */
  update(block: Block): Promise<void>;
  /** Lower-case hex, after the last block. */
  digest(): Promise<string>;
  /** Gives up. Safe at any time. */
  close(): void;
}

/** Hashes on the calling thread. Right for outputs of one block, where a thread would cost more than it saves. */
export class LocalHasher implements BlockHasher {
  readonly #hash = createHash('sha256');

  async update(block: Block): Promise<void> {
    this.#hash.update(block.filled());
  }

  async digest(): Promise<string> {
    return this.#hash.digest('hex');
  }

  close(): void {}
}

interface Waiter {
  readonly resolve: (answer: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/**
 * Hashes in a thread of its own, beside encoding and writing. A failure of the thread rejects every call from then on.
 * The thread keeps the process alive only while an answer is due.
 */
export class WorkerHasher implements BlockHasher {
  readonly #worker: Worker;
  readonly #waiters: Waiter[] = [];
  #failure: PerfError | undefined;

  constructor() {
    this.#worker = startWorker();
    this.#worker.unref();
    this.#worker.on('message', (answer: unknown) => this.#settle()?.resolve(answer));
    this.#worker.on('error', (cause) => this.#fail(cause));
    this.#worker.on('messageerror', (cause) => this.#fail(cause));
    this.#worker.on('exit', (code) => this.#fail(new Error(`it ended with exit code ${code}`)));
  }

  async update(block: Block): Promise<void> {
    await this.#ask({ shared: block.shared, length: block.length });
  }

  async digest(): Promise<string> {
    const digest = await this.#ask(undefined);
    if (typeof digest !== 'string') throw threadError(new Error('it gave no digest'));
    return digest;
  }

  close(): void {
    this.#failure ??= threadError(new Error('it was closed'));
    this.#worker.terminate().catch((cause: unknown) => this.#fail(cause));
  }

  async #ask(message: unknown): Promise<unknown> {
    if (this.#failure !== undefined) throw this.#failure;
    const answer = new Promise<unknown>((resolve, reject) => this.#waiters.push({ resolve, reject }));
    this.#worker.ref();
    this.#worker.postMessage(message);
    return answer;
  }

  #settle(): Waiter | undefined {
    const waiter = this.#waiters.shift();
    if (this.#waiters.length === 0) this.#worker.unref();
    return waiter;
  }

  #fail(cause: unknown): void {
    this.#failure ??= threadError(cause);
    for (let waiter = this.#settle(); waiter !== undefined; waiter = this.#settle())
      waiter.reject(this.#failure);
  }
}

function startWorker(): Worker {
  const file = import.meta.url.endsWith('.ts') ? './hash-worker.ts' : './hash-worker.js';
  try {
    return new Worker(new URL(file, import.meta.url), { execArgv: [], name: 'perf-export-hash' });
  } catch (error) {
    throw threadError(error);
  }
}

function threadError(cause: unknown): PerfError {
  const text = cause instanceof Error ? cause.message : String(cause);
  return new PerfError('ERR_PERF_UNSUPPORTED', `the thread that hashes the output failed: ${text}`, {
    cause,
  });
}
