import type { ExportLimits } from '@perf/contracts';
import { PerfError } from '@perf/contracts';

/** Holds an export to its limits. */
export class Limits {
  readonly #rows: number;
  readonly #bytes: number;

  constructor({ rows = Number.POSITIVE_INFINITY, bytes = Number.POSITIVE_INFINITY }: ExportLimits = {}) {
    this.#rows = rows;
    this.#bytes = bytes;
  }

  /** Throws `ERR_PERF_INVALID_OPTION` when a limit makes no sense. */
  check(): void {
    for (const [name, value] of [
      ['rows', this.#rows],
      ['bytes', this.#bytes],
    ] as const)
      if (!(value >= 0))
        throw new PerfError('ERR_PERF_INVALID_OPTION', `limits.${name} must be at least 0, got ${value}`);
  }

  /** Throws when `count` rows are too many. */
  rows(count: number): void {
    if (count > this.#rows) throw passed('rows', this.#rows);
  }

  /** Throws when `count` bytes are too many. */
  bytes(count: number): void {
    if (count > this.#bytes) throw passed('bytes', this.#bytes);
  }
}

function passed(what: string, limit: number): PerfError {
  return new PerfError('ERR_PERF_LIMIT_EXCEEDED', `the output would pass the limit of ${limit} ${what}`);
}
