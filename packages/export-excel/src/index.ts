export { fileSink, memorySink, webSink, writableSink } from '@perf/export-core';
export type {
  ClassifiedPolicy,
  ExportInput,
  FileSinkOptions,
  InputOptions,
  MemorySink,
} from '@perf/export-core';
export { createExcelExporter, exportExcel } from './excel-exporter.ts';
export type { ExcelColumn, ExcelOptions } from './excel-options.ts';
export type { WorkbookShell } from './shell.ts';
