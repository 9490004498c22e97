import type { ColumnFormat, ExportTemplate } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import type { ClassifiedPolicy, TemplatePlan } from '@perf/export-core';
import { templatePlan } from '@perf/export-core';
import type { Logo } from './logo.ts';
import { readLogo } from './logo.ts';
import type { WorkbookShell } from './shell.ts';
import { checkSheetName } from './sheet-names.ts';

/** Most rows of a sheet, the header included, and most columns. */
export const MAX_SHEET_ROWS = 1_048_576;
export const MAX_COLUMNS = 16_384;
const MAX_WIDTH = 255;

/** One column of the sheet. */
export interface ExcelColumn {
  /** Name of the source's column. */
  readonly field: string;
  /** What stands above it. @default its name */
  readonly header?: string;
  /** Number format as Excel writes them in English, as in `#,##0.00` or `yyyy-mm-dd`. @default by the column's type */
  readonly format?: string;
  /** In characters, 1 to 255. @default measured on the first 100 rows, 60 at most */
  readonly width?: number;
  /** @default numbers right, dates and booleans centred, all else left */
  readonly align?: 'left' | 'center' | 'right';
  /** Whether long text goes on in further lines of its cell. @default false */
  readonly wrap?: boolean;
  /** Whether text that is an address (http, https, mailto, tel, ftp) becomes a link: 65,530 on a sheet, text beyond. @default false */
  readonly hyperlink?: boolean;
}

/** How a workbook is written. */
export interface ExcelOptions {
  /** Columns to write, in this order. @default all, in the source's order */
  readonly columns?: readonly (string | ExcelColumn)[];
  /** What the export looks like, instead of `columns` and `title`; see `parseTemplate`. */
  readonly template?: ExportTemplate;
  /** Name of the sheet, at most 31 characters; further ones are numbered. With `workbook` the sheet to fill. @default 'Data'; the first sheet */
  readonly sheetName?: string;
  /** A line above the header. @default none */
  readonly title?: string;
  /** False: no header row. @default true */
  readonly header?: boolean;
  /** Whether the header stays in sight. @default true */
  readonly freeze?: boolean;
  /** Whether the header has filters; not with groups of a template, whose headings they would move. @default true */
  readonly autoFilter?: boolean;
  /** Whether the rows are an Excel table, with stripes and filters of its own. Needs the header. @default false */
  readonly table?: boolean;
  /** Most rows of a sheet, header included; what is more goes to further sheets. @default 1,048,576, Excel's limit */
  readonly sheetRows?: number;
  /** Whether text columns that repeat themselves hold each text once. @default true */
  readonly sharedStrings?: boolean;
  /** What NaN and the infinities become: their name as text, or an empty cell. Both are counted as warnings. @default 'text' */
  readonly nonFinite?: 'text' | 'empty';
  /** What happens to columns classified `pii` or `secret`: `mask` writes `***` for every value but null. @default 'mask' */
  readonly classified?: ClassifiedPolicy;
  /** Compression, 1 (fast) to 9 (small). @default 1 */
  readonly level?: number;
  /**
   * A workbook (.xlsx) to fill. Rows take the place of one row of its sheet, in the styles of that row's cells and with its cells beside them,
   * and what stands below moves down; every other part of the workbook stays byte for byte. More rows than its sheet holds are an error, and
   * so is what cannot move down with its cells: formulas, tables, comments, page breaks and the like in that row or below.
   */
  readonly workbook?: Uint8Array;
  /** Where the data of `workbook` begins, as in `B5`: the row that is repeated, and the first column. @default the first cell of the last row */
  readonly startCell?: string;
  /** Builds or changes the workbook to fill with exceljs (4.4, installed by you); see `workbook`. */
  readonly shell?: WorkbookShell;
  /** Clock in ms for progress and `elapsedMs`, for tests. @default performance.now */
  readonly now?: () => number;
}

/** A column as options and template want it. */
export interface ColumnStyle extends ExcelColumn {
  /** As the template asks for it. */
  readonly templateFormat?: ColumnFormat;
}

/** The options with their defaults, checked. */
export interface ExcelStyle {
  readonly columns: readonly ColumnStyle[] | undefined;
  readonly template: TemplatePlan | undefined;
  readonly sheetName: string | undefined;
  readonly title: string | undefined;
  readonly header: boolean;
  readonly freeze: boolean;
  readonly autoFilter: boolean;
  readonly table: boolean;
  readonly sheetRows: number;
  readonly sharedStrings: boolean;
  readonly nonFinite: 'text' | 'empty';
  readonly classified: ClassifiedPolicy;
  readonly level: number;
  /** Columns whose values have headings. */
  readonly groups: readonly string[] | undefined;
  /** The picture above the title. */
  readonly logo: Logo | undefined;
  /** The workbook to fill; absent: a new one. */
  readonly fill: FillStyle | undefined;
}

