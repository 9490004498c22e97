export { fileSink, memorySink, parseTemplate, webSink, writableSink } from '@perf/export-core';
export type {
  ClassifiedPolicy,
  ExportInput,
  FileSinkOptions,
  InputOptions,
  MemorySink,
} from '@perf/export-core';
export type { Encryption } from './pdfkit/document-info.ts';
export type { PdfFont } from './fonts/font-face.ts';
export type { Colors } from './page/colors.ts';
export type { Margins, PageSize, PaperName } from './page/page-size.ts';
export type { RunningLine } from './page/running-text.ts';
export { createPdfExporter, exportPdf } from './pdf-exporter.ts';
export type { Align, Overflow, PdfColumn, PdfOptions, PdfTotal } from './pdf-options.ts';
export type { MissingGlyphs } from './text/text-faults.ts';
