import type { ColumnFormat, DataType, Schema } from '@perf/contracts';
import { batchSource } from '@perf/contracts';
import { readZip, unzipEntry } from '@perf/export-core';
import { createExcelExporter, exportExcel, memorySink } from '@perf/export-excel';
import { describe, expect, it } from 'vitest';
import { readXlsx } from './read-xlsx.ts';
import { billRows, billTemplate, numbered, written } from './written.ts';

describe('sheets', () => {
  it('are split where one is full, each with the header', async () => {
    const { workbook } = await written(numbered(25), { sheetRows: 11, sheetName: 'Numbers' });

    expect(workbook.worksheets.map(({ name, rowCount }) => [name, rowCount])).toEqual([
      ['Numbers', 11],
      ['Numbers (2)', 11],
      ['Numbers (3)', 6],
    ]);
    expect(workbook.worksheets.map((sheet) => sheet.getCell('A1').value)).toEqual(['id', 'id', 'id']);
    expect(workbook.worksheets.map((sheet) => sheet.getCell('A2').value)).toEqual([0, 10, 20]);
    expect(workbook.worksheets.map((sheet) => sheet.autoFilter)).toEqual(['A1:A11', 'A1:A11', 'A1:A6']);
  });

  it('are not begun without a row for them', async () => {
    expect((await written(numbered(20), { sheetRows: 11 })).workbook.worksheets).toHaveLength(2);
    expect((await written([], {}, { fields: [] })).workbook.worksheets).toHaveLength(1);
  });

  it('are split at the limit of Excel', { timeout: 60_000 }, async () => {
    const schema: Schema = { fields: [{ name: 'id', type: { kind: 'int32' }, nullable: false }] };
    const sink = memorySink();
    async function* batches() {
      for (let from = 0; from < 1_048_577; from += 65_536)
        yield {
          kind: 'columns' as const,
          schema,
          length: Math.min(65_536, 1_048_577 - from),
          columns: [{ data: Int32Array.from({ length: 65_536 }, (_, i) => from + i) }],
        };
    }
    const manifest = await exportExcel(batchSource(schema, batches()), sink);

    const parts = readZip(sink.bytes());
    const sheets = parts.filter(({ name }) => name.startsWith('xl/worksheets/sheet'));
    const [first = '', second = ''] = sheets.map((part) => unzipEntry(part, 1e9).toString('latin1'));
    expect(manifest.rows).toBe(1_048_577);
    expect(sheets).toHaveLength(2);
    expect(first.lastIndexOf('<row ')).toBe(first.indexOf('<row r="1048576">'));
    expect(second).toContain('<row r="3"><c r="A3" s="1"><v>1048576</v></c></row></sheetData>');
  });

  it('have names that Excel takes', () => {
    for (const sheetName of [
      '',
      'x'.repeat(32),
      'a/b',
      'a\\b',
      'a?b',
      'a*b',
      'a:b',
      '[a]',
      "'a",
      "a'",
      'History',
      '\uD800',
    ])
      expect(() => createExcelExporter({ sheetName })).toThrow(
        expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
      );
  });

  it('shorten a long name to number it', async () => {
    const { workbook } = await written(numbered(3), { sheetRows: 2, sheetName: `${'x'.repeat(29)}&"` });

    expect(workbook.worksheets.map(({ name }) => name)).toEqual([
      `${'x'.repeat(29)}&"`,
      `${'x'.repeat(27)} (2)`,
      `${'x'.repeat(27)} (3)`,
    ]);
  });

  it('hold 16,384 columns and no more', async () => {
    const wide = (count: number): Schema => ({
      fields: Array.from({ length: count }, (_, i) => ({
        name: `c${i}`,
        type: { kind: 'int32' },
        nullable: true,
      })),
    });
    const sink = memorySink();
    await exportExcel([{ c16383: 1 }], sink, { schema: wide(16_384) });

    expect(readXlsx(sink.bytes()).rows[0]?.at(-1)).toBe(1);
    await expect(exportExcel([{}], memorySink(), { schema: wide(16_385) })).rejects.toMatchObject({
      code: 'ERR_PERF_UNSUPPORTED',
      message: expect.stringContaining('16384 columns') as unknown,
    });
  });

  it('name columns that repeat or are hostile as they are', async () => {
    const names = ['a', 'a', '__proto__', '=1+1', ' <&> ', ''];
    const schema: Schema = {
      fields: names.map((name) => ({ name, type: { kind: 'int32' }, nullable: true })),
    };
    const sink = memorySink();
    await exportExcel(
      batchSource(schema, [{ kind: 'rows', schema, layout: 'arrays', rows: [[1, 2, 3, 4, 5, 6]] }]),
      sink,
    );

    expect(readXlsx(sink.bytes())).toEqual({ names, rows: [[1, 2, 3, 4, 5, 6]] });
  });
});

