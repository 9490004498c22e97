import type { ExportOptions, Exporter } from '@perf/contracts';
import type { ExportRun } from './export-run.ts';
import { runExport } from './run-export.ts';

/** What a format tells of itself to be an exporter. */
export interface ExportFormat extends Omit<ExportRun, 'source' | 'sink' | 'options' | 'encoder' | 'packer'> {
  /** Whether a single output can go on from the middle. */
  readonly resumable: boolean;
  /** Called once for every export, which may run beside others. */
  readonly start: () => Pick<ExportRun, 'encoder' | 'packer'>;
}

/** The exporter of a format that streams rows and columns without a limit. May be used many times, also at once. */
export function formatExporter({ resumable, start, ...run }: ExportFormat): Exporter {
  return {
    format: run.format,
    capabilities: { streaming: true, resumable, columnar: true, maxRows: Number.POSITIVE_INFINITY },
    shape: run.shape,
    export: async (source, sink, options: ExportOptions = {}) =>
      runExport({ ...run, ...start(), source, sink, options }),
  };
}
