/** Reads one input at a time. A source that fails gives an input whose reading throws, so that results before it still come. */
export class PipelineSource<Input> {
  readonly #iterator: Iterator<Input> | AsyncIterator<Input>;
  #reading: PromiseWithResolvers<void> | undefined;
  #read: (() => Input) | undefined;
  #hasEnded = false;
  #isOwing = false;

  constructor(inputs: Iterable<Input> | AsyncIterable<Input>) {
    this.#iterator =
      Symbol.asyncIterator in inputs ? inputs[Symbol.asyncIterator]() : inputs[Symbol.iterator]();
  }

  /** Whether no further input will come. */
  get isOver(): boolean {
    return this.#hasEnded && this.#read === undefined;
  }

  /** Resolves when `take` has something to give, or the source is over. */
  ready(): Promise<void> {
    if (this.#reading === undefined) {
      this.#reading = Promise.withResolvers();
      void this.#advance(this.#reading);
    }
    return this.#reading.promise;
  }

  /** Gives the input that was read, as what returns or throws it; `undefined` at the end. */
  take(): (() => Input) | undefined {
    const read = this.#read;
    this.#read = undefined;
    this.#reading = undefined;
    return read;
  }

  /** Ends a wait for the source, which may hang. */
  stop(): void {
    this.#reading?.resolve();
  }

  /** Tells the source that no more is wanted, and waits for it unless it still owes an input. */
  async close(): Promise<void> {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    const closed = this.#return();
    if (!this.#isOwing) await closed;
  }

  async #return(): Promise<void> {
    try {
      await this.#iterator.return?.();
    } catch {
      // The run is over and has its own outcome; a source that fails to close changes nothing of it.
    }
  }

  async #advance(reading: PromiseWithResolvers<void>): Promise<void> {
    this.#isOwing = true;
    try {
      const next = await this.#iterator.next();
      if (next.done === true) this.#hasEnded = true;
      else this.#read = () => next.value;
    } catch (error) {
      this.#hasEnded = true;
      this.#read = () => {
        throw error;
      };
    }
    this.#isOwing = false;
    reading.resolve();
  }
}
