/** What a stage knows besides its input. */
export interface StageContext {
  /** Aborted when the item is no longer needed: an earlier one failed, or the caller left. */
  readonly signal: AbortSignal;
  /** Number of the item, from 0. */
  readonly index: number;
}

/** One item under way. */
interface Running<Output> {
  readonly result: Promise<Output>;
  /** Resolves when the result is there, good or bad. */
  readonly settled: Promise<void>;
  readonly controller: AbortController;
  isSettled: boolean;
}

/** The items under way, eldest first. One that fails aborts all after it, and none before it. */
export class PipelineWindow<Output> {
  readonly #running: Running<Output>[] = [];
  #first = 0;
  #failedAt = Infinity;

  get size(): number {
    return this.#running.length;
  }

  /** Whether some item failed, so that none after it is needed. */
  get hasFailed(): boolean {
    return this.#failedAt < Infinity;
  }

  /** What resolves when the eldest item is done; empty when there is none. */
  get eldest(): readonly Promise<void>[] {
    return this.#running.slice(0, 1).map(({ settled }) => settled);
  }

  /** Whether the eldest item is done. */
  get isReady(): boolean {
    return this.#running[0]?.isSettled ?? false;
  }

  start(run: (context: StageContext) => Promise<Output>, index: number): void {
    const controller = new AbortController();
    const result = run({ signal: controller.signal, index });
    const settle = (): void => void (item.isSettled = true);
    const settled = result.then(settle, (error: unknown) => {
      settle();
      this.#fail(index, error);
    });
    const item: Running<Output> = { result, settled, controller, isSettled: false };
    this.#running.push(item);
  }

  /** The result of the eldest, which leaves the window. Asked of an empty window, it never comes. */
  take(): Promise<Output> {
    this.#first += 1;
    return this.#running.shift()?.result ?? new Promise<never>(() => undefined);
  }

  /** Aborts the item of this number and all after it. */
  abortFrom(index: number, reason: unknown): void {
    for (const { controller } of this.#running.slice(Math.max(0, index - this.#first)))
      controller.abort(reason);
  }

  /** Aborts what is under way and waits for it. */
  async end(): Promise<void> {
    this.abortFrom(0, undefined);
    await Promise.all(this.#running.map(({ settled }) => settled));
  }

  #fail(index: number, error: unknown): void {
    if (index > this.#failedAt) return;
    this.#failedAt = index;
    this.abortFrom(index + 1, error);
  }
}
