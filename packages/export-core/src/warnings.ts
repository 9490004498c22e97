import type { ExportWarning } from '@perf/contracts';
import { PerfError } from '@perf/contracts';

/** A count that a cell writer raises in place. */
export interface WarningCounter {
  count: number;
}

/** Collects what readers of the output should know, counted per column. */
export class Warnings {
  readonly #found: {
    readonly code: string;
    readonly message: string;
    readonly column: string | undefined;
    counter: WarningCounter;
  }[] = [];

  /** A counter for one kind of warning, of one column or of the whole; it is reported only when it was raised. */
  counter(code: string, message: string, column?: string): WarningCounter {
    const counter: WarningCounter = { count: 0 };
    this.#found.push({ code, message, column, counter });
    return counter;
  }

  /** The counts, for a checkpoint. */
  state(): readonly number[] {
    return this.#found.map(({ counter }) => counter.count);
  }

  /** Goes on from counts of a run with the same columns and options. */
  resume(counts: unknown): void {
    if (!Array.isArray(counts) || counts.length !== this.#found.length)
      throw new PerfError(
        'ERR_PERF_CHECKPOINT_MISMATCH',
        'the checkpoint has other warnings; remove it and start again',
      );
    for (const [i, { counter }] of this.#found.entries()) counter.count = Number(counts[i]);
  }

  /** Every warning that occurred, in the order of the columns. */
  list(): ExportWarning[] {
    return this.#found
      .filter(({ counter }) => counter.count > 0)
      .map(({ code, message, column, counter }) => ({
        code,
        message,
        ...(column === undefined ? {} : { column }),
        count: counter.count,
      }));
  }
}
