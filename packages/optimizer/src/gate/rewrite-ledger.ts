/** What was decided of one statement, and what came of it. */
export interface LedgerEntry {
  /** The original, as it was given; it may hold literals. */
  readonly statement: string;
  readonly use: 'optimized' | 'original';
  /** Rewrites that were weighed. */
  readonly rules: readonly string[];
  readonly reason: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** The run of both forms side by side, where there was one. */
  readonly shadow?: ShadowOutcome;
}

/** What running both forms side by side has shown. */
export interface ShadowOutcome {
  /** `refused`: the engine did not take the rewritten form; `cannot-tell`: a form took too long, was too large, or the data changed meanwhile. */
  readonly answers: 'equal' | 'different' | 'refused' | 'cannot-tell';
  /** Times of the last runs, in ms. */
  readonly originalMs?: number;
  readonly optimizedMs?: number;
}

/** The last verdicts, one of each statement, the newest last: what was taken and what was refused, and why. */
export class RewriteLedger {
  readonly #most: number;
  readonly #entries = new Map<string, LedgerEntry>();

  /** @param most entries; the oldest leave. Default 1000 */
  constructor(most = 1000) {
    this.#most = most;
  }

  get entries(): readonly LedgerEntry[] {
    return [...this.#entries.values()];
  }

  add(entry: LedgerEntry): void {
    this.#entries.delete(entry.statement);
    this.#entries.set(entry.statement, entry);
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > this.#most && oldest !== undefined) this.#entries.delete(oldest);
  }
}