describe('headers and title', () => {
  const long = `${'x'.repeat(32_766)}😀`;

  it('are cut at what a cell holds, between characters, and say so once, whatever the sheets', async () => {
    const { sheet, warnings } = await written([{ a: 1 }, { a: 2 }], {
      title: long,
      columns: [{ field: 'a', header: long }],
      sheetRows: 4,
    });

    expect(sheet.getCell('A1').value).toBe('x'.repeat(32_766));
    expect(sheet.getCell('A3').value).toBe('x'.repeat(32_766));
    expect(warnings).toEqual([
      ['text-truncated', 1],
      ['text-truncated', 1],
    ]);
  });

  it('say when half a surrogate pair was replaced, and in which column', async () => {
    const manifest = await exportExcel([{ 'a\uD800': 1, b: 2 }], memorySink(), { title: '\uDC00' });

    expect(manifest.warnings.map(({ code, column }) => [code, column])).toEqual([
      ['lone-surrogate-replaced', undefined],
      ['lone-surrogate-replaced', 'a\uD800'],
    ]);
  });

  it('say nothing when there is no header', async () => {
    expect(
      (await written([{ a: 1 }], { header: false, columns: [{ field: 'a', header: long }] })).warnings,
    ).toEqual([]);
  });
});

describe('columns', () => {
  it('are those named, with their titles, formats and widths', async () => {
    const { sheet } = await written([{ a: 1.5, b: 'x', c: true }], {
      columns: ['c', { field: 'a', header: 'Amount', format: '#,##0.00 "CHF"', width: 30, align: 'left' }],
    });

    expect(sheet.getRow(1).values).toEqual([undefined, 'c', 'Amount']);
    expect(sheet.getRow(2).values).toEqual([undefined, true, 1.5]);
    expect(sheet.getCell('B2').numFmt).toBe('#,##0.00 "CHF"');
    expect(sheet.getCell('B2').alignment.horizontal).toBe('left');
    expect(sheet.getColumn(2).width).toBe(30);
  });

  it('are as wide as header and first rows need, within limits, whatever the batches', async () => {
    const rows = Array.from({ length: 300 }, (_, i) => ({
      short: 'ab',
      long: 'x'.repeat(i < 100 ? 20 : 50),
      huge: 'y'.repeat(500),
    }));
    const one = memorySink();
    const many = memorySink();
    await exportExcel(rows, one, { batchRows: 1000 });
    await exportExcel(rows, many, { batchRows: 7 });
    const { sheet } = await written(rows);

    expect([1, 2, 3].map((column) => sheet.getColumn(column).width)).toEqual([9.5, 21.5, 61.5]);
    expect(Buffer.compare(one.bytes(), many.bytes())).toBe(0);
  });

  it.each([
    [{ columns: ['absent'] }, 'absent'],
    [{ columns: [{ field: 'id', width: 0 }] }, 'width'],
    [{ columns: [{ field: 'id', hyperlink: true }] }, 'links'],
  ])('are refused when they make no sense: %o', async (options, what) => {
    await expect(async () => written(numbered(1), options)).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_OPTION',
      message: expect.stringContaining(what) as unknown,
    });
  });
});

describe('links', () => {
  it('open addresses that are safe, and leave other text alone', async () => {
    const urls = [
      'https://example.com/a b',
      'javascript:alert(1)',
      'file:///etc/passwd',
      'no address',
      'mailto:a@b.ch',
    ];
    const { sheet, warnings } = await written(
      urls.map((url) => ({ url })),
      { columns: [{ field: 'url', hyperlink: true }] },
    );

    expect(urls.map((_, i) => sheet.getCell(`A${i + 2}`).hyperlink)).toEqual([
      'https://example.com/a%20b',
      undefined,
      undefined,
      undefined,
      'mailto:a@b.ch',
    ]);
    expect(urls.map((_, i) => sheet.getCell(`A${i + 2}`).text)).toEqual(urls);
    expect(warnings).toEqual([['hyperlink-refused', 3]]);
  });

  it('are as many as a sheet takes, text beyond, and again on the next', { timeout: 60_000 }, async () => {
    const rows = Array.from({ length: 65_600 }, (_, i) => ({ url: `https://example.com/${i}` }));
    const sink = memorySink();
    const manifest = await exportExcel(rows, sink, {
      columns: [{ field: 'url', hyperlink: true }],
      sheetRows: 65_591,
    });
    const counts = readZip(sink.bytes())
      .filter(({ name }) => name.startsWith('xl/worksheets/sheet'))
      .map(
        (part) =>
          unzipEntry(part, 1e9)
            .toString('latin1')
            .match(/<hyperlink /g)?.length,
      );

    expect(counts).toEqual([65_530, 10]);
    expect(manifest.warnings).toMatchObject([{ code: 'hyperlink-limit', count: 60, column: 'url' }]);
  });
});

