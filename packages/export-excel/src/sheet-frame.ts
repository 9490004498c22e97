import type { Piece } from '@perf/export-core';
import type { ExcelStyle } from './excel-options.ts';
import { headRowsOf } from './excel-options.ts';
import type { Hyperlinks } from './hyperlinks.ts';
import { LOGO_ROW_POINTS } from './logo-parts.ts';
import { columnLetters } from './row-number.ts';
import type { SheetColumn } from './sheet-columns.ts';
import type { StyleSheet } from './style-sheet.ts';
import { textCellXml } from './text-cell-xml.ts';

/** Widths of all columns, in characters, up to which a sheet is printed on the width of one page. */
const PAGE_WIDTH = 220;
const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const SPACES =
  'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';

/** What stands above the data of a sheet. */
export interface SheetHead {
  readonly columns: readonly SheetColumn[];
  readonly headers: readonly string[];
  readonly widths: readonly number[];
  readonly style: ExcelStyle;
  readonly styles: StyleSheet;
  readonly isFirst: boolean;
}

/** A sheet up to its first data row. */
export function sheetHead({ columns, headers, widths, style, styles, isFirst }: SheetHead): string {
  const headRows = headRowsOf(style, isFirst);
  const isPrintable = widths.reduce((sum, width) => sum + width, 0) <= PAGE_WIDTH;
  const pane =
    style.freeze && style.header
      ? `<pane ySplit="${headRows}" topLeftCell="A${headRows + 1}" activePane="bottomLeft" state="frozen"/><selection pane="bottomLeft"/>`
      : '';
  const view = `<sheetView${isFirst ? ' tabSelected="1"' : ''} workbookViewId="0"`;
  return (
    `${DECLARATION}<worksheet ${SPACES}>` +
    (isPrintable ? '<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>' : '') +
    `<sheetViews>${pane === '' ? `${view}/>` : `${view}>${pane}</sheetView>`}</sheetViews>` +
    '<sheetFormatPr defaultRowHeight="15"/>' +
    columnWidths(widths) +
    '<sheetData>' +
    (style.logo !== undefined && isFirst ? `<row r="1" ht="${LOGO_ROW_POINTS}" customHeight="1"/>` : '') +
    titleRow(style, styles, headRows) +
    headerRowXml(columns, headers, style, styles, headRows)
  );
}

/** What a sheet's foot has to know. */
export interface SheetFoot {
  readonly columns: readonly SheetColumn[];
  readonly style: ExcelStyle;
  readonly links: Hyperlinks;
  readonly hasTable: boolean;
  /** Whether it has the logo, which only the first sheet has. */
  readonly hasLogo: boolean;
  /** Rows above the data. */
  readonly headRows: number;
  /** The last row of data. */
  readonly lastRow: number;
  /** Rows below it. */
  readonly totals: string;
}

/** A sheet from its last row on. */
export function* sheetFoot(foot: SheetFoot): Generator<Piece> {
  const { columns, style, links, hasTable, hasLogo, headRows, lastRow, totals } = foot;
  const hasFilter = style.header && style.autoFilter && !hasTable && columns.length > 0;
  const last = columnLetters(columns.length - 1);
  yield Buffer.from(
    `${totals}</sheetData>${hasFilter ? `<autoFilter ref="A${headRows}:${last}${Math.max(lastRow, headRows)}"/>` : ''}`,
  );
  yield* links.element();
  yield Buffer.from(
    '<pageMargins left="0.4" right="0.4" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>' +
      '<pageSetup orientation="landscape" fitToHeight="0"/><headerFooter><oddFooter>&amp;C&amp;P / &amp;N</oddFooter></headerFooter>' +
      `${hasLogo ? '<drawing r:id="drawing"/>' : ''}${hasTable ? '<tableParts count="1"><tablePart r:id="table"/></tableParts>' : ''}</worksheet>`,
  );
}

/** The relationships of sheet `number`, for `entry`. */
export function sheetRelationships(
  number: number,
  { hasTable, hasLogo, links }: Pick<SheetFoot, 'hasTable' | 'hasLogo' | 'links'>,
): readonly (string | Iterable<Uint8Array>)[] {
  return [
    `${DECLARATION}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`,
    hasTable
      ? `<Relationship Id="table" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/table" Target="../tables/table${number}.xml"/>`
      : '',
    hasLogo
      ? '<Relationship Id="drawing" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/drawing" Target="../drawings/drawing1.xml"/>'
      : '',
    links.relationships(),
    '</Relationships>',
  ];
}

function columnWidths(widths: readonly number[]): string {
  if (widths.length === 0) return '';
  const columns = widths.map(
    (width, i) => `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`,
  );
  return `<cols>${columns.join('')}</cols>`;
}

function titleRow({ title, header }: ExcelStyle, styles: StyleSheet, headRows: number): string {
  if (title === undefined) return '';
  const row = headRows - (header ? 2 : 1);
  return `<row r="${row}" ht="24" customHeight="1">${textCellXml(`A${row}`, styles.idOf({ font: 'title' }), title)}</row>`;
}

function headerRowXml(
  columns: readonly SheetColumn[],
  headers: readonly string[],
  { header }: ExcelStyle,
  styles: StyleSheet,
  row: number,
): string {
  if (!header) return '';
  const cells = columns.map(({ letters, style, defaultAlign }, i) => {
    const align = style.align ?? defaultAlign;
    return textCellXml(`${letters}${row}`, styles.idOf({ font: 'header', align }), headers[i] ?? '');
  });
  return `<row r="${row}" ht="20" customHeight="1">${cells.join('')}</row>`;
}
