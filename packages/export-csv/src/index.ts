export { fileSink, memorySink, webSink, writableSink } from '@perf/export-core';
export type {
  ClassifiedPolicy,
  ExportInput,
  FileSinkOptions,
  HashThread,
  InputOptions,
  MemorySink,
} from '@perf/export-core';
export { createCsvExporter, createTsvExporter, exportCsv } from './csv-exporter.ts';
export type { CsvOptions, DateFormat } from './csv-options.ts';
