import type { DataType, ExportTemplate, Schema } from '@perf/contracts';
import { createExcelExporter } from '@perf/export-excel';
import { describe, expect, it } from 'vitest';
import { billRows, billTemplate, numbered, written } from './written.ts';

describe('totals of a template', () => {
  it('stand below the last row, each in the format of its column', async () => {
    const totalled: ExportTemplate = {
      ...billTemplate,
      totals: [
        { field: 'amount', aggregate: 'sum' },
        { field: 'at', aggregate: 'max' },
        { field: 'paid', aggregate: 'count' },
        { field: 'share', aggregate: 'sum' },
        { field: 'amount', aggregate: 'count' },
      ],
    };
    const { sheet, parts, warnings } = await written(billRows, { template: totalled });

    expect(sheet.rowCount).toBe(8);
    expect(sheet.getRow(6).values).toEqual([undefined, 'Total', 12, 0.75]);
    expect(sheet.getRow(7).values).toEqual([undefined, new Date('2026-12-01T13:00:00Z'), 'Maximum']);
    expect(sheet.getRow(8).values).toEqual([undefined, 'Count', 2, undefined, 2]);
    expect(sheet.getCell('B6').numFmt).toBe('[$JPY] #,##0');
    expect(sheet.getCell('A7').numFmt).toBe('d mmm yyyy hh:mm:ss');
    expect(sheet.getCell('C6').numFmt).toBe('0.0%');
    expect(sheet.getCell('C6').alignment).toMatchObject({ horizontal: 'center' });
    expect([sheet.getCell('A6').font.bold, sheet.getCell('B6').font.bold]).toEqual([true, true]);
    expect(sheet.autoFilter).toBe('A3:D5');
    expect(parts.get('xl/workbook.xml')).toContain("'Data'!$A$3:$D$5<");
    expect(parts.get('xl/workbook.xml')).toContain("'Data'!$A$1:$D$8<");
    expect(warnings).toEqual([]);
  });

  it('stand on the last sheet only, below its table, within the rows of a sheet', async () => {
    const numbers: ExportTemplate = {
      version: 1,
      name: 'numbers',
      columns: [{ field: 'id' }],
      totals: [
        { field: 'id', aggregate: 'sum' },
        { field: 'id', aggregate: 'avg' },
      ],
    };
    const { workbook, parts } = await written(numbered(8), { template: numbers, table: true, sheetRows: 7 });

    expect(workbook.worksheets.map(({ rowCount }) => rowCount)).toEqual([5, 7]);
    expect(workbook.worksheets[1]?.getCell('A6').value).toBe(28);
    expect(workbook.worksheets[1]?.getCell('A7').value).toBe(3.5);
    expect(parts.get('xl/tables/table2.xml')).toContain('ref="A1:A5"');
    expect(() => createExcelExporter({ template: numbers, sheetRows: 3 })).toThrow(/sheetRows/);

    const empty = await written(
      [],
      { template: numbers, table: true },
      {
        fields: [{ name: 'id', type: { kind: 'int32' }, nullable: true }],
      },
    );
    expect(empty.parts.get('xl/tables/table1.xml')).toContain('ref="A1:A2"');
    expect(empty.sheet.getCell('A3').value).toBe(0);
    expect(empty.sheet.getCell('A4').value).toBeNull();
  });

  it.each<[DataType, readonly unknown[], unknown, unknown]>([
    [{ kind: 'int64' }, [2n ** 53n - 1n, 2n], '9007199254740993', '4503599627370496.5'],
    [{ kind: 'int64' }, [2n ** 63n - 1n, 2n ** 63n - 1n], '18446744073709551614', '9223372036854775807'],
    [{ kind: 'int32' }, [1, 2], 3, 1.5],
    [{ kind: 'float64' }, [1e16, 1, -1e16], 1, 1 / 3],
    [{ kind: 'decimal', precision: 18, scale: 2 }, ['0.10', '0.20', null], 0.3, 0.15],
    [
      { kind: 'decimal', precision: 18, scale: 2 },
      ['9999999999999999.99', '0.02'],
      '10000000000000000.01',
      '5000000000000000.005',
    ],
  ])('of %o are exact, as text where Excel would round', async (type, values, sum, average) => {
    const schema: Schema = { fields: [{ name: 'n', type, nullable: true }] };
    const numbers: ExportTemplate = {
      version: 1,
      name: 'numbers',
      columns: [{ field: 'n' }],
      totals: [
        { field: 'n', aggregate: 'sum' },
        { field: 'n', aggregate: 'avg' },
      ],
    };
    const { sheet } = await written(
      values.map((n) => ({ n })),
      { template: numbers },
      schema,
    );

    const at = values.length + 2;
    expect([sheet.getCell(`A${at}`).value, sheet.getCell(`A${at + 1}`).value]).toEqual([sum, average]);
  });

  it('of classified columns are masked', async () => {
    const schema: Schema = {
      fields: [{ name: 'pay', type: { kind: 'int32' }, nullable: true, classification: 'pii' }],
    };
    const totals = (['sum', 'count'] as const).map((aggregate) => ({ field: 'pay', aggregate }));
    const pay: ExportTemplate = { version: 1, name: 'pay', columns: [{ field: 'pay' }], totals };
    const { sheet } = await written([{ pay: 4711 }], { template: pay }, schema);

    expect([3, 4].map((row) => sheet.getCell(`A${row}`).value)).toEqual(['***', 1]);
  });

  it('are refused where values have none', async () => {
    const totalled: ExportTemplate = { ...billTemplate, totals: [{ field: 'paid', aggregate: 'sum' }] };

    await expect(written(billRows, { template: totalled })).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_OPTION',
    });
  });
});
