import type { Schema } from '@perf/contracts';
import { missingReaderTools } from '@perf/services/readers';
import { describe, expect, it } from 'vitest';
import { DEJAVU, missingDejavu } from './dejavu.ts';
import type { SeenGlyph } from './read-glyphs.ts';
import { readGlyphs } from './read-glyphs.ts';
import { rowsOf, writePdf } from './write-pdf.ts';

const missing = missingDejavu() ?? (await missingReaderTools(['mutool']));

/** All text of a document in the order in which it is drawn, a line break where it goes on further down or up. */
async function textOf(bytes: Uint8Array): Promise<string[]> {
  return linesOf((await readGlyphs(bytes)).flat());
}

function linesOf(glyphs: readonly SeenGlyph[]): string[] {
  const lines: string[] = [];
  let lastY: number | undefined;
  for (const { text, y } of glyphs) {
    if (y !== lastY) lines.push('');
    lines[lines.length - 1] += text;
    lastY = y;
  }
  return lines;
}

const sales: Schema = {
  fields: [
    { name: 'region', type: { kind: 'utf8' }, nullable: false },
    { name: 'orders', type: { kind: 'int64' }, nullable: true },
    { name: 'price', type: { kind: 'decimal', precision: 38, scale: 2 }, nullable: true },
    { name: 'rate', type: { kind: 'float64' }, nullable: true },
    { name: 'day', type: { kind: 'date' }, nullable: true },
  ],
};

