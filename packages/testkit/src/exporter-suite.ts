import type { Exporter, Field } from '@perf/contracts';
import { describe } from 'vitest';
import { contentCases } from './export-suite/content-cases.ts';
import { failureCases } from './export-suite/failure-cases.ts';
import { resumeCases } from './export-suite/resume-cases.ts';
import { reportCases } from './export-suite/report-cases.ts';

/** An output read back by a reader of the format. */
export interface ReadBack {
  /** Column names, where the format carries them. An empty output may leave them out when the format has no place for them. */
  readonly names?: readonly string[] | undefined;
  readonly rows: readonly (readonly unknown[])[];
}

/** What the suite needs to know of an exporter. */
export interface ExporterSuiteOptions {
  /** Makes an exporter that changes no text (no formula guard): the suite's texts are hostile on purpose. */
  readonly create: () => Exporter;
  /** Reads a whole output with a parser of the format, best one that is not the exporter's own. */
  readonly read: (bytes: Uint8Array) => ReadBack | Promise<ReadBack>;
  /**
   * How a value of the row form (null included) looks to that reader, as in `String(value)` for CSV.
   * @default the value itself
   */
  readonly shown?: (value: unknown, field: Field) => unknown;
  /** Rows of an export that is cut and resumed: enough for three checkpoints, 16 MiB each before compression. @default 300,000 */
  readonly resumeRows?: number;
  /**
   * File, from the test's folder, with the first checkpoint as this version of the form has it: a release that goes on from checkpoints
   * of an earlier one must read exactly this. Give every form of state one; it is written when absent, outside of CI. @default none
   */
  readonly goldenCheckpoint?: string;
  /** Longest a test may take, in ms. @default 30,000 */
  readonly timeoutMs?: number;
}

/**
 * What every `Exporter` must do, as vitest tests: the same bytes whatever the shape and the batches, an output that reads
 * back as the rows, a true manifest, progress, and on every failure an aborted sink and the right error.
 *
 * @example
 * describe('createNdjsonExporter', () => {
 *   exporterSuite({ create: () => createNdjsonExporter(), read: readNdjson, shown: (value) => toJson(value) });
 * });
 */
export function exporterSuite(options: ExporterSuiteOptions): void {
  describe('exporterSuite', { timeout: options.timeoutMs ?? 30_000 }, () => {
    contentCases(options);
    reportCases(options);
    failureCases(options);
    resumeCases(options);
  });
}
