import type { After } from '../timer.ts';

/** One call that is waited for. */
export interface Waiting {
  /** Told once when the soft timeout has passed. */
  readonly tooSlow: () => void;
  /** Told once when the hard one has; the call is waited for no more. */
  readonly tooLate: () => void;
}

/** Parts into which the soft timeout is divided: how late it may come. */
const PARTS = 5;

/** A call and the ticks it has seen. */
interface Entry extends Waiting {
  ticks: number;
}

/**
 * The timeouts of all calls to one tier, by one timer that runs while there are calls: setting two for each call costs more than a
 * call to a server next door. A soft timeout of 50 ms comes after 50 to 60 ms.
 */
export class Patience {
  readonly #tickMs: number;
  readonly #hardTicks: number;
  readonly #after: After;
  readonly #calls = new Set<Entry>();
  #isTicking = false;

  constructor({
    softMs,
    hardMs,
    after,
  }: {
    readonly softMs: number;
    readonly hardMs: number;
    readonly after: After;
  }) {
    this.#tickMs = softMs / PARTS;
    this.#hardTicks = Math.ceil(hardMs / this.#tickMs);
    this.#after = after;
  }

  /** Begins to wait; `end` with what is given back. */
  begin({ tooSlow, tooLate }: Waiting): object {
    const entry: Entry = { tooSlow, tooLate, ticks: 0 };
    this.#calls.add(entry);
    if (!this.#isTicking) this.#tickLater();
    return entry;
  }

  /** Waits no more. */
  end(entry: object): void {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what `begin` gave
    this.#calls.delete(entry as Entry);
  }

  #tickLater(): void {
    this.#isTicking = true;
    // An answer that has arrived by then is read before it is called late, though the process was too busy to see it.
    this.#after(this.#tickMs, () => void setImmediate(() => setImmediate(this.#tick)));
  }

  readonly #tick = (): void => {
    for (const entry of this.#calls) {
      entry.ticks++;
      if (entry.ticks === PARTS + 1) entry.tooSlow();
      if (entry.ticks <= this.#hardTicks) continue;
      this.#calls.delete(entry);
      entry.tooLate();
    }
    if (this.#calls.size > 0) this.#tickLater();
    else this.#isTicking = false;
  };
}
