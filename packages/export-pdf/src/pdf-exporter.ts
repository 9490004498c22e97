import type { ExportManifest, ExportOptions, ExportSink, Exporter } from '@perf/contracts';
import type { ExportInput, InputOptions } from '@perf/export-core';
import { Warnings, exportFrom, formatExporter } from '@perf/export-core';
import { PdfPacker } from './document/pdf-packer.ts';
import type { DocumentPlan } from './page/document-plan.ts';
import { documentPlan } from './page/document-plan.ts';
import { PdfEncoder } from './pdf-encoder.ts';
import type { PdfOptions } from './pdf-options.ts';
import { pdfStyle } from './pdf-options.ts';

/** Makes an exporter that writes tables as PDF. Options are checked here; the exporter may be used many times, also at once. */
export function createPdfExporter(options: PdfOptions = {}): Exporter {
  const style = pdfStyle(options);
  const { now, ...shape } = style;
  return formatExporter({
    format: 'pdf',
    resumable: false,
    shape,
    now,
    start: () => {
      const warnings = new Warnings();
      let made: DocumentPlan | undefined;
      const plan = (): DocumentPlan => (made ??= documentPlan(style, warnings));
      return {
        encoder: (schema) => new PdfEncoder(schema, style, plan(), warnings),
        packer: () => new PdfPacker(plan(), style.compressionLevel),
      };
    },
  });
}

/**
 * Writes batches or plain rows as a PDF and resolves with the manifest.
 *
 * @example
 * await exportPdf([{ id: 1, city: 'Zürich' }], fileSink('cities.pdf'), { title: 'Cities' });
 */
export async function exportPdf(
  source: ExportInput,
  sink: ExportSink,
  options: PdfOptions & ExportOptions & InputOptions = {},
): Promise<ExportManifest> {
  return exportFrom(createPdfExporter(options), source, sink, options);
}
