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
  readonly shapes: readonly ShapeReport[];
  readonly session: SessionReport;
  readonly exports: readonly ExportReport[];
  readonly hostile: HostileReport;
  /** Every pair of answers that is not equal. */
  readonly differences: readonly string[];
}
