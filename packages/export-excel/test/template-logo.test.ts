import type { ExportTemplate } from '@perf/contracts';
import { readZip, unzipEntry } from '@perf/export-core';
import { createExcelExporter, exportExcel, memorySink } from '@perf/export-excel';
import { exporterSuite } from '@perf/testkit';
import type { Exporter } from '@perf/contracts';
import { describe, expect, it } from 'vitest';
import { JPEG_HEAD, PNG } from './pictures.ts';
import { readXlsx, shown } from './read-xlsx.ts';
import { numbered, written } from './written.ts';

const template: ExportTemplate = {
  version: 1,
  name: 'numbers',
  title: 'Numbers',
  columns: [{ field: 'id' }],
  logo: PNG,
};

describe('the logo of a template', () => {
  it('stands above title and header on the first sheet, 32 points high', async () => {
    const { workbook, parts } = await written(numbered(8), { template, sheetRows: 9 });

    const [first, second] = workbook.worksheets;
    expect([first?.getCell('A2').value, first?.getCell('A4').value, first?.getCell('A5').value]).toEqual([
      'Numbers',
      'id',
      0,
    ]);
    expect([second?.getCell('A1').value, second?.getCell('A3').value, second?.getCell('A4').value]).toEqual([
      'Numbers',
      'id',
      5,
    ]);
    expect(workbook.worksheets.map(({ autoFilter }) => autoFilter)).toEqual(['A4:A9', 'A3:A6']);
    expect(first?.views[0]).toMatchObject({ state: 'frozen', ySplit: 4 });
    expect(second?.views[0]).toMatchObject({ state: 'frozen', ySplit: 3 });
    expect(first?.getRow(1).height).toBeGreaterThan(32);
    expect(first?.getImages()).toHaveLength(1);
    expect(second?.getImages()).toEqual([]);
    const drawing = parts.get('xl/drawings/drawing1.xml');
    expect(drawing).toContain(`<xdr:ext cx="${48 * 12_700}" cy="${32 * 12_700}"/>`);
    expect(parts.get('xl/workbook.xml')).toContain("'Data'!$1:$4<");
    expect(parts.get('xl/workbook.xml')).toContain("'Data (2)'!$1:$3<");
    expect(() => createExcelExporter({ template, sheetRows: 4 })).toThrow(/sheetRows/);
  });

  it.each([
    ['png', PNG, 48],
    ['jpeg', JPEG_HEAD, 96],
  ])('is a %s with all its bytes, as wide as it must be', async (type, logo, points) => {
    const sink = memorySink();
    await exportExcel(numbered(1), sink, { template: { ...template, logo }, table: true });

    const parts = new Map(readZip(sink.bytes()).map((part) => [part.name, unzipEntry(part, 1e6)]));
    expect(parts.get(`xl/media/logo.${type}`)?.toString('base64')).toBe(logo);
    expect(String(parts.get('xl/drawings/drawing1.xml'))).toContain(`cx="${points * 12_700}"`);
    expect(String(parts.get('[Content_Types].xml'))).toContain(`Extension="${type}"`);
    expect(String(parts.get('xl/tables/table1.xml'))).toContain('ref="A4:A5"');
  });

  it.each(['iVBORw0KGgo=', '/9j/', Buffer.from('ffd8ffda00040000', 'hex').toString('base64')])(
    'is refused when it is no picture: %s',
    (logo) => {
      expect(() => createExcelExporter({ template: { ...template, logo } })).toThrow(
        expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
      );
    },
  );
});

describe('createExcelExporter with a logo and many sheets', () => {
  const create = (): Exporter => ({
    ...createExcelExporter(),
    export: async (source, sink, options) =>
      createExcelExporter({
        template: {
          version: 1,
          name: 'all',
          columns: source.schema.fields.map(({ name }) => ({ field: name })),
          logo: PNG,
        },
        sheetRows: 5001,
        level: 2,
      }).export(source, sink, options),
  });
  exporterSuite({
    create,
    read: (bytes) => readXlsx(bytes, 1),
    shown,
    resumeRows: 100_000,
    timeoutMs: 60_000,
  });
});
