import type { ExportTemplate, Schema } from '@perf/contracts';
import { readZip, unzipEntry } from '@perf/export-core';
import type { ExcelOptions } from '@perf/export-excel';
import { exportExcel, memorySink } from '@perf/export-excel';
import type { Workbook, Worksheet } from 'exceljs';
import ExcelJS from 'exceljs';

/** Plain rows. */
export type Rows = readonly Readonly<Record<string, unknown>>[];

/** A workbook as exceljs reads it, and its parts. */
export interface Written {
  readonly workbook: Workbook;
  readonly sheet: Worksheet;
  readonly warnings: readonly (readonly [code: string, count: number])[];
  readonly parts: ReadonlyMap<string, string>;
}

/** Writes rows as a workbook and reads it back. */
export async function written(rows: Rows, options: ExcelOptions = {}, schema?: Schema): Promise<Written> {
  const sink = memorySink();
  const manifest = await exportExcel(rows, sink, { ...options, ...(schema === undefined ? {} : { schema }) });
  const bytes = sink.bytes();
  const workbook: Workbook = new ExcelJS.Workbook();
  await workbook.xlsx.load(Uint8Array.from(bytes).buffer);
  const sheet = workbook.worksheets[0];
  if (sheet === undefined) throw new Error('there is no sheet');
  return {
    workbook,
    sheet,
    warnings: manifest.warnings.map(({ code, count }) => [code, count]),
    parts: new Map(readZip(bytes).map((part) => [part.name, unzipEntry(part, 1e8).toString()])),
  };
}

/** Rows with an id from 0. */
export const numbered = (count: number): Rows => Array.from({ length: count }, (_, id) => ({ id }));

/** A template with a format of each kind. */
export const billTemplate: ExportTemplate = {
  version: 1,
  name: 'bill',
  title: 'Rechnung',
  timezone: 'Europe/Zurich',
  columns: [
    { field: 'at', header: 'Zeit', format: { type: 'datetime', style: 'medium' } },
    { field: 'amount', header: 'Betrag', format: { type: 'currency', currency: 'JPY' }, width: 20 },
    { field: 'share', format: { type: 'percent', decimals: 1 }, align: 'center' },
    { field: 'paid', format: { type: 'boolean', yes: 'ja', no: 'nein' } },
  ],
};

/** Rows for it. */
export const billRows = [
  { at: new Date('2026-07-01T12:00:00Z'), amount: 5, share: 0.25, paid: true, more: 1 },
  { at: new Date('2026-12-01T12:00:00Z'), amount: 7, share: 0.5, paid: false, more: 2 },
];
