import type { ShapeReport } from './compare-shapes.ts';
import type { ExportReport } from './exports.ts';
import type { HostileReport } from './hostile.ts';
import type { SessionReport } from './session.ts';

/** Everything that the main job found. */
export interface DemoReport {
  readonly date: string;
  readonly node: string;
  readonly machine: string;
  readonly flights: number;
  readonly loads: readonly { readonly engine: string; readonly ms: number }[];
  readonly shapes: readonly ShapeReport[];
  readonly session: SessionReport;
  readonly exports: readonly ExportReport[];
  readonly hostile: HostileReport;
  /** What `PERF_DISABLE` switched off. */
  readonly switchedOff: readonly string[];
  /** Every pair of answers that is not equal. */
  readonly differences: readonly string[];
  readonly elapsedMs: number;
  /** Most memory the process held, in MiB. */
  readonly peakMemoryMb: number;
}

/** Whether all answers are equal and no attack escaped. */
export function isClean({ differences, hostile }: DemoReport): boolean {
  return differences.length === 0 && hostile.escaped.length === 0;
}
