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

/** A call, the ticks it has seen, and its place among the others. */
export interface Patient extends Waiting {
  ticks: number;
  place: number;
}

/**
 * The timeouts of all calls to one tier, by one timer that runs while there are calls: setting two for each call costs more than a
 * call to a server next door. A soft timeout of 50 ms comes after 50 to 60 ms.
 */
export class Patience {
  readonly #tickMs: number;
  readonly #hardTicks: number;
  readonly #after: After;
  /** Dense and in no order. A `Set` that calls come to and leave all the time keeps them alive until the next major collection. */
  readonly #calls: Patient[] = [];
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
  begin({ tooSlow, tooLate }: Waiting): Patient {
    const call = { tooSlow, tooLate, ticks: 0, place: this.#calls.length };
    this.#calls.push(call);
    if (!this.#isTicking) this.#tickLater();
    return call;
  }

  /** Waits no more. Twice is no error. */
  end(call: Patient): void {
    if (this.#calls[call.place] !== call) return;
    const last = this.#calls.pop();
    if (last === undefined || last === call) return;
    last.place = call.place;
    this.#calls[call.place] = last;
  }

  #tickLater(): void {
    this.#isTicking = true;
    // An answer that has arrived by then is read before it is called late, though the process was too busy to see it.
    this.#after(this.#tickMs, () => void setImmediate(() => setImmediate(this.#tick)));
  }

  readonly #tick = (): void => {
    // Backwards: whoever takes the place of one that ends was seen already.
    for (let place = this.#calls.length - 1; place >= 0; place--) {
      const call = this.#calls[place];
      if (call === undefined) continue;
      call.ticks++;
      if (call.ticks === PARTS + 1) call.tooSlow();
      if (call.ticks <= this.#hardTicks) continue;
      this.end(call);
      call.tooLate();
    }
    if (this.#calls.length > 0) this.#tickLater();
    else this.#isTicking = false;
  };
}
