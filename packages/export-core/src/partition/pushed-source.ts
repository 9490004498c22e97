import type { Batch, BatchSource, Schema } from '@perf/contracts';

/** A source that is told its batches, one at a time, by somebody who waits until each is taken. */
export class PushedSource implements BatchSource {
  readonly schema: Schema;
  #batch: Batch | undefined;
  #isOver = false;
  #failure: { readonly error: unknown } | undefined;
  #reader: (() => void) | undefined;
  #writer: (() => void) | undefined;

  constructor(schema: Schema) {
    this.schema = schema;
  }

  /** Resolves when the batch is taken; rejects with what `fail` was given. */
  async push(batch: Batch): Promise<void> {
    this.#check();
    this.#batch = batch;
    this.#reader?.();
    while (this.#batch !== undefined && this.#failure === undefined) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#writer = resolve;
      await promise;
    }
    this.#check();
  }

  /** No more batches. */
  end(): void {
    this.#isOver = true;
    this.#reader?.();
  }

  /** Whoever reads has failed. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#writer?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
    for (;;) {
      const batch = this.#batch;
      if (batch !== undefined) {
        this.#batch = undefined;
        this.#writer?.();
        yield batch;
        continue;
      }
      if (this.#isOver) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#reader = resolve;
      await promise;
    }
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.error;
  }
}
