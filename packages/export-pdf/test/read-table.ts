import { readGlyphs } from './read-glyphs.ts';

/** A table read back. White space is left out: where a line ended, one cannot know whether there was a space. */
export interface SeenTable {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly pages: number;
}

/**
 * Reads a table that has nothing else on its pages. Every page must repeat the titles, and the first column must have a value on one line
 * in every row.
 * @param edges left edges of the columns in points
 */
export async function readTable(bytes: Uint8Array, edges: readonly number[]): Promise<SeenTable> {
  const pages = await readGlyphs(bytes);
  const columnOf = (x: number): number => edges.findLastIndex((edge) => x >= edge - 0.01);
  const titles = pages.map((glyphs) => {
    const found = edges.map(() => '');
    const y = glyphs[0]?.y;
    for (const glyph of glyphs) if (glyph.y === y) found[columnOf(glyph.x)] += glyph.text;
    return found;
  });
  const [names = []] = titles;
  for (const [i, found] of titles.entries())
    if (found.join('|') !== names.join('|'))
      throw new Error(`page ${i + 1} has other titles: ${found.join('|')}`);
  const rows: string[][] = [];
  for (const glyphs of pages) {
    const titleY = glyphs[0]?.y;
    let rowY: number | undefined;
    for (const { text, x, y } of glyphs) {
      if (y === titleY) continue;
      const column = columnOf(x);
      if (column === 0 && y !== rowY) {
        rows.push(edges.map(() => ''));
        rowY = y;
      }
      const row = rows.at(-1);
      if (row === undefined) throw new Error('text stands before the first row');
      row[column] += text.replaceAll(/\s/g, '');
    }
  }
  return { names, rows, pages: pages.length };
}
