import type { ExportOptions, Progress } from '@perf/contracts';
import { PerfError } from '@perf/contracts';

const RATE_WINDOW_MS = 5000;
const DEFAULT_INTERVAL_MS = 250;

interface Sample {
  readonly at: number;
  readonly rows: number;
  readonly bytes: number;
}

/** Reports how far an export is: at most once per interval, and once at the end. Rates are those of the last five seconds. */
export class ProgressMeter {
  readonly #report: ExportOptions['onProgress'];
  readonly #intervalMs: number;
  readonly #totalRows: number | undefined;
  readonly #now: () => number;
  readonly #startedAt: number;
  #samples: Sample[];
  #lastAt: number;

  constructor(options: ExportOptions, now: () => number) {
    this.#report = options.onProgress;
    this.#intervalMs = options.progressIntervalMs ?? DEFAULT_INTERVAL_MS;
    if (!(this.#intervalMs >= 0))
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `progressIntervalMs must be 0 or more, got ${this.#intervalMs}`,
      );
    this.#totalRows = options.totalRows;
    this.#now = now;
    this.#startedAt = now();
    this.#lastAt = this.#startedAt;
    this.#samples = [{ at: this.#startedAt, rows: 0, bytes: 0 }];
  }

  /** Ms since the start. */
  get elapsedMs(): number {
    return this.#now() - this.#startedAt;
  }

  /** An earlier run has written that much: it counts as done, not towards the rate. */
  startAt(rows: number, bytes: number): void {
    this.#samples = [{ at: this.#now(), rows, bytes }];
  }

  /** Reports when the interval has passed. Cheap enough for every few thousand cells. */
  tick(rows: number, bytes: number): void {
    if (this.#report === undefined) return;
    const at = this.#now();
    if (at - this.#lastAt < this.#intervalMs) return;
    this.#send({ at, rows, bytes });
  }

  /** Reports the last state. */
  end(rows: number, bytes: number): void {
    if (this.#report !== undefined) this.#send({ at: this.#now(), rows, bytes });
  }

  #send(sample: Sample): void {
    this.#lastAt = sample.at;
    this.#samples.push(sample);
    while ((this.#samples[1]?.at ?? sample.at) < sample.at - RATE_WINDOW_MS) this.#samples.shift();
    this.#report?.(this.#progress(sample));
  }

  #progress(sample: Sample): Progress {
    const { at, rows, bytes } = sample;
    const since = this.#samples[0] ?? sample;
    const seconds = (at - since.at) / 1000;
    const rowsPerSecond = seconds > 0 ? (rows - since.rows) / seconds : 0;
    const bytesPerSecond = seconds > 0 ? (bytes - since.bytes) / seconds : 0;
    const progress: Progress = {
      rows,
      bytes,
      elapsedMs: at - this.#startedAt,
      rowsPerSecond,
      bytesPerSecond,
    };
    const totalRows = this.#totalRows;
    if (totalRows === undefined) return progress;
    if (rowsPerSecond === 0) return { ...progress, totalRows };
    return { ...progress, totalRows, etaMs: (Math.max(0, totalRows - rows) / rowsPerSecond) * 1000 };
  }
}
