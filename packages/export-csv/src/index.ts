export {
  exportParts,
  fileCheckpoints,
  fileSink,
  httpSink,
  memorySink,
  multipartSink,
  parseTemplate,
  serveFile,
  webSink,
  writableSink,
} from '@perf/export-core';
export type {
  ClassifiedPolicy,
  Compression,
  ExportInput,
  ExportPartsOptions,
  FileSinkOptions,
  HashThread,
  HttpSinkOptions,
  InputOptions,
  MemorySink,
  MultipartSinkOptions,
  MultipartUpload,
  ServeFileOptions,
  UploadedPart,
} from '@perf/export-core';
export { createCsvExporter, createTsvExporter, exportCsv } from './csv-exporter.ts';
export type { CsvOptions, DateFormat } from './csv-options.ts';
export { createFormatterExporter } from './formatter-exporter.ts';
