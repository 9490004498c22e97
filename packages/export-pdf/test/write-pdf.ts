import type { BatchSource, ExportManifest, ExportOptions, Schema } from '@perf/contracts';
import { batchSource } from '@perf/contracts';

import type { ExportInput, InputOptions, PdfOptions } from '@perf/export-pdf';
import { exportPdf, memorySink } from '@perf/export-pdf';

/** A document and what was said of it. */
export interface Written {
  readonly bytes: Uint8Array;
  readonly manifest: ExportManifest;
}

/** Writes rows into memory. */
export async function writePdf(
  source: ExportInput,
  options: PdfOptions & ExportOptions & InputOptions = {},
): Promise<Written> {
  const sink = memorySink();
  const manifest = await exportPdf(source, sink, options);
  return { bytes: sink.bytes(), manifest };
}

/** A source of rows by position. */
export function rowsOf(schema: Schema, rows: readonly (readonly unknown[])[], batchRows = 100): BatchSource {
  return batchSource(
    schema,
    (async function* () {
      for (let from = 0; from < rows.length; from += batchRows)
        yield { kind: 'rows', schema, layout: 'arrays', rows: rows.slice(from, from + batchRows) } as const;
    })(),
  );
}
