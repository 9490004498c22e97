import { PerfError } from '@perf/contracts';
import type { Picture } from '../pdfkit/document-info.ts';
import { GlyphBuffer } from '../text/glyph-buffer.ts';
import { LineList } from '../text/line-list.ts';
import type { TextFaults } from '../text/text-faults.ts';
import type { ContentBytes } from './content-bytes.ts';
import type { PageBox } from './page-size.ts';
import type { TextStyle } from './text-writer.ts';
import { TextWriter } from './text-writer.ts';

const LINE_HEIGHT = 1.25;
const MOST_GLYPHS = 1000;
/** Between logo, texts and table. */
const GAP = 1000;

/** What stands above the table on the first page. */
export interface TitleTexts {
  readonly title: string;
  readonly subtitle: string;
  readonly date: string;
}

/** How the texts of a title block look. */
export interface TitleStyles {
  readonly title: TextStyle;
  readonly subtitle: TextStyle;
  readonly date: TextStyle;
}

interface PlacedLine {
  readonly style: TextStyle;
  readonly glyphs: GlyphBuffer;
  readonly from: number;
  readonly to: number;
  readonly x: number;
  readonly y: number;
}

/** Logo, title, subtitle and date, laid out once. */
export class TitleBlock {
  /** Of all of it, the gap to the table included, in hundredths of a point; 0 when there is nothing. */
  readonly height: number;
  readonly #placed: readonly PlacedLine[];
  readonly #logo:
    | { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
    | undefined;

  /** @param top upper edge, in hundredths of a point from the lower edge of the page */
  constructor(
    texts: TitleTexts,
    styles: TitleStyles,
    box: PageBox,
    top: number,
    logo: { readonly picture: Picture; readonly height: number } | undefined,
    faults: TextFaults,
  ) {
    const logoHeight = logo === undefined ? 0 : Math.round(logo.height * 100);
    const logoWidth =
      logo === undefined
        ? 0
        : Math.round((logoHeight * logo.picture.width) / Math.max(1, logo.picture.height));
    if (logoWidth > (box.right - box.left) / 2)
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        'the logo is wider than half the page: choose a smaller logoHeight',
      );
    const left = box.left + (logo === undefined ? 0 : logoWidth + GAP);
    const date = new PlacedText(texts.date, styles.date, faults, box.right - left);
    const room = box.right - left - (texts.date === '' ? 0 : date.width + GAP);
    const title = new PlacedText(texts.title, styles.title, faults, room);
    const subtitle = new PlacedText(texts.subtitle, styles.subtitle, faults, box.right - left);
    if (room < GAP || title.glyphs.length + subtitle.glyphs.length + date.glyphs.length > MOST_GLYPHS)
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `title, subtitle and date must be ${MOST_GLYPHS} characters at most, and fit beside the logo`,
      );
    const dateBelow = texts.title === '' ? date.height : 0;
    const textHeight = title.height + subtitle.height + dateBelow;
    const height = Math.max(logoHeight, textHeight);
    this.height = height === 0 ? 0 : height + GAP;
    const start = top - Math.round((height - textHeight) / 2);
    const first = texts.title === '' ? start : start - title.firstBaseline + date.firstBaseline;
    this.#placed = [
      ...title.lines(left, start),
      ...date.lines(box.right - date.width, first),
      ...subtitle.lines(left, start - title.height - dateBelow),
    ];
    this.#logo =
      logo === undefined
        ? undefined
        : {
            x: box.left,
            y: top - logoHeight - Math.round((height - logoHeight) / 2),
            width: logoWidth,
            height: logoHeight,
          };
  }

  /** Draws it. */
  write(out: ContentBytes): void {
    if (this.#logo !== undefined) {
      const { x, y, width, height } = this.#logo;
      out.text('q ');
      out.number(width);
      out.text('0 0 ');
      out.number(height);
      out.operator('cm /Logo Do Q', x, y);
    }
    if (this.#placed.length === 0) return;
    const writer = new TextWriter(out);
    out.text('q\n');
    writer.begin();
    for (const { style, glyphs, from, to, x, y } of this.#placed) writer.line(style, glyphs, from, to, x, y);
    writer.end();
    out.text('Q\n');
  }
}

/** A text in lines. */
class PlacedText {
  readonly glyphs = new GlyphBuffer();
  readonly height: number;
  /** Of the longest line. */
  readonly width: number;
  /** From the top to the first baseline. */
  readonly firstBaseline: number;
  readonly #lines = new LineList();
  readonly #style: TextStyle;

  constructor(text: string, style: TextStyle, faults: TextFaults, room: number) {
    this.#style = style;
    this.glyphs.addText(style.table, text, faults);
    if (text !== '')
      this.#lines.wrap(this.glyphs, 0, this.glyphs.length, (room * 10) / style.size, MOST_GLYPHS);
    this.height = Math.round(this.#lines.length * style.size * LINE_HEIGHT * 100);
    const { ascender, descender } = style.table;
    this.firstBaseline = Math.round(
      style.size * 100 * ((LINE_HEIGHT - (ascender - descender) / 1000) / 2 + ascender / 1000),
    );
    this.width = Math.ceil(
      (Math.max(0, ...this.#lines.widths.subarray(0, this.#lines.length)) * style.size) / 10,
    );
  }

  /** The lines below `top`. */
  lines(x: number, top: number): PlacedLine[] {
    const { from, to, length } = this.#lines;
    return Array.from({ length }, (_, i) => ({
      style: this.#style,
      glyphs: this.glyphs,
      from: from[i] ?? 0,
      to: to[i] ?? 0,
      x,
      y: top - this.firstBaseline - Math.round(i * this.#style.size * LINE_HEIGHT * 100),
    }));
  }
}
