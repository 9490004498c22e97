/** Requests in order. Keys are numbered by their first appearance. */
export interface Trace {
  readonly name: string;
  /** Number of the key of each request. */
  readonly requests: Int32Array;
  /** The keys by their numbers. */
  readonly keys: readonly string[];
}

/** Gathers requests into a trace. */
export class TraceBuilder {
  readonly #numbers = new Map<string, number>();
  #requests = new Int32Array(1 << 16);
  #length = 0;

  add(key: string): void {
    let number = this.#numbers.get(key);
    if (number === undefined) this.#numbers.set(key, (number = this.#numbers.size));
    if (this.#length === this.#requests.length) {
      const grown = new Int32Array(this.#requests.length * 2);
      grown.set(this.#requests);
      this.#requests = grown;
    }
    this.#requests[this.#length++] = number;
  }

  build(name: string): Trace {
    return { name, requests: this.#requests.subarray(0, this.#length), keys: [...this.#numbers.keys()] };
  }
}
