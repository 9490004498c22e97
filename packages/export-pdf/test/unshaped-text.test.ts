import type { Schema } from '@perf/contracts';
import type { PdfOptions } from '@perf/export-pdf';
import { describe, expect, it } from 'vitest';
import { DEJAVU, missingDejavu } from './dejavu.ts';
import { rowsOf, writePdf } from './write-pdf.ts';

const missing = missingDejavu();

const ARABIC = 'مرحبا';
const HEBREW = 'שלום';
const schema: Schema = {
  fields: [
    { name: 'city', type: { kind: 'utf8' }, nullable: true },
    { name: 'text', type: { kind: 'utf8' }, nullable: true },
  ],
};
const fonts = [DEJAVU.sans];

describe.skipIf(missing !== undefined)(`text that would have to be shaped ${missing ?? ''}`, () => {
  it.each<[string, PdfOptions, string | undefined, number]>([
    ['title', { title: ARABIC }, undefined, 1],
    ['subtitle and date', { subtitle: HEBREW, date: ARABIC }, undefined, 2],
    ['running lines, once a document', { pageHeader: { left: ARABIC }, pageFooter: HEBREW }, undefined, 2],
    ['column title', { columns: [{ name: 'text', title: HEBREW }] }, 'text', 1],
    ['total', { totals: [{ field: 'text', aggregate: 'count' }], totalLabels: { count: ARABIC } }, 'city', 1],
    ['text of null', { nullText: HEBREW, columns: ['text'] }, 'text', 80],
  ])('is told of in the %s', async (_, options, column, count) => {
    const rows = Array.from({ length: 80 }, () => ['Bern', null]);
    const all = { fonts, pageFooter: false, ...options } as const;

    const { manifest } = await writePdf(rowsOf(schema, rows), all);
    const refused = writePdf(rowsOf(schema, rows), { ...all, missingGlyphs: 'error' });

    expect(manifest.warnings.map(({ code }) => code)).toEqual(['text-not-shaped']);
    expect(manifest.warnings[0]).toMatchObject({ count });
    expect(manifest.warnings[0]?.column).toBe(column);
    await expect(refused).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_VALUE' });
  });

  it('is told of in cells and group headings, once a text', async () => {
    const rows = [
      [HEBREW, `one ${ARABIC}`],
      [HEBREW, 'two'],
    ];

    const { manifest } = await writePdf(rowsOf(schema, rows), { fonts, groups: ['city'], columns: ['city'] });

    expect(manifest.warnings).toMatchObject([{ code: 'text-not-shaped', column: 'city', count: 3 }]);
  });

  it('is refused by column, row and character when it is told to', async () => {
    const writing = writePdf(
      rowsOf(schema, [
        ['Bern', null],
        ['Bern', ARABIC],
      ]),
      {
        fonts,
        missingGlyphs: 'error',
      },
    );

    await expect(writing).rejects.toThrow(/^column text, row 1 \(from 0\): .*U\+0645 \(م\)/);
  });

  it.each([
    ['a combining mark after a letter', 'Zu\u0308rich'],
    ['a Cyrillic combining mark', 'и\u0483'],
    ['a Thai vowel above its letter', 'ที่'],
    ['a Lao vowel', 'ກິ'],
    ['conjoining jamo', '\u1112\u1161\u11ab'],
    ['a jamo of the extended blocks', '\ua960\ud7b0'],
    ['Devanagari', 'नमस्ते'],
    ['Javanese', 'ꦗꦮ'],
    ['Brahmi, beyond the basic plane', '\u{11005}'],
    ['Adlam', '\u{1e900}'],
    ['a mark for symbols', 'a\u20d7'],
  ])('is %s', async (_, text) => {
    const { manifest } = await writePdf([{ text }], { fonts });

    expect(manifest.warnings).toContainEqual(
      expect.objectContaining({ code: 'text-not-shaped', column: 'text', count: 1 }),
    );
  });

  it.each(['Zürich', 'Ἀθῆναι', 'Кыїв', '東京', '서울', 'กขคงาเแ', 'ქართული', 'Հայերեն', '😀'])(
    'is not %s',
    async (text) => {
      const { manifest } = await writePdf([{ text }], { fonts });

      expect(manifest.warnings.filter(({ code }) => code === 'text-not-shaped')).toEqual([]);
    },
  );
});
