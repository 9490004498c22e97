/** What became of something that was done: it was acknowledged, it rejected, it did not settle, or it gave another key's value. */
export type Outcome = 'done' | 'failed' | 'hung' | 'wrong';

const OUTCOMES: readonly Outcome[] = ['done', 'failed', 'hung', 'wrong'];
const COLUMNS = 6;

/** One line of a log: an operation, a load, or a clear. Times are ms of a clock that all processes share. */
export interface HistoryRecord {
  /** Number of the history; −1 for a clear, which concerns all. */
  readonly history: number;
  /** Place of the operation in its plan; −1 − key for a load of that key; the node for a clear. */
  readonly operation: number;
  readonly start: number;
  /** When it settled; Infinity when it did not. */
  readonly end: number;
  /** When the load or set began that gave the value which was read; 0 when there was none. */
  readonly stamp: number;
  readonly outcome: Outcome;
}

/** A log as one array of numbers, so that millions of lines pass between processes. */
export class HistoryLog {
  #numbers = new Float64Array(COLUMNS * 1024);
  #used = 0;

  add({ history, operation, start, end, stamp, outcome }: HistoryRecord): void {
    if (this.#used === this.#numbers.length) {
      const more = new Float64Array(this.#numbers.length * 2);
      more.set(this.#numbers);
      this.#numbers = more;
    }
    this.#numbers.set([history, operation, start, end, stamp, OUTCOMES.indexOf(outcome)], this.#used);
    this.#used += COLUMNS;
  }

  /** All lines so far; the log is empty afterwards. */
  take(): Float64Array {
    const taken = this.#numbers.slice(0, this.#used);
    this.#used = 0;
    return taken;
  }
}

/** The lines of what `take` gave. */
export function* historyRecords(numbers: Float64Array): Generator<HistoryRecord> {
  for (let at = 0; at + COLUMNS <= numbers.length; at += COLUMNS) {
    const [history = 0, operation = 0, start = 0, end = 0, stamp = 0, outcome = 0] = numbers.subarray(
      at,
      at + COLUMNS,
    );
    yield { history, operation, start, end, stamp, outcome: OUTCOMES[outcome] ?? 'failed' };
  }
}

/** Ms of the machine's monotonic clock, which is one for all processes on it. */
export function sharedNow(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
