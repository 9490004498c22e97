export {
  exportPartitioned,
  exportParts,
  fileSink,
  memorySink,
  webSink,
  writableSink,
} from '@perf/export-core';
export type {
  ClassifiedPolicy,
  ExportInput,
  ExportPartitionedOptions,
  ExportPartsOptions,
  FileSinkOptions,
  HashThread,
  InputOptions,
  MemorySink,
} from '@perf/export-core';
export { createArrowExporter, exportArrow } from './arrow-exporter.ts';
export type { ArrowOptions, ColumnarOptions } from './arrow-options.ts';
export { createParquetExporter, exportParquet } from './parquet/parquet-exporter.ts';
export type { ParquetOptions } from './parquet/parquet-options.ts';
