import type { BatchSource, Schema } from '@perf/contracts';
import { batchSource } from '@perf/contracts';
import { readZip, unzipEntry } from '@perf/export-core';
import type { ExcelOptions } from '@perf/export-excel';
import { exportExcel, memorySink } from '@perf/export-excel';
import type { Workbook, Worksheet } from 'exceljs';
import ExcelJS from 'exceljs';

const SCHEMA: Schema = {
  fields: [
    { name: 'day', type: { kind: 'date' }, nullable: false },
    { name: 'city', type: { kind: 'utf8' }, nullable: true },
    { name: 'amount', type: { kind: 'float64' }, nullable: true },
  ],
};

/** So many rows of a date, a text or null, and a double. */
export function source(count: number): BatchSource {
  return batchSource(SCHEMA, [
    {
      kind: 'rows',
      schema: SCHEMA,
      layout: 'arrays',
      rows: Array.from({ length: count }, (_, i) => [
        '2026-11-21',
        i % 2 === 0 ? `Zürich ${i}` : null,
        i + 0.5,
      ]),
    },
  ]);
}

/** A workbook as somebody draws it: two sheets, a logo's row, headers, one sample row in styles, and a note below. */
export async function drawn(change?: (sheet: Worksheet) => void): Promise<Uint8Array> {
  const workbook: Workbook = new ExcelJS.Workbook();
  workbook.addWorksheet('Cover').getCell('B2').value = 'Quarter & "year"';
  const sheet = workbook.addWorksheet('Data & more', { views: [{ state: 'frozen', ySplit: 4 }] });
  sheet.getCell('B2').value = 'Amounts';
  sheet.mergeCells('B2:D2');
  sheet.getRow(4).values = [undefined, 'Day', 'City', 'Amount'];
  const sample = sheet.getRow(5);
  sample.height = 22;
  sample.getCell(2).numFmt = 'dd.mm.yyyy';
  sample.getCell(3).font = { italic: true };
  sample.getCell(4).numFmt = '#,##0.00 "CHF"';
  for (const column of [2, 3, 4])
    sample.getCell(column).fill = { type: 'pattern', pattern: 'solid', fgColor: { argb: 'FFEEEEEE' } };
  sheet.getCell('B7').value = 'Source: ledger';
  sheet.mergeCells('B7:D7');
  sheet.autoFilter = 'B4:D5';
  change?.(sheet);
  return new Uint8Array(await workbook.xlsx.writeBuffer());
}

/** A workbook with so many rows. */
export async function filled(count: number, options: ExcelOptions): Promise<Uint8Array> {
  const sink = memorySink();
  await exportExcel(source(count), sink, options);
  return sink.bytes();
}

/** A workbook as exceljs reads it. */
export async function opened(bytes: Uint8Array): Promise<Workbook> {
  const workbook = new ExcelJS.Workbook();
  await workbook.xlsx.load(Uint8Array.from(bytes).buffer);
  return workbook;
}

/** The sheet of `drawn` as it stands in the archive. */
export function sheetXml(bytes: Uint8Array): string {
  const part = readZip(bytes).find(({ name }) => name.endsWith('sheet2.xml'));
  return part === undefined ? '' : unzipEntry(part, 1e6).toString();
}

/** Where its data goes. */
export const PLACE = { sheetName: 'Data & more', startCell: 'B5' } as const;