describe('tables', () => {
  it('have headers that differ', async () => {
    const schema: Schema = {
      fields: ['a', 'A', '', 'x\ny'].map((name) => ({ name, type: { kind: 'int32' }, nullable: true })),
    };
    const sink = memorySink();
    await exportExcel(
      batchSource(schema, [{ kind: 'rows', schema, layout: 'arrays', rows: [[1, 2, 3, 4]] }]),
      sink,
      { table: true },
    );

    expect(readXlsx(sink.bytes()).names).toEqual(['a', 'A2', 'Column3', 'x\ny']);
  });

  it('number thousands of equal headers', async () => {
    const name = 'a'.repeat(200);
    const fields = Array.from(
      { length: 16_000 },
      () => ({ name, type: { kind: 'int32' }, nullable: true }) as const,
    );
    const sink = memorySink();
    await exportExcel(batchSource({ fields }, []), sink, { table: true });

    const { names } = readXlsx(sink.bytes());
    expect(names?.slice(0, 3)).toEqual([name, `${name}2`, `${name}3`]);
    expect(names?.at(-1)).toBe(`${name}16000`);
    expect(new Set(names).size).toBe(16_000);
  });

  it('do not give a header the number that another one has', async () => {
    const fields = ['a', 'a2', 'A', 'a', 'a2'].map(
      (name) => ({ name, type: { kind: 'int32' }, nullable: true }) as const,
    );
    const sink = memorySink();
    await exportExcel(batchSource({ fields }, []), sink, { table: true });

    expect(readXlsx(sink.bytes()).names).toEqual(['a', 'a2', 'A3', 'a4', 'a22']);
  });

  it('say which headers they cut', async () => {
    const { sheet, warnings } = await written([{ a: 1, b: 2 }], {
      table: true,
      columns: [{ field: 'a', header: `${'x'.repeat(246)}😀` }, 'b'],
    });

    expect(sheet.getCell('A1').value).toBe('x'.repeat(246));
    expect(warnings).toEqual([['text-truncated', 1]]);
  });

  it('need the header', () => {
    expect(() => createExcelExporter({ table: true, header: false })).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });
});

describe('templates', () => {
  it('say columns, titles, formats, clock and title', async () => {
    const { sheet } = await written(billRows, { template: billTemplate });

    expect(sheet.getCell('A1').value).toBe('Rechnung');
    expect(sheet.getRow(3).values).toEqual([undefined, 'Zeit', 'Betrag', 'share', 'paid']);
    expect(sheet.getCell('A4').value).toEqual(new Date('2026-07-01T14:00:00Z'));
    expect(sheet.getCell('A5').value).toEqual(new Date('2026-12-01T13:00:00Z'));
    expect(sheet.getCell('B4').numFmt).toBe('[$JPY] #,##0');
    expect(sheet.getCell('C4').numFmt).toBe('0.0%');
    expect(sheet.getCell('D4').value).toBe('ja');
    expect(sheet.views[0]).toMatchObject({ state: 'frozen', ySplit: 3 });
    expect(sheet.columnCount).toBe(4);
  });

  it.each<[DataType, ColumnFormat, string]>([
    [{ kind: 'int32' }, { type: 'number' }, '#,##0'],
    [{ kind: 'int64' }, { type: 'number', grouping: false }, '0'],
    [{ kind: 'decimal', precision: 18, scale: 2 }, { type: 'number' }, '#,##0.00'],
    [{ kind: 'decimal', precision: 18, scale: 0 }, { type: 'number', grouping: false }, '0'],
    [{ kind: 'decimal', precision: 18, scale: 2 }, { type: 'number', decimals: 1 }, '#,##0.0'],
    [{ kind: 'float64' }, { type: 'number' }, 'General'],
    [{ kind: 'float64' }, { type: 'number', decimals: 3 }, '#,##0.000'],
    [{ kind: 'float64' }, { type: 'number', decimals: 0, grouping: false }, '0'],
  ])('show numbers of %o as %o without a point that stands alone', async (type, format, numFmt) => {
    const schema: Schema = { fields: [{ name: 'n', type, nullable: true }] };
    const numbers = { version: 1, name: 'numbers', columns: [{ field: 'n', format }] } as const;
    const { sheet } = await written(
      [{ n: type.kind === 'decimal' ? '1234' : type.kind === 'int64' ? 1234n : 1234 }],
      { template: numbers },
      schema,
    );

    expect(sheet.getCell('A2').numFmt ?? 'General').toBe(numFmt);
    expect(sheet.getCell('A2').value).toBe(1234);
  });

  it('are refused beside options that say the same', () => {
    expect(() => createExcelExporter({ template: billTemplate, columns: ['at'] })).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });
});
