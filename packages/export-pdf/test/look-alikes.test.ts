import type { ColumnFormat, Schema } from '@perf/contracts';
import { missingReaderTools } from '@perf/services/readers';
import { describe, expect, it } from 'vitest';
import { DEJAVU, missingDejavu } from './dejavu.ts';
import { readGlyphs } from './read-glyphs.ts';
import { rowsOf, writePdf } from './write-pdf.ts';

const missing = missingDejavu() ?? (await missingReaderTools(['mutool']));

const schema: Schema = {
  fields: [
    { name: 'amount', type: { kind: 'float64' }, nullable: false },
    { name: 'share', type: { kind: 'float64' }, nullable: false },
    { name: 'at', type: { kind: 'timestamp', unit: 'ms' }, nullable: false },
  ],
};
const columns: readonly { readonly field: string; readonly format: ColumnFormat }[] = [
  { field: 'amount', format: { type: 'number', decimals: 2 } },
  { field: 'share', format: { type: 'percent' } },
  { field: 'at', format: { type: 'datetime', style: 'short' } },
];
const at = new Date('2026-03-01T21:05:00Z');

async function textOf(bytes: Uint8Array): Promise<string> {
  return (await readGlyphs(bytes))
    .flat()
    .map(({ text }) => text)
    .join('');
}

describe.skipIf(missing !== undefined)(`look-alikes of characters that no font has ${missing ?? ''}`, () => {
  it.each([
    'en-US',
    'fr-FR',
    'fr-CH',
    'de-CH',
    'sv-SE',
    'nb-NO',
    'fi-FI',
    'et-EE',
    'lt-LT',
    'sl-SI',
    'pt-PT',
  ])('keep signs and separators of %s readable in the default font', async (locale) => {
    const { bytes, manifest } = await writePdf(rowsOf(schema, [[-1_234_567.5, -0.25, at]]), {
      template: {
        version: 1,
        name: 'figures',
        locale,
        columns,
      },
      missingGlyphs: 'error',
      pageFooter: false,
    });

    const shown = [
      new Intl.NumberFormat(locale, { minimumFractionDigits: 2 }).format(-1_234_567.5),
      new Intl.NumberFormat(locale, { style: 'percent' }).format(-0.25),
      new Intl.DateTimeFormat(locale, { dateStyle: 'short', timeStyle: 'short', timeZone: 'UTC' }).format(at),
    ].join('');
    expect(manifest.warnings).toEqual([]);
    // Readers take the space of a standard font for a plain one.
    expect(await textOf(bytes)).toBe(
      `amountshareat${shown.replaceAll(/[\u00a0\u202f\u2009]/g, ' ').replaceAll('\u2212', '-')}`,
    );
  });

  it('stand only for characters of the same meaning, and only where no font has these', async () => {
    const text = 'a\u202fb\u2009c\u2007d\u2212e\u2011f\u2010g\u2044h';

    const standard = await writePdf([{ text }], { pageFooter: false });
    const embedded = await writePdf([{ text }], { pageFooter: false, fonts: [DEJAVU.sans] });

    expect(await textOf(standard.bytes)).toBe('texta b c d-e-f-g?h');
    expect(standard.manifest.warnings).toMatchObject([{ code: 'glyph-replaced', count: 1 }]);
    expect(await textOf(embedded.bytes)).toBe(`text${text}`);
    expect(embedded.manifest.warnings).toEqual([]);
  });

  it('break lines as the characters do for which they stand', async () => {
    const narrow = [{ name: 'text', width: 30 }];
    const linesOf = async (text: string): Promise<number> => {
      const { bytes } = await writePdf([{ text }], { pageFooter: false, columns: narrow });
      return new Set((await readGlyphs(bytes)).flat().map(({ y }) => y)).size - 1;
    };

    expect(await linesOf('aaa\u2009bbb')).toBe(2);
    expect(await linesOf('aa\u202fbb\u2011c dd')).toBe(2);
  });
});
