/** Parts of a window. A call is forgotten between `windowMs` and a part less. */
const PARTS = 10;

/** Counts calls and failures of the last `windowMs`, in constant memory. */
export class OutcomeWindow {
  readonly #partMs: number;
  readonly #calls: number[] = Array.from({ length: PARTS }, () => 0);
  readonly #failures: number[] = Array.from({ length: PARTS }, () => 0);
  #part = 0;
  #sumCalls = 0;
  #sumFailures = 0;

  constructor(windowMs: number) {
    this.#partMs = windowMs / PARTS;
  }

  add(now: number, isFailure: boolean): void {
    this.#moveTo(now);
    const at = this.#part % PARTS;
    this.#calls[at] = (this.#calls[at] ?? 0) + 1;
    this.#sumCalls += 1;
    if (!isFailure) return;
    this.#failures[at] = (this.#failures[at] ?? 0) + 1;
    this.#sumFailures += 1;
  }

  totals(now: number): { calls: number; failures: number } {
    this.#moveTo(now);
    return { calls: this.#sumCalls, failures: this.#sumFailures };
  }

  clear(): void {
    this.#calls.fill(0);
    this.#failures.fill(0);
    this.#sumCalls = 0;
    this.#sumFailures = 0;
  }

  /** Empties the parts that time has left behind. */
  #moveTo(now: number): void {
    const part = Math.floor(now / this.#partMs);
    if (part - this.#part >= PARTS) this.clear();
    else for (let passed = this.#part + 1; passed <= part; passed++) this.#empty(passed % PARTS);
    this.#part = Math.max(part, this.#part);
  }

  #empty(at: number): void {
    this.#sumCalls -= this.#calls[at] ?? 0;
    this.#sumFailures -= this.#failures[at] ?? 0;
    this.#calls[at] = 0;
    this.#failures[at] = 0;
  }
}
