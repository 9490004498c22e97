export { fileSink, memorySink, webSink, writableSink } from '@perf/export-core';
export type {
  BigNumbers,
  ClassifiedPolicy,
  ExportInput,
  FileSinkOptions,
  HashThread,
  InputOptions,
  MemorySink,
} from '@perf/export-core';
export { createJsonExporter, exportJson, exportNdjson } from './json-exporter.ts';
export type { JsonOptions } from './json-options.ts';
