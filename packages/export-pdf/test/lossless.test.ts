import { batchSource } from '@perf/contracts';
import { missingReaderTools } from '@perf/services/readers';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEJAVU, missingDejavu } from './dejavu.ts';
import { readGlyphs } from './read-glyphs.ts';
import { readTable } from './read-table.ts';
import { STANDARD_LACK, shownText } from './shown-text.ts';
import { rowsOf, writePdf } from './write-pdf.ts';

const missing = missingDejavu() ?? (await missingReaderTools(['mutool']));

const schema = {
  fields: [
    { name: 'id', type: { kind: 'int32' }, nullable: false },
    { name: 'text', type: { kind: 'utf8' }, nullable: true },
  ],
} as const;

/** Characters of any kind that DejaVu Sans has, with all that breaks strings in content streams. */
const shownCharacter = fc.oneof(
  fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
  fc.constantFrom(
    '(',
    ')',
    '\\',
    '\r',
    '\n',
    '\t',
    ' ',
    '-',
    '€',
    'ß',
    'Ω',
    'ж',
    '\u00a0',
    '\u2009',
    '…',
    'ﬁ',
    '😀',
    '𝒜',
  ),
  fc.integer({ min: 0xa1, max: 0x24f }).map((code) => String.fromCharCode(code)),
  fc.integer({ min: 0x400, max: 0x45f }).map((code) => String.fromCharCode(code)),
);
const texts = fc.array(
  fc.array(shownCharacter, { maxLength: 300 }).map((all) => all.join('')),
  {
    minLength: 20,
    maxLength: 60,
  },
);

describe.skipIf(missing !== undefined)(`no character is ever lost ${missing ?? ''}`, () => {
  it.each([
    { name: 'one font', fonts: [DEJAVU.sans], width: 120, align: 'left' },
    { name: 'a narrow column, right', fonts: [DEJAVU.sans], width: 30, align: 'right' },
    { name: 'a standard font and a fallback', fonts: ['Helvetica', DEJAVU.sans], width: 90, align: 'center' },
  ] as const)('$name', { timeout: 120_000 }, async ({ fonts, width, align }) => {
    await fc.assert(
      fc.asyncProperty(texts, async (values) => {
        const { bytes, manifest } = await writePdf(
          rowsOf(
            schema,
            values.map((text, id) => [id, text]),
          ),
          {
            fonts,
            pageFooter: false,
            margins: 20,
            columns: [
              { name: 'id', width: 40, align: 'left' },
              { name: 'text', width, align },
            ],
          },
        );

        const { rows } = await readTable(bytes, [20, 60]);

        const lack = { missing: /[\u{1d49c}]/gu, replacement: '\ufffd' };
        expect(rows).toEqual(
          values.map((text, id) => [
            String(id),
            shownText(text, fonts.length > 1 ? { ...lack, replacement: '\ufffd' } : lack),
          ]),
        );
        expect(
          manifest.warnings.every(({ code }) => code === 'glyph-replaced' || code === 'invisible-left-out'),
        ).toBe(true);
      }),
      { numRuns: 12 },
    );
  });

  it('keeps every word and its spaces, whatever the width', { timeout: 120_000 }, async () => {
    const word = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom('a', 'b', 'c', 'i', 'w') });
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(word, { minLength: 1, maxLength: 40 }), { minLength: 5, maxLength: 20 }),
        fc.integer({ min: 80, max: 300 }),
        async (values, width) => {
          const { bytes } = await writePdf(
            rowsOf(
              schema,
              values.map((words, id) => [id, words.join(' ')]),
            ),
            {
              pageFooter: false,
              margins: 20,
              fontSize: 9,
              columns: [{ name: 'text', width }],
            },
          );

          const lines: string[] = [];
          let lastY = Number.NaN;
          for (const { text, x, y } of (await readGlyphs(bytes)).flatMap((page) =>
            page.filter((glyph) => glyph.y !== page[0]?.y),
          )) {
            expect(x).toBeGreaterThanOrEqual(24 - 0.01);
            expect(x).toBeLessThan(20 + width - 4);
            if (y !== lastY) lines.push('');
            lines[lines.length - 1] += text;
            lastY = y;
          }
          expect(lines.join(' ')).toBe(values.map((words) => words.join(' ')).join(' '));
        },
      ),
      { numRuns: 30 },
    );
  });

  it('writes what no font has as a visible mark, and says how often', async () => {
    const { bytes, manifest } = await writePdf([{ text: '李雷 \u0001 \ud83d x\u200by' }], {
      pageFooter: false,
    });

    const glyphs = (await readGlyphs(bytes))
      .flat()
      .map(({ text }) => text)
      .join('');

    expect(glyphs).toBe(`text${shownText('李雷', STANDARD_LACK)} ? ? xy`);
    expect(manifest.warnings.map(({ code, column, count }) => [code, column, count])).toEqual([
      ['glyph-replaced', 'text', 2],
      ['control-replaced', 'text', 1],
      ['lone-surrogate-replaced', 'text', 1],
      ['invisible-left-out', 'text', 1],
    ]);
  });

  it('refuses what no font has when it is told to, naming column, row and character', async () => {
    const rows = [
      { id: 1, city: 'Zürich' },
      { id: 2, city: '東京' },
    ];

    const writing = writePdf(rows, { missingGlyphs: 'error' });

    await expect(writing).rejects.toThrow(/column city, row 1 .*U\+6771 \(東\)/);
    await expect(writing).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_VALUE' });
  });

  it('gives characters that share a glyph back as what they were', async () => {
    const text = 'A\u0391\u0410 -\u2010\u00ad K\u212a \u2126\u03a9 ;\u037e';

    const { bytes } = await writePdf(
      batchSource(schema, [{ kind: 'rows', schema, layout: 'arrays', rows: [[1, text]] }]),
      {
        fonts: [DEJAVU.sans],
        pageFooter: false,
      },
    );

    const glyphs = (await readGlyphs(bytes))
      .flat()
      .map((glyph) => glyph.text)
      .join('');
    expect(glyphs).toBe(`idtext1${text.replace('\u00ad', '')}`);
  });
});
