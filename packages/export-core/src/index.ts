export { BLOCK_BYTES, BLOCK_SOFT_LIMIT, Block } from './block.ts';
export { MISFIT, NO_ROOM } from './cell-writer.ts';
export type { CellWriter, ValueWriter } from './cell-writer.ts';
export { isRepeatable } from './checkpoints.ts';
export { disposeSource } from './clean-up.ts';
export { columnAt } from './column-cells.ts';
export { compressionStyle, packerFor } from './compression.ts';
export type { Compression, CompressionFormat, CompressionStyle } from './compression.ts';
export { deflateBlock } from './deflate-block.ts';
export type { Encoder, EncoderCheckpoints, FillState, LastRow } from './encoder.ts';
export { exportFrom } from './export-from.ts';
export type { ExportInput, InputOptions } from './export-from.ts';
export type { ExportRun } from './export-run.ts';
export { formatExporter } from './format-exporter.ts';
export type { ExportFormat } from './format-exporter.ts';
export { fileCheckpoints } from './file-checkpoints.ts';
export { fileSink } from './file-sink.ts';
export type { FileSinkOptions } from './file-sink.ts';
export { contentDisposition } from './http/content-disposition.ts';
export { httpSink } from './http/http-sink.ts';
export type { HttpSinkOptions } from './http/http-sink.ts';
export { serveFile } from './http/serve-file.ts';
export type { ServeFileOptions } from './http/serve-file.ts';
export { base64Text, jsonText } from './json-text.ts';
export type { BigNumbers } from './json-text.ts';
export { MASK, isMasked, maskCell } from './mask.ts';
export type { ClassifiedPolicy } from './mask.ts';
export { memorySink } from './memory-sink.ts';
export type { MemorySink } from './memory-sink.ts';
export { misfit } from './misfit.ts';
export { multipartSink } from './multipart-sink.ts';
export type { MultipartSinkOptions, MultipartUpload, UploadedPart } from './multipart-sink.ts';
export type { HashThread } from './output.ts';
export { exportParts } from './export-parts.ts';
export type { ExportPartsOptions } from './export-parts.ts';
export type { Packer } from './packer.ts';
export { exportPartitioned } from './partition/export-partitioned.ts';
export type { ExportPartitionedOptions } from './partition/export-partitioned.ts';
export { BlockMark } from './piece.ts';
export type { Piece } from './piece.ts';
export { runExport } from './run-export.ts';
export { checkSameSchema } from './same-schema.ts';
export {
  boolCell,
  cellOfType,
  dateCell,
  decimalCell,
  float64Cell,
  instantCell,
  int32Cell,
  int64Cell,
  quotedCell,
} from './scalar-cells.ts';
export { TableEncoder } from './table-encoder.ts';
export { Room, chosenFields } from './table-layout.ts';
export type { RowOpener, TableColumn, TableLayout, TableParts } from './table-layout.ts';
export { columnFormatter } from './template/column-formatter.ts';
export type { ColumnFormatter, FormatPlace } from './template/column-formatter.ts';
export { parseTemplate } from './template/parse-template.ts';
export { templatePlan } from './template/template-plan.ts';
export type { TemplatePlan } from './template/template-plan.ts';
export { TOTAL_LABELS, Totals } from './totals/totals.ts';
export type { TotalFigure, TotalLine, TotalledColumn } from './totals/totals.ts';
export type { Transform } from './transform.ts';
export { Warnings } from './warnings.ts';
export type { WarningCounter } from './warnings.ts';
export { webSink } from './web-sink.ts';
export { writableSink } from './writable-sink.ts';
export { INSTANT_BYTES, writeDay, writeFineInstant, writeInstant } from './write-instant.ts';
export {
  writeAscii,
  writeBigint,
  writeBytes,
  writeInt31,
  writeInteger,
  writePadded,
} from './write-integer.ts';
export { NUMBER_BYTES, writeNumber } from './write-number.ts';
export { ZipPacker } from './zip-packer.ts';
export type { ZipCopy, ZipMark } from './zip-packer.ts';
export { readZip, unzipEntry } from './zip-reader.ts';
