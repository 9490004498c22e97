import type { ExportWarning } from '@perf/contracts';

/** A count that a cell writer raises in place. */
export interface WarningCounter {
  count: number;
}

/** Collects what readers of the output should know, counted per column. */
export class Warnings {
  readonly #found: {
    readonly code: string;
    readonly message: string;
    readonly column: string;
    counter: WarningCounter;
  }[] = [];

  /** A counter for one kind of warning of one column; it is reported only when it was raised. */
  counter(code: string, message: string, column: string): WarningCounter {
    const counter: WarningCounter = { count: 0 };
    this.#found.push({ code, message, column, counter });
    return counter;
  }

  /** Every warning that occurred, in the order of the columns. */
  list(): ExportWarning[] {
    return this.#found
      .filter(({ counter }) => counter.count > 0)
      .map(({ code, message, column, counter }) => ({ code, message, column, count: counter.count }));
  }
}