describe.skipIf(missing !== undefined)(`what stands in a document ${missing ?? ''}`, () => {
  it('adds integers, decimals and doubles up without losing a digit', async () => {
    const rows = [
      ['north', 9_007_199_254_740_993n, '99999999999999999999999999999999999.99', 0.1, '2026-01-02'],
      ['north', 9_007_199_254_740_993n, '0.02', 0.2, '2025-12-31'],
      ['south', null, null, null, null],
      ['south', -3n, '-0.01', 0.3, '2026-03-01'],
    ];

    const { bytes } = await writePdf(rowsOf(sales, rows), {
      landscape: true,
      pageFooter: false,
      totals: [
        { field: 'orders', aggregate: 'sum' },
        { field: 'price', aggregate: 'sum' },
        { field: 'rate', aggregate: 'sum' },
        { field: 'orders', aggregate: 'avg' },
        { field: 'price', aggregate: 'avg' },
        { field: 'day', aggregate: 'min' },
        { field: 'day', aggregate: 'max' },
        { field: 'region', aggregate: 'count' },
        { field: 'rate', aggregate: 'count' },
      ],
      totalLabels: { avg: 'Mean' },
    });

    expect((await textOf(bytes)).slice(-5)).toEqual([
      'Total18014398509481983100000000000000000000000000000000000.000.6',
      'Mean600479950316066133333333333333333333333333333333333.333333',
      'Minimum2025-12-31',
      'Maximum2026-03-01',
      // The first column has a figure, so the label stands in the next.
      '4Count3',
    ]);
  });

  it.each([1, 2, 3, 4, 5, 6, 7])(
    'heads every group of %i rows, and tears no heading from its first row',
    async (size) => {
      const rows = Array.from({ length: 90 }, (_, i) => [
        `region ${Math.floor(i / size)}`,
        BigInt(i),
        null,
        null,
        null,
      ]);

      const { bytes } = await writePdf(rowsOf(sales, rows), {
        columns: [{ name: 'region', title: 'Region' }, 'orders'],
        groups: ['region'],
        pageSize: 'A5',
        landscape: true,
        pageFooter: false,
      });

      const pages = (await readGlyphs(bytes)).map(linesOf);
      expect(pages.flat().filter((line) => line.startsWith('Region: '))).toEqual(
        Array.from({ length: Math.ceil(90 / size) }, (_, i) => `Region: region ${i}`),
      );
      expect(pages.length).toBeGreaterThan(2);
      for (const page of pages) expect(page.at(-1)).not.toMatch(/^Region: /);
    },
  );

  it.each([9, 10, 120])('puts page x of %i where it belongs, though the count comes last', async (count) => {
    // One row fills a page.
    const rows = Array.from({ length: count }, (_, i) => ({ text: `${i}${'\n'.repeat(6)}` }));
    const line = '{page} of {pages}';

    const { bytes } = await writePdf(rows, {
      pageSize: [300, 130],
      margins: 10,
      pageHeader: { left: line, center: line, right: line },
      pageFooter: false,
    });

    const pages = await readGlyphs(bytes);
    expect(pages.length).toBe(count);
    const digit = 8 * 0.556;
    for (const [i, page] of pages.entries()) {
      const header = page
        .filter(({ y }) => Math.abs(y - (page[0]?.y ?? 0)) < 0.1)
        .toSorted((a, b) => a.x - b.x);
      const text = `${i + 1} of ${count}`;
      expect(header.map((glyph) => glyph.text).join('')).toBe(text.repeat(3));
      const ends = [0, 1, 2].map((n) => ({
        from: header[n * text.length]?.x ?? 0,
        to: (header[(n + 1) * text.length - 1]?.x ?? 0) + digit,
      }));
      expect(ends[0]?.from).toBeCloseTo(10, 1);
      expect(((ends[1]?.from ?? 0) + (ends[1]?.to ?? 0)) / 2).toBeCloseTo(150, 1);
      expect(ends[2]?.to).toBeCloseTo(290, 1);
    }
  });

  it('shows what a template says', async () => {
    const { bytes } = await writePdf(rowsOf(sales, [['north', 1234n, '1234.50', 0.256, '2026-03-01']]), {
      template: {
        version: 1,
        name: 'sales',
        title: 'Sales',
        locale: 'de-DE',
        columns: [
          { field: 'day', header: 'Tag', format: { type: 'date', style: 'medium' }, width: 14 },
          { field: 'price', header: 'Betrag', format: { type: 'currency', currency: 'EUR' }, align: 'left' },
          { field: 'rate', format: { type: 'percent', decimals: 1 } },
        ],
        totals: [{ field: 'price', aggregate: 'sum' }],
      },
      pageFooter: false,
    });

    expect((await textOf(bytes)).map((line) => line.replaceAll('\u00a0', ' '))).toEqual([
      'Sales',
      'TagBetragrate',
      '01.03.20261.234,50 €25,6 %',
      'Total1.234,50 €',
    ]);
  });

  it('masks classified columns, their totals too', async () => {
    const schema: Schema = {
      fields: [
        { name: 'id', type: { kind: 'int32' }, nullable: false },
        { name: 'salary', type: { kind: 'int64' }, nullable: true, classification: 'secret' },
      ],
    };
    const rows = [
      [1, 4711n],
      [2, null],
    ];
    const options = { pageFooter: false, totals: [{ field: 'salary', aggregate: 'sum' }] } as const;

    const masked = await writePdf(rowsOf(schema, rows), options);
    const clear = await writePdf(rowsOf(schema, rows), { ...options, classified: 'include' });

    expect(await textOf(masked.bytes)).toEqual(['idsalary', '1***', '2', 'Total***']);
    expect(masked.manifest.warnings).toMatchObject([{ code: 'column-masked', column: 'salary', count: 1 }]);
    expect(await textOf(clear.bytes)).toEqual(['idsalary', '14711', '2', 'Total4711']);
  });

  it('cuts text to one line where it is told to, but never a number', async () => {
    const schema: Schema = {
      fields: [
        { name: 'n', type: { kind: 'int64' }, nullable: false },
        { name: 'text', type: { kind: 'utf8' }, nullable: true },
      ],
    };
    const { bytes, manifest } = await writePdf(
      rowsOf(schema, [[1234567890123456789n, 'The quick brown fox\njumps']]),
      {
        columns: [
          { name: 'n', width: 40 },
          { name: 'text', width: 60 },
        ],
        overflow: 'ellipsis',
        pageFooter: false,
      },
    );

    const lines = await textOf(bytes);
    expect(lines.slice(1, -1).join('')).toBe('1234567890123456789');
    expect(lines.at(-1)).toMatch(/^The quick.*…$/);
    expect(manifest.warnings).toMatchObject([{ code: 'text-truncated', column: 'text', count: 1 }]);
  });

  it('tells of scripts that it writes letter by letter', async () => {
    const { bytes, manifest } = await writePdf([{ greeting: 'مرحبا' }], {
      fonts: [DEJAVU.sans],
      pageFooter: false,
    });

    expect((await textOf(bytes)).join('')).toBe('greetingمرحبا');
    expect(manifest.warnings).toMatchObject([{ code: 'text-not-shaped', column: 'greeting', count: 1 }]);
  });

  it('gives the same bytes for the same rows, with and without a date', async () => {
    const options = {
      title: 'Equal',
      createdAt: new Date(0),
      fonts: [DEJAVU.sans],
      logo: undefined,
    } as const;
    const rows = [{ id: 1, text: 'x' }];

    const [a, b] = [
      await writePdf(rows, { title: options.title }),
      await writePdf(rows, { title: options.title }),
    ];
    const dated = await writePdf(rows, { title: 'Equal', createdAt: new Date(0) });

    expect(Buffer.compare(a.bytes, b.bytes)).toBe(0);
    expect(Buffer.from(a.bytes).includes('CreationDate')).toBe(false);
    expect(Buffer.from(dated.bytes).includes('D:19700101000000Z')).toBe(true);
  });

  it('writes rows of no columns, and titles that are hostile', async () => {
    const hostile = ['(', ')\\', 'a\nb', 'x'.repeat(5000), ''];
    const schema: Schema = {
      fields: hostile.map((name) => ({ name, type: { kind: 'int32' }, nullable: true })),
    };

    const none = await writePdf(rowsOf({ fields: [] }, [[], []]), {});
    const { bytes, manifest } = await writePdf(rowsOf(schema, [[1, 2, 3, 4, 5]]), { pageFooter: false });

    expect(none.manifest.rows).toBe(2);
    expect((await readGlyphs(none.bytes)).length).toBe(1);
    expect((await textOf(bytes)).at(-1)).toBe('12345');
    expect(manifest.warnings).toMatchObject([{ code: 'text-truncated', column: 'x'.repeat(5000) }]);
  });
});

