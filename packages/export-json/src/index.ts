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
  BigNumbers,
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
export { createJsonExporter, exportJson, exportNdjson } from './json-exporter.ts';
export type { JsonOptions } from './json-options.ts';
