import type {
  BatchSource,
  ExportManifest,
  ExportOptions,
  ExportSink,
  Exporter,
  ExporterCapabilities,
} from '@perf/contracts';
import type { ExportInput, InputOptions } from '@perf/export-core';
import { Warnings, exportFrom, runExport } from '@perf/export-core';
import { PdfPacker } from './document/pdf-packer.ts';
import type { DocumentPlan } from './page/document-plan.ts';
import { documentPlan } from './page/document-plan.ts';
import { PdfEncoder } from './pdf-encoder.ts';
import type { PdfOptions, PdfStyle } from './pdf-options.ts';
import { pdfStyle } from './pdf-options.ts';

/** Makes an exporter that writes tables as PDF. Options are checked here; the exporter may be used many times, also at once. */
export function createPdfExporter(options: PdfOptions = {}): Exporter {
  return new PdfExporter(pdfStyle(options));
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

class PdfExporter implements Exporter {
  readonly format = 'pdf';
  readonly capabilities: ExporterCapabilities = {
    streaming: true,
    resumable: false,
    columnar: true,
    maxRows: Number.POSITIVE_INFINITY,
  };
  readonly #style: PdfStyle;

  constructor(style: PdfStyle) {
    this.#style = style;
  }

  async export(source: BatchSource, sink: ExportSink, options: ExportOptions = {}): Promise<ExportManifest> {
    const style = this.#style;
    const warnings = new Warnings();
    let made: DocumentPlan | undefined;
    const plan = (): DocumentPlan => (made ??= documentPlan(style, warnings));
    return runExport({
      format: this.format,
      source,
      sink,
      options,
      encoder: (schema) => new PdfEncoder(schema, style, plan(), warnings),
      packer: () => new PdfPacker(plan(), style.compressionLevel),
      now: style.now,
    });
  }
}
