/** A resource on loan. Exactly one of `release` and `destroy` counts, once; `using` releases. */
export class Lease<T> implements Disposable {
  /** What was lent. Not to be used after the lease ended. */
  readonly resource: T;
  #giveBack: ((isBroken: boolean) => void) | undefined;

  constructor(resource: T, giveBack: (isBroken: boolean) => void) {
    this.resource = resource;
    this.#giveBack = giveBack;
  }

  /** Gives the resource back. */
  release(): void {
    this.#end(false);
  }

  /** Gives it back as broken: it is closed. */
  destroy(): void {
    this.#end(true);
  }

  [Symbol.dispose](): void {
    this.#end(false);
  }

  #end(isBroken: boolean): void {
    const giveBack = this.#giveBack;
    this.#giveBack = undefined;
    giveBack?.(isBroken);
  }
}
