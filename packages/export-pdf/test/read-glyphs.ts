import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runReader } from '@perf/services/readers';

/** A glyph as another program sees it: the character it stands for, and where it stands in points. */
export interface SeenGlyph {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

/** Runs `work` with a file that holds `bytes`. */
export async function withFile<T>(bytes: Uint8Array, work: (path: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'perf-pdf-'));
  try {
    const path = join(folder, 'out.pdf');
    await writeFile(path, bytes);
    return await work(path);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Every glyph of every page, in the order in which they are drawn, as MuPDF reads them. */
export async function readGlyphs(bytes: Uint8Array): Promise<SeenGlyph[][]> {
  const trace = await withFile(bytes, (path) => runReader('mutool', ['draw', '-q', '-F', 'trace', path]));
  return trace
    .split('<page ')
    .slice(1)
    .map((page) => {
      const glyphs: SeenGlyph[] = [];
      let [left, top] = [0, 0];
      for (const match of page.matchAll(
        /<fill_text [^>]* transform="([^"]*)"|<g unicode="([^"]*)" [^>]*? x="([^"]*)" y="([^"]*)"/g,
      )) {
        const [, transform, text, x, y] = match;
        if (transform !== undefined) [left = 0, top = 0] = transform.split(' ').slice(4).map(Number);
        else glyphs.push({ text: unescaped(text ?? ''), x: left + Number(x), y: top - Number(y) });
      }
      return glyphs;
    });
}

function unescaped(text: string): string {
  return text
    .replaceAll(/&#x([0-9a-f]+);/gi, (_, hex: string) => String.fromCodePoint(Number.parseInt(hex, 16)))
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&');
}
