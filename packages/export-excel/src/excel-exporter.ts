import type {
  BatchSource,
  ExportManifest,
  ExportOptions,
  ExportSink,
  Exporter,
  ExporterCapabilities,
  Schema,
} from '@perf/contracts';
import type { ExportInput, InputOptions, TableColumn } from '@perf/export-core';
import { Room, Warnings, ZipPacker, exportFrom, runExport } from '@perf/export-core';
import { cellFor } from './cell-plan.ts';
import type { ExcelOptions, ExcelStyle } from './excel-options.ts';
import { excelStyle } from './excel-options.ts';
import { Hyperlinks } from './hyperlinks.ts';
import { NewBook } from './new-book.ts';
import { RowNumber } from './row-number.ts';
import { SharedStrings } from './shared-strings.ts';
import { sheetColumns } from './sheet-columns.ts';
import { StyleSheet } from './style-sheet.ts';
import { WorkbookEncoder } from './workbook-encoder.ts';

/** Makes an exporter that writes Excel workbooks (.xlsx). Options are checked here; the exporter may be used many times, also at once. */
export function createExcelExporter(options: ExcelOptions = {}): Exporter {
  return new ExcelExporter(options);
}

/**
 * Writes batches or plain rows as an Excel workbook and resolves with the manifest.
 *
 * @example
 * await exportExcel([{ id: 1, city: 'Zürich' }], fileSink('cities.xlsx'));
 */
export async function exportExcel(
  source: ExportInput,
  sink: ExportSink,
  options: ExcelOptions & ExportOptions & InputOptions = {},
): Promise<ExportManifest> {
  return exportFrom(createExcelExporter(options), source, sink, options);
}

class ExcelExporter implements Exporter {
  readonly format = 'xlsx';
  readonly capabilities: ExporterCapabilities = {
    streaming: true,
    resumable: true,
    columnar: true,
    maxRows: Number.POSITIVE_INFINITY,
  };
  readonly #style: ExcelStyle;
  readonly #now: (() => number) | undefined;

  constructor(options: ExcelOptions) {
    this.#style = excelStyle(options);
    this.#now = options.now;
  }

  async export(source: BatchSource, sink: ExportSink, options: ExportOptions = {}): Promise<ExportManifest> {
    const style = this.#style;
    return runExport({
      format: this.format,
      source,
      sink,
      options,
      encoder: (schema) => newWorkbook(schema, style),
      packer: () => new ZipPacker(style.level),
      shape: style,
      now: this.#now,
    });
  }
}

function newWorkbook(schema: Schema, style: ExcelStyle): WorkbookEncoder {
  const columns = sheetColumns(schema, style);
  const styles = new StyleSheet();
  const shared = new SharedStrings();
  const links = new Hyperlinks();
  const [room, row, warnings] = [new Room(), new RowNumber(), new Warnings()];
  const book = new NewBook({ columns, style, styles, shared, links });
  style.template?.warn(warnings);
  const plan = { style, room, row, warnings, shared: style.sharedStrings ? shared : undefined, links };
  const cells = columns.map((column): TableColumn => {
    const { format, field, index, letters } = column;
    const { align, wrap } = column.style;
    const styleId = styles.idOf({ format, align, wrap });
    const linkId = column.style.hyperlink === true ? styles.idOf({ format, align, wrap, font: 'link' }) : 0;
    return {
      field,
      index,
      prefix: Buffer.from(`<c r="${letters}`),
      nullBytes: undefined,
      cell: cellFor(column, plan, styleId, linkId),
    };
  });
  return new WorkbookEncoder({
    schema,
    columns: cells,
    book,
    room,
    row,
    warnings,
    shared: plan.shared,
    links,
  });
}
