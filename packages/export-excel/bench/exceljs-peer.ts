import { mixedRowBatches, mixedSchema } from '@perf/testkit/measure';
import type { Workbook, Worksheet } from 'exceljs';
import ExcelJS from 'exceljs';

type Row = Readonly<Record<string, unknown>>;

const NAMES: readonly string[] = mixedSchema.fields.map(({ name }) => name);
/** The looks that ours gives by itself. */
const FORMATS: Readonly<Record<string, string>> = {
  id: '0',
  account_no: '0',
  created_at: 'yyyy-mm-dd hh:mm:ss.000',
};
const WIDTH = 20;

/** Writes the mixed rows by exceljs' streaming writer, styled as ours. Gives its ms. */
export async function writeByExceljs(path: string, rows: number): Promise<number> {
  const batches = mixedRowBatches(rows);
  const start = performance.now();
  const workbook = new ExcelJS.stream.xlsx.WorkbookWriter({ filename: path, useStyles: true });
  const sheet = workbook.addWorksheet('Data', { views: [{ state: 'frozen', ySplit: 1 }] });
  drawHeader(sheet);
  sheet.getRow(1).commit();
  sheet.autoFilter = { from: 'A1', to: { row: rows + 1, column: NAMES.length } };
  for await (const batch of batches) for (const row of batch.rows) sheet.addRow(row).commit();
  sheet.commit();
  await workbook.commit();
  return performance.now() - start;
}

/** Reads the template, adds the rows in the styles of its sample row, and writes the workbook. Gives its ms. */
export async function fillByExceljs(path: string, rows: number): Promise<number> {
  const template = await templateOf();
  const batches = mixedRowBatches(rows);
  const start = performance.now();
  const workbook = new ExcelJS.Workbook();
  await workbook.xlsx.load(Uint8Array.from(template).buffer);
  const sheet = workbook.getWorksheet('Data');
  if (sheet === undefined) throw new Error('the template has no sheet');
  const styles = NAMES.map((_, i) => sheet.getRow(2).getCell(i + 1).style);
  let at = 2;
  for await (const batch of batches) for (const row of batch.rows) fillRow(sheet, at++, row, styles);
  await workbook.xlsx.writeFile(path);
  return performance.now() - start;
}

/** A workbook with a cover, a header and a styled sample row. */
export async function templateOf(): Promise<Uint8Array> {
  const workbook: Workbook = new ExcelJS.Workbook();
  const sheet = workbook.addWorksheet('Data', { views: [{ state: 'frozen', ySplit: 1 }] });
  workbook.addWorksheet('Notes').getCell('A1').value = 'Drawn by hand';
  drawHeader(sheet);
  for (const [i, name] of NAMES.entries()) {
    const cell = sheet.getRow(2).getCell(i + 1);
    cell.numFmt = FORMATS[name] ?? 'General';
    cell.border = { bottom: { style: 'hair' } };
  }
  return new Uint8Array(await workbook.xlsx.writeBuffer());
}

function drawHeader(sheet: Worksheet): void {
  sheet.columns = NAMES.map((key) => ({
    key,
    header: key,
    width: WIDTH,
    style: FORMATS[key] === undefined ? {} : { numFmt: FORMATS[key] },
  }));
  const header = sheet.getRow(1);
  header.height = 20;
  header.font = { bold: true, size: 11 };
  header.fill = { type: 'pattern', pattern: 'solid', fgColor: { argb: 'FFDDE6F2' } };
  header.border = { bottom: { style: 'thin' } };
}

function fillRow(sheet: Worksheet, at: number, row: Row, styles: readonly object[]): void {
  const target = sheet.getRow(at);
  for (const [i, name] of NAMES.entries()) {
    const value = row[name];
    const cell = target.getCell(i + 1);
    cell.style = styles[i] ?? {};
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      cell.value = value;
    else if (value instanceof Date) cell.value = value;
  }
}
