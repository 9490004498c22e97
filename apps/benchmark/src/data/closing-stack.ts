/** What has been opened, closed in reverse order. Node 22 has no `AsyncDisposableStack`. */
export class ClosingStack implements AsyncDisposable {
  #steps: (() => PromiseLike<void>)[] = [];

  /** Closes `opened` with this, and gives it back. */
  use<T extends AsyncDisposable>(opened: T): T {
    this.defer(() => opened[Symbol.asyncDispose]());
    return opened;
  }

  /** Runs `step` when this is closed. */
  defer(step: () => PromiseLike<void>): void {
    this.#steps.push(step);
  }

  /** Hands everything over to a new stack; closing this one then does nothing. */
  move(): ClosingStack {
    const next = new ClosingStack();
    next.#steps = this.#steps;
    this.#steps = [];
    return next;
  }

  /** Runs every step, also after one failed; then throws the first failure. */
  async [Symbol.asyncDispose](): Promise<void> {
    const failures: unknown[] = [];
    for (const step of this.#steps.splice(0).toReversed()) {
      try {
        await step();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
