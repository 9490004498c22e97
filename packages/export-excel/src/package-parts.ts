import type { Piece } from '@perf/export-core';
import { entry } from './book.ts';
import type { ExcelStyle } from './excel-options.ts';
import type { Logo } from './logo.ts';
import type { SheetSummary } from './new-book.ts';
import { columnLetters } from './row-number.ts';
import type { SheetColumn } from './sheet-columns.ts';
import { escapeAttribute, escapeXml } from './xml-text.ts';

const DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/**
 * What each part is. Any part that is not named is a sheet, so that their number need not be known. @param tables number of tables @param logo the
 * type of the picture, if there is one
 */
export function contentTypes(tables: number, logo: Logo['type'] | undefined): string {
  const overrides = [
    ['/xl/workbook.xml', `${TYPE}.sheet.main+xml`],
    ['/xl/styles.xml', `${TYPE}.styles+xml`],
    ['/xl/sharedStrings.xml', `${TYPE}.sharedStrings+xml`],
    ...Array.from({ length: tables }, (_, i) => [`/xl/tables/table${i + 1}.xml`, `${TYPE}.table+xml`]),
    ...(logo === undefined
      ? []
      : [['/xl/drawings/drawing1.xml', 'application/vnd.openxmlformats-officedocument.drawing+xml']]),
  ];
  return (
    `${DECLARATION}<Types xmlns="${PACKAGE}/content-types">` +
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
    `<Default Extension="xml" ContentType="${TYPE}.worksheet+xml"/>` +
    (logo === undefined ? '' : `<Default Extension="${logo}" ContentType="image/${logo}"/>`) +
    overrides.map(([name, type]) => `<Override PartName="${name}" ContentType="${type}"/>`).join('') +
    '</Types>'
  );
}

/** Where the workbook is. */
export function packageRelationships(): string {
  return `${DECLARATION}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`;
}

/** The workbook and where its parts are. */
export function* workbookParts(
  sheets: readonly SheetSummary[],
  columns: readonly SheetColumn[],
  style: ExcelStyle,
): Generator<Piece> {
  const list = sheets
    .map(({ name }, i) => `<sheet name="${escapeAttribute(name)}" sheetId="${i + 1}" r:id="sheet${i + 1}"/>`)
    .join('');
  yield* entry(
    'xl/workbook.xml',
    `${DECLARATION}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="${OFFICE}"><workbookPr/>` +
      `<bookViews><workbookView xWindow="0" yWindow="0" windowWidth="28800" windowHeight="15000"/></bookViews><sheets>${list}</sheets>` +
      `${definedNames(sheets, columns, style)}</workbook>`,
  );
  const targets = sheets
    .map(
      (_, i) =>
        `<Relationship Id="sheet${i + 1}" Type="${OFFICE}/worksheet" Target="worksheets/sheet${i + 1}.xml"/>`,
    )
    .join('');
  yield* entry(
    'xl/_rels/workbook.xml.rels',
    `${DECLARATION}<Relationships xmlns="${PACKAGE}/relationships">${targets}` +
      `<Relationship Id="styles" Type="${OFFICE}/styles" Target="styles.xml"/>` +
      `<Relationship Id="strings" Type="${OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
  );
}

/** The areas that filters and printing know by name. */
function definedNames(
  sheets: readonly SheetSummary[],
  columns: readonly SheetColumn[],
  { header, autoFilter, table }: ExcelStyle,
): string {
  if (!header || columns.length === 0) return '';
  const last = columnLetters(columns.length - 1);
  const quoted = sheets.map(({ name }) => `'${escapeXml(name.replaceAll("'", "''"))}'`);
  const filters = sheets.map(
    ({ headRows, lastRow }, i) =>
      `<definedName name="_xlnm._FilterDatabase" localSheetId="${i}" hidden="1">${quoted[i]}!$A$${headRows}:$${last}$${Math.max(headRows, lastRow)}</definedName>`,
  );
  const titles = sheets.map(
    ({ headRows }, i) =>
      `<definedName name="_xlnm.Print_Titles" localSheetId="${i}">${quoted[i]}!$1:$${headRows}</definedName>`,
  );
  const areas = sheets.map(
    ({ printedRow }, i) =>
      `<definedName name="_xlnm.Print_Area" localSheetId="${i}">${quoted[i]}!$A$1:$${last}$${printedRow}</definedName>`,
  );
  const filtered = autoFilter && !table ? filters : [];
  return `<definedNames>${[...filtered, ...areas, ...titles].join('')}</definedNames>`;
}
