import { peakRssMb } from './peak-rss.ts';

/** What one child process reports of its case: one JSON line. Further numbers and texts pass through. */
export interface CaseReport {
  /** Wall time of the work. */
  readonly ms: number;
  /** Most memory the process held, in MiB (VmHWM). */
  readonly peakRssMb: number;
  readonly rows?: number;
  readonly bytes?: number;
  readonly [figure: string]: unknown;
}

/**
 * The child's side of `comparePairs`: runs the case, times it and prints its report as the last line of stdout.
 * Figures that `work` gives back join the report; give back `ms` too when only a part of the work is to be timed.
 * A failure is thrown on, so the process ends with exit code 1 and the run is invalid.
 *
 * @example
 * await runCase(async () => ({ rows: 1000, bytes: await writeCsv(1000) }));
 */
export async function runCase(
  work: () => object | undefined | void | Promise<object | undefined | void>,
): Promise<void> {
  const start = performance.now();
  const figures = await work();
  const ms = performance.now() - start;
  process.stdout.write(`${JSON.stringify({ ms, peakRssMb: peakRssMb(), ...figures })}\n`);
}
