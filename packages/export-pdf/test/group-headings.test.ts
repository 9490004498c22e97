import type { Schema } from '@perf/contracts';
import { isPerfError } from '@perf/contracts';
import { missingReaderTools, runReader } from '@perf/services/readers';
import { describe, expect, it } from 'vitest';
import { readGlyphs, withFile } from './read-glyphs.ts';
import { rowsOf, writePdf } from './write-pdf.ts';

const missing = await missingReaderTools(['mutool']);

const schema: Schema = {
  fields: [
    { name: 'g', type: { kind: 'utf8' }, nullable: false },
    { name: 'text', type: { kind: 'utf8' }, nullable: false },
  ],
};

/** The text of each page. */
async function pagesOf(bytes: Uint8Array): Promise<string[]> {
  const pages = await readGlyphs(bytes);
  return pages.map((glyphs) => glyphs.map(({ text }) => text).join(''));
}

describe.skipIf(missing !== undefined)(`headings of groups ${missing ?? ''}`, () => {
  it('are written on pages of any height, or the page is refused as too small', async () => {
    const rows = ['a', 'b', 'c'].map((g, i) => [g, `row ${i}`]);
    const outcomes = new Set<string>();
    for (let height = 120; height <= 240; height += 5) {
      const outcome = await writePdf(rowsOf(schema, rows), {
        pageSize: [300, height],
        cellPadding: 20,
        groups: ['g'],
        pageFooter: false,
        limits: { bytes: 100_000 },
      }).then(
        async ({ bytes }) => (await pagesOf(bytes)).join(''),
        (error: unknown) => (isPerfError(error) ? `${error.code}: ${error.message}` : String(error)),
      );
      outcomes.add(outcome.replaceAll('gtext', '').replaceAll(/\d+(?= points|$)/g, '#'));
    }

    expect([...outcomes]).toEqual([
      'ERR_PERF_INVALID_OPTION: the page is too small: titles and the first row need # points of height, and there are #',
      'g: aarow 0g: bbrow 1g: ccrow #',
    ]);
  });

  /** Groups of one to three rows of that many lines each, from `<` to `>`. */
  const groupedRows = (lines: number): string[][] =>
    Array.from({ length: 60 }, (_, i) => [
      `group ${Math.floor(i / ((i % 3) + 1))}.`,
      `<${[...Array(lines).keys()].join('\n')}>`,
    ]);

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 40])(
    'stand on one page with what follows them, rows of %i lines',
    async (lines) => {
      const { bytes } = await writePdf(rowsOf(schema, groupedRows(lines)), {
        groups: ['g'],
        pageSize: 'A5',
        landscape: true,
        pageFooter: false,
      });

      const pages = await pagesOf(bytes);
      expect(pages.length).toBeGreaterThan(2);
      for (const page of pages) expect(page).not.toMatch(/g: group \d+\.$/);
      const isTorn = pages.some((page) => page.split('<').length !== page.split('>').length);
      expect(isTorn).toBe(lines > 8);
    },
  );

  it.each([8, 30])('stand above rows of %i lines that fill a page alone', async (lines) => {
    const { bytes } = await writePdf(rowsOf(schema, groupedRows(lines)), {
      groups: ['g'],
      pageSize: [300, 122],
      margins: 10,
      pageFooter: false,
    });

    const pages = await pagesOf(bytes);
    expect(pages.join('').match(/</g)?.length).toBe(60);
    for (const page of pages) expect(page).not.toMatch(/g: group \d+\.$/);
  });

  it('begin the shades of rows anew, so that they differ from the row below', async () => {
    const rows = ['a', 'a', 'a', 'b', 'b', 'b'].map((g, i) => [g, `row ${i}`]);

    const { bytes } = await writePdf(rowsOf(schema, rows), {
      groups: ['g'],
      colors: { stripe: '#ff0000' },
      pageFooter: false,
    });

    const trace = await withFile(bytes, (path) => runReader('mutool', ['draw', '-q', '-F', 'trace', path]));
    const shades = /color="1 0 0"[\s\S]*?<\/fill_path>/.exec(trace)?.[0];
    // Both headings, and the second row below each.
    expect(shades?.match(/<moveto/g)?.length).toBe(4);
  });
});