describe('createPdfExporter', () => {
  it.each([
    [{ pageSize: [10, 10] }, /pageSize must have sides/],
    [{ margins: 400 }, /margins leave no room/],
    [{ fontSize: 0 }, /fontSize must be a number from 3 to 72/],
    [{ colors: { text: 'red' } }, /colors.text must be as #1a2b3c/],
    [{ fonts: [] }, /fonts must name at least one/],
    [{ encryption: {} }, /must have a userPassword or an ownerPassword/],
    [{ compressionLevel: 12 }, /compressionLevel must be/],
    [{ createdAt: new Date(Number.NaN) }, /createdAt must be a valid Date/],
  ] as const)('refuses %j when it is made', async (options, message) => {
    await expect(writePdf([], options)).rejects.toThrow(message);
  });

  it.each([
    [{ fonts: ['/nowhere/font.ttf'] }, /the font "\/nowhere\/font.ttf" is no font that can be read/],
    [{ fonts: [Buffer.from('no font')] }, /the font of 7 bytes is no font/],
    [{ fonts: ['Symbol'] }, /has no letters/],
    [{ logo: Buffer.from('no picture') }, /the logo is no PNG or JPEG/],
    [{ columns: ['nothing'] }, /columns names nothing/],
    [{ totals: [{ field: 'city', aggregate: 'sum' }] }, /the sum of column city cannot be built: it is utf8/],
    [{ totals: [{ field: 'no', aggregate: 'sum' }] }, /totals names no/],
    [{ groups: ['no'] }, /groups names no/],
    [{ title: 'x\n'.repeat(60) }, /the title leaves no room/],
    [{ pageHeader: 'two\nlines' }, /must be one line/],
    [{ columns: [{ name: 'id', width: 600 }] }, /1 columns do not fit: they need at least 600 points/],
  ] as const)('refuses %j before anything is committed', async (options, message) => {
    const rows = [{ id: 1, city: 'Bern' }];

    await expect(writePdf(rows, options)).rejects.toThrow(message);
    await expect(writePdf(rows, options)).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_OPTION' });
  });

  it('refuses a PNG that cannot be unpacked, before pdfkit tries', async () => {
    const broken = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAwAAAAICAYAAADN5B7xAAAAIUlEQVR42mPQiDpRAcT/oZggm4EUxSA2AymKYTaMOCcBAKBOyoEQZkecAAAAAElFTkSuQmCC',
      'base64',
    ).fill(0x55, 45, 60);

    await expect(writePdf([{ id: 1 }], { logo: broken })).rejects.toThrow(/the logo is no PNG or JPEG/);
  });

  it('names column, row and type of a value that does not fit', async () => {
    const rows = rowsOf(sales, [
      ['north', 1n, '1.00', 1, '2026-01-01'],
      ['north', 1.5, null, null, null],
    ]);

    await expect(writePdf(rows)).rejects.toThrow(
      'column orders, row 1 (from 0): the number 1.5 does not fit int64',
    );
  });

  it('does not fit more columns than a page can hold', async () => {
    const fields = Array.from({ length: 16_385 }, (_, i) => ({
      name: `c${i}`,
      type: { kind: 'int32' as const },
      nullable: true,
    }));

    await expect(writePdf(rowsOf({ fields }, []))).rejects.toThrow(/16385 columns do not fit/);
  });
});