/** A workbook to fill, not yet read. */
export interface FillStyle {
  readonly workbook: Uint8Array | undefined;
  readonly shell: WorkbookShell | undefined;
  readonly startCell: string | undefined;
}

/** Checks the options and fills in the defaults. */
export function excelStyle(options: ExcelOptions): ExcelStyle {
  const { nonFinite = 'text', classified = 'mask', header = true, table = false, level = 1 } = options;
  mustBeOneOf('nonFinite', nonFinite, ['text', 'empty']);
  mustBeOneOf('classified', classified, ['mask', 'include']);
  if (table && !header) throw invalid('table needs the header row');
  mustBeWhole('level', level, 1, 9);
  const template =
    options.template === undefined
      ? undefined
      : templatePlan(options.template, { columns: options.columns, title: options.title });
  const title = template?.template.title ?? options.title;
  const sheetRows = options.sheetRows ?? MAX_SHEET_ROWS;
  const totals = new Set(template?.template.totals?.map(({ aggregate }) => aggregate)).size;
  const logo = template?.template.logo === undefined ? undefined : readLogo(template.template.logo);
  const headRows = headRowsOf({ logo, title, header }, true);
  const groups = table ? undefined : groupsOf(template);
  const leastRows = (groups === undefined ? 1 : 2) + totals;
  mustBeWhole('sheetRows', sheetRows, headRows + leastRows, MAX_SHEET_ROWS);
  const fill = fillStyle(options);
  if (fill === undefined && options.sheetName !== undefined) checkSheetName(options.sheetName);
  return {
    columns: template === undefined ? options.columns?.map(columnStyle) : templateColumns(template),
    template,
    sheetName: options.sheetName,
    title,
    header,
    freeze: options.freeze ?? true,
    // A filter would hide and move headings as if they were data.
    autoFilter: (options.autoFilter ?? true) && groups === undefined,
    table,
    sheetRows,
    sharedStrings: options.sharedStrings ?? true,
    nonFinite,
    classified,
    level,
    groups,
    logo,
    fill,
  };
}

function groupsOf(template: TemplatePlan | undefined): readonly string[] | undefined {
  const { groups = [] } = template?.template ?? {};
  return groups.length === 0 ? undefined : groups;
}

function fillStyle({ workbook, shell, startCell, ...options }: ExcelOptions): FillStyle | undefined {
  if (workbook === undefined && shell === undefined) {
    if (startCell !== undefined) throw invalid('startCell is for a workbook to fill; give workbook or shell');
    return undefined;
  }
  const others = ['title', 'table', 'sheetRows', 'header', 'freeze', 'autoFilter', 'template'] as const;
  const other = others.find((name) => options[name] !== undefined);
  if (other !== undefined) throw invalid(`${other} is not for a workbook to fill, which has its own`);
  const linked = options.columns?.find((column) => typeof column !== 'string' && column.hyperlink === true);
  if (linked !== undefined) throw invalid('a workbook to fill takes no links');
  return { workbook, shell, startCell };
}

/** What stands above the data. */
export type HeadStyle = Pick<ExcelStyle, 'logo' | 'title' | 'header'>;

/** Rows above the first data row: the logo's on the first sheet, the title's with an empty one below it, and the header. */
export function headRowsOf({ logo, title, header }: HeadStyle, isFirst: boolean): number {
  return (logo !== undefined && isFirst ? 1 : 0) + (title === undefined ? 0 : 2) + (header ? 1 : 0);
}

/** Throws `ERR_PERF_INVALID_OPTION` unless `value` is a whole number in a range. */
function mustBeWhole(name: string, value: number, least: number, most: number): void {
  if (!Number.isInteger(value) || value < least || value > most)
    throw invalid(`${name} must be a whole number from ${least} to ${most}, got ${value}`);
}

function columnStyle(column: string | ExcelColumn): ColumnStyle {
  if (typeof column === 'string') return { field: column };
  const { field, width, align } = column;
  if (width !== undefined && !(width >= 1 && width <= MAX_WIDTH))
    throw invalid(`the width of column ${field} must be 1 to ${MAX_WIDTH} characters, got ${width}`);
  if (align !== undefined) mustBeOneOf(`align of column ${field}`, align, ['left', 'center', 'right']);
  return column;
}

function templateColumns({ template }: TemplatePlan): ColumnStyle[] {
  return template.columns.map(({ format, ...column }) => ({
    ...column,
    ...(format === undefined ? {} : { templateFormat: format }),
  }));
}

function mustBeOneOf(name: string, value: unknown, allowed: readonly string[]): void {
  if (typeof value !== 'string' || !allowed.includes(value))
    throw invalid(`${name} must be ${allowed.join(' or ')}, got ${JSON.stringify(value) ?? typeof value}`);
}

function invalid(message: string): PerfError {
  return new PerfError('ERR_PERF_INVALID_OPTION', message);
}
