import type { ExportManifest, ExportOptions, ExportSink, Exporter, Schema } from '@perf/contracts';
import type { CellWriter, ExportInput, InputOptions, TableColumn } from '@perf/export-core';
import { Room, Warnings, ZipPacker, exportFrom, formatExporter, isMasked } from '@perf/export-core';
import type { CellPlan } from './cell-plan.ts';
import { cellFor } from './cell-plan.ts';
import type { ExcelOptions, ExcelStyle } from './excel-options.ts';
import { excelStyle } from './excel-options.ts';
import { FilledBook } from './filled-book.ts';
import { GroupRows } from './group-rows.ts';
import { warnOfHeadings } from './heading-warnings.ts';
import { Hyperlinks } from './hyperlinks.ts';
import { NewBook } from './new-book.ts';
import { RepeatedRow } from './repeated-row.ts';
import { RowNumber } from './row-number.ts';
import { SharedStrings } from './shared-strings.ts';
import type { SheetColumn } from './sheet-columns.ts';
import { bodyAlign, sheetColumns } from './sheet-columns.ts';
import { buildShell } from './shell.ts';
import { StyleSheet } from './style-sheet.ts';
import { TotalRows } from './total-rows.ts';
import { WorkbookEncoder } from './workbook-encoder.ts';
import type { WorkbookTemplate } from './workbook-template.ts';
import { openWorkbook } from './workbook-template.ts';

const NOTHING = new Uint8Array(0);

/** Raised when a checkpoint of a workbook comes to hold something else, so that one of another release is refused. */
const CHECKPOINT_FORM = 1;

/** Makes an exporter that writes Excel workbooks (.xlsx). Options are checked here; the exporter may be used many times, also at once. */
export function createExcelExporter(options: ExcelOptions = {}): Exporter {
  const style = excelStyle(options);
  return formatExporter({
    format: 'xlsx',
    resumable: true,
    shape: { ...style, form: CHECKPOINT_FORM },
    now: options.now,
    start: () => ({
      encoder: (schema) => workbookEncoder(schema, style),
      packer: () => new ZipPacker(style.level),
    }),
  });
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

async function workbookEncoder(schema: Schema, style: ExcelStyle): Promise<WorkbookEncoder> {
  const { fill } = style;
  if (fill === undefined) return newWorkbook(schema, style);
  const bytes = fill.shell === undefined ? fill.workbook : await buildShell(fill.shell, fill.workbook);
  if (bytes === undefined) return newWorkbook(schema, style);
  return filledWorkbook(schema, style, openWorkbook(bytes, { ...style, ...fill }));
}

function newWorkbook(schema: Schema, style: ExcelStyle): WorkbookEncoder {
  const columns = sheetColumns(schema, style);
  const styles = new StyleSheet();
  const plan = cellPlan(style, style.sharedStrings);
  warnOfOmitted(style, plan.warnings);
  warnOfHeadings(columns, style, plan.warnings);
  const { totals: asked = [] } = style.template?.template ?? {};
  const totals = asked.length === 0 ? undefined : new TotalRows(asked, columns, plan, styles);
  const cells = columns.map((column, i) => {
    const { wrap, hyperlink } = column.style;
    const align = column.style.align ?? bodyAlign(column);
    const format = column.format ?? wordsFormat(column, align);
    const styleId = styles.idOf({ format, align, wrap });
    const linkId = hyperlink === true ? styles.idOf({ format, align, wrap, font: 'link' }) : 0;
    const cell = cellFor(column, plan, styleId, linkId);
    return tableColumn(column, totals?.cell(i, cell) ?? cell);
  });
  const book = new NewBook({
    columns,
    style,
    styles,
    shared: plan.shared ?? new SharedStrings(),
    links: plan.links,
    totals,
  });
  const groups = style.groups === undefined ? undefined : new GroupRows(style.groups, columns, plan, styles);
  return new WorkbookEncoder({ ...plan, schema, columns: cells, book, groups });
}

function filledWorkbook(schema: Schema, style: ExcelStyle, template: WorkbookTemplate): WorkbookEncoder {
  const columns = sheetColumns(schema, style, template.sheet.column);
  const plan = cellPlan(style, false);
  const { sheet } = template;
  const repeated = new RepeatedRow(sheet.drawnRow, sheet.column, columns.length);
  const cells = columns.map((column, i) => {
    const styleId = repeated.styles[i] ?? 0;
    if (!template.dateStyles.has(styleId)) warnOfBareDates(column, plan);
    return tableColumn(column, cellFor(column, plan, styleId, 0), repeated.nulls[i]);
  });
  const book = new FilledBook(template, repeated);
  return new WorkbookEncoder({ ...plan, schema, columns: cells, book, groups: undefined });
}

/** Dates are numbers of days, and show as such where the workbook's cell has no date format. */
function warnOfBareDates({ field }: SheetColumn, { style, warnings }: CellPlan): void {
  const { kind } = field.type;
  if ((kind !== 'date' && kind !== 'timestamp') || isMasked(field, style.classified)) return;
  const message = 'its cell in the workbook to fill has no date format, so that it shows numbers of days';
  warnings.counter('date-without-format', message, field.name).count = 1;
}

function cellPlan(style: ExcelStyle, isShared: boolean): CellPlan {
  return {
    style,
    room: new Room(),
    row: new RowNumber(),
    warnings: new Warnings(),
    shared: isShared ? new SharedStrings() : undefined,
    links: new Hyperlinks(),
  };
}

/** @param nullBytes what stands for null; absent: no cell */
function tableColumn({ field, index }: SheetColumn, cell: CellWriter, nullBytes?: Uint8Array): TableColumn {
  return { field, index, prefix: NOTHING, nullBytes, cell };
}

/** Some readers show truth values in a style of their own as 1 and 0 unless its format says the words. */
function wordsFormat({ field }: SheetColumn, align: string | undefined): string | undefined {
  return field.type.kind === 'bool' && align !== undefined ? '"TRUE";"TRUE";"FALSE"' : undefined;
}

/** A table has no place for headings of groups. */
function warnOfOmitted({ template, table }: ExcelStyle, warnings: Warnings): void {
  const { groups = [] } = template?.template ?? {};
  if (!table || groups.length === 0) return;
  const message = "the template's groups have no headings in a table";
  warnings.counter('template-part-omitted', message).count = 1;
}
