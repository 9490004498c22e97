import { readFile } from 'node:fs/promises';
import { batchSource } from '@perf/contracts';
import { missingReaderTools, runReader } from '@perf/services/readers';
import { mixedRowBatches, mixedSchema } from '@perf/testkit/measure';
import { describe, expect, it } from 'vitest';
import { DEJAVU, missingDejavu } from './dejavu.ts';
import { withFile } from './read-glyphs.ts';
import { writePdf } from './write-pdf.ts';

const missing =
  missingDejavu() ?? (await missingReaderTools(['qpdf', 'pdftotext', 'pdffonts', 'pdftoppm', 'mutool']));
const ROWS = 2000;

/** A text as it may be compared: white space tells nothing of where lines end. */
function tight(text: string): string {
  return text.replaceAll(/\s/g, '');
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? `${value}` : '';
}

async function mixedRows(count: number): Promise<Readonly<Record<string, unknown>>[]> {
  const rows = [];
  for await (const batch of mixedRowBatches(count)) rows.push(...batch.rows);
  return rows;
}

describe.skipIf(missing !== undefined)(`a document read by others ${missing ?? ''}`, () => {
  it('is sound for qpdf, with embedded fonts whose text can be read', async () => {
    const { bytes } = await writePdf(batchSource(mixedSchema, mixedRowBatches(ROWS)), {
      title: 'Orders (all) \\ 東京 Zürich',
      author: 'Ana',
      fonts: [DEJAVU.sans, DEJAVU.mono],
      boldFonts: [DEJAVU.bold],
      landscape: true,
    });

    const [check, fonts, info] = await withFile(bytes, async (path) => [
      await runReader('qpdf', ['--check', path]),
      await runReader('pdffonts', [path]),
      await runReader('mutool', ['show', path, 'trailer/Info']),
    ]);

    expect(check).toContain('No syntax or stream encoding errors found');
    // Mono has nothing that Sans lacks, so it is not embedded.
    const lines = fonts?.trim().split('\n').slice(2) ?? [];
    expect(
      lines.map((line) => line.split('+')[1]?.split(' ')[0]).toSorted((a = '', b = '') => (a < b ? -1 : 1)),
    ).toEqual(['DejaVuSans', 'DejaVuSans-Bold']);
    for (const line of lines) expect(line).toMatch(/CID TrueType +Identity-H +yes yes yes/);
    expect(info).toContain('/Title');
  });

  it('gives pdftotext every cell of every row in order, the titles on each page, and page x of y', async () => {
    const rows = (await mixedRows(ROWS)).map((row) => ({
      ...row,
      // What DejaVu Sans has no glyph for.
      name: shown(row['name']).replaceAll(/[李雷]/g, 'x'),
      city_note: row['city_note'] === null ? null : shown(row['city_note']).replaceAll(/[東京]/g, 'y'),
    }));
    const { bytes } = await writePdf(rows, {
      schema: mixedSchema,
      fonts: [DEJAVU.sans],
      landscape: true,
      pageHeader: { left: 'All orders', right: 'Internal' },
    });

    const text = await withFile(bytes, (path) => runReader('pdftotext', ['-raw', path, '-']));

    const pages = text.split('\f').slice(0, -1).map(tight);
    const titles = tight(mixedSchema.fields.map(({ name }) => name).join(''));
    const bodies = pages.map((page, i) => {
      for (const part of ['Allorders', 'Internal', titles]) expect(page).toContain(part);
      expect(page).toContain(`Page${i + 1}of${pages.length}`);
      return page.slice(page.indexOf(titles) + titles.length);
    });
    let body = bodies.join('');
    for (const [i] of pages.entries()) body = body.replace(`Page${i + 1}of${pages.length}`, '');
    const expected = rows
      .map((row) => mixedSchema.fields.map(({ name }) => tight(shown(Reflect.get(row, name)))).join(''))
      .join('');
    expect(body.length).toBe(expected.length);
    expect(body).toBe(expected);
  });

  it('counts a thousand pages, and more than one level of the page tree', async () => {
    const rows = Array.from({ length: 4200 }, (_, id) => ({ id }));

    const { bytes } = await writePdf(rows, {
      pageSize: [100, 110],
      margins: 4,
      fontSize: 12,
      pageHeader: '{page}/{pages}',
      pageFooter: false,
    });

    const [pages, last] = await withFile(bytes, async (path) => {
      expect(await runReader('qpdf', ['--check', path])).toContain('No syntax or stream encoding errors');
      const count = Number(await runReader('qpdf', ['--show-npages', path]));
      return [count, await runReader('pdftotext', ['-f', String(count), '-l', String(count), path, '-'])];
    });
    expect(pages).toBeGreaterThan(64 * 20);
    expect(last).toContain(`${pages}/${pages}`);
    expect(last).toContain('4199');
  });

  it.each(['aes-256', 'aes-128'] as const)(
    'is opened with its passwords, and with no others (%s)',
    async (method) => {
      const { bytes } = await writePdf([{ id: 1, name: 'top secret' }], {
        title: 'Salaries',
        logo: PNG,
        encryption: {
          userPassword: 'open sesame',
          ownerPassword: 'boss',
          method,
          permissions: { copying: false },
        },
      });

      await withFile(bytes, async (path) => {
        for (const password of ['open sesame', 'boss']) {
          expect(await runReader('qpdf', ['--check', `--password=${password}`, path])).toContain(
            'No syntax or stream encoding errors found',
          );
        }
        const read = await runReader('pdftotext', ['-opw', 'boss', path, '-']);
        expect(read).toContain('top secret');
        expect(read).toContain('Page 1 of 1');
        expect(await runReader('qpdf', ['--show-encryption', '--password=open sesame', path])).toMatch(
          /extract for any purpose: not allowed/,
        );
        await expect(runReader('qpdf', ['--check', path])).rejects.toThrow(/password/i);
        await expect(runReader('pdftotext', ['-upw', 'guess', path, '-'])).rejects.toThrow(/password/i);
      });
      expect(Buffer.from(bytes).includes('top secret')).toBe(false);
      expect(Buffer.from(bytes).includes('Salaries')).toBe(false);
    },
  );

  it('carries a PNG with transparency or a JPEG as logo', async () => {
    const { bytes } = await writePdf([{ id: 1 }], { title: 'With a logo', logo: PNG });
    await withFile(bytes, async (path) => {
      await runReader('pdftoppm', ['-r', '40', '-jpeg', '-singlefile', path, `${path}-page`]);
      const jpeg = await readFile(`${path}-page.jpg`);
      const second = await writePdf([{ id: 1 }], { logo: jpeg, logoHeight: 60 });
      await withFile(second.bytes, async (other) => {
        const trace = await runReader('mutool', ['draw', '-q', '-F', 'trace', other]);
        expect(trace).toContain('<fill_image');
        expect(await runReader('qpdf', ['--check', other])).toContain('No syntax or stream encoding errors');
      });
      expect(await runReader('mutool', ['draw', '-q', '-F', 'trace', path])).toContain('<fill_image');
    });
  });
});

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAwAAAAICAYAAADN5B7xAAAAIUlEQVR42mPQiDpRAcT/oZggm4EUxSA2AymKYTaMOCcBAKBOyoEQZkecAAAAAElFTkSuQmCC',
  'base64',
);
