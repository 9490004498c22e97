import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { describe, expect, it } from 'vitest';
import { ObjectTable } from '../src/document/object-table.ts';
import { embeddedFace } from '../src/pdfkit/faces.ts';
import { PdfkitShell } from '../src/pdfkit/pdfkit-shell.ts';

describe('PdfkitShell', () => {
  it('stands on the pdfkit it was written for', () => {
    const file = findPackageJSON('pdfkit', import.meta.url) ?? '';

    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ version: '0.20.2' });
  });

  it('places every object of pdfkit where it stands in the file, once', async () => {
    const objects = new ObjectTable();
    const shell = new PdfkitShell(objects, { title: 'x' }, undefined);
    const [face, unused] = [shell.openFont('Helvetica'), shell.openFont('Courier')];
    const first = Buffer.from(shell.begin());
    const between = Buffer.from('% what stands between\n');
    const resources = objects.reserve();

    expect(face.glyphOf(0x20ac)).toEqual({ code: 0x80, advance: 556 });
    expect(unused.glyphOf(0x6771)).toBeUndefined();
    const rest = await shell.finish(first.length + between.length, {
      kids: [],
      pages: 0,
      resources,
      mediaBox: [0, 0, 100, 100],
    });
    const file = Buffer.concat([first, between, rest]).toString('latin1');
    const table = Buffer.concat([...objects.print()]).toString();

    expect(file.startsWith('%PDF-1.7\n')).toBe(true);
    expect(file).toContain('/BaseFont /Helvetica\n');
    expect(file).not.toContain('Courier');
    const entries = table.split('\n').slice(2, -1);
    const used = entries.flatMap((entry, i) =>
      entry.endsWith(' n ') ? [{ id: i, at: Number(entry.slice(0, 10)) }] : [],
    );
    expect(used.length).toBeGreaterThan(4);
    for (const { id, at } of used) expect(file.slice(at, at + 12)).toMatch(new RegExp(`^${id} 0 obj\n`));
    expect(entries[resources]).toBe('0000000000 65535 f ');
  });
});

describe('embeddedFace', () => {
  it('gives each character its own copy of a glyph that several share, so that readers can tell them apart', () => {
    const glyphs: number[] = [0];
    const subset = {
      mapping: {} as Record<number, number>,
      includeGlyph(id: number): number {
        this.mapping[id] ??= glyphs.push(id) - 1;
        return this.mapping[id];
      },
    };
    const unicode: (readonly number[])[] = [[0]];
    const face = embeddedFace(
      'F1',
      {
        ascender: 800,
        descender: -200,
        ref: () => ({ id: 1, offset: 0, data: {}, end: () => undefined }),
        font: {
          directory: { tables: { glyf: {} } },
          hasGlyphForCodePoint: () => true,
          glyphForCodePoint: (codePoint) => ({ id: 7, advanceWidth: 1024, codePoints: [codePoint] }),
        },
        subset,
        widths: [0],
        unicode,
        scale: 1000 / 2048,
      },
      () => undefined,
    );

    expect([0x2d, 0x2010, 0x2d].map((codePoint) => face.glyphOf(codePoint))).toEqual([
      { code: 1, advance: 500 },
      { code: 2, advance: 500 },
      // Asked again, it gets a third: the table above asks once per character.
      { code: 3, advance: 500 },
    ]);
    expect(glyphs).toEqual([0, 7, 7, 7]);
    expect(unicode).toEqual([[0], [0x2d], [0x2010], [0x2d]]);
  });
});
