import { PerfError } from '@perf/contracts';
import type { GlyphBuffer } from '../text/glyph-buffer.ts';
import { LINE_BREAK } from '../text/glyph-buffer.ts';
import type { TextFaults } from '../text/text-faults.ts';
import { NO_FAULTS } from '../text/text-faults.ts';
import { ContentBytes } from './content-bytes.ts';
import type { TextStyle } from './text-writer.ts';
import { TextWriter } from './text-writer.ts';

/**
 * A line above or below the table of every page: one text in the middle, or up to three. `{page}` and `{pages}` stand for the page's
 * number and their count, `{title}` and `{date}` for the document's.
 */
export type RunningLine =
  | string
  | { readonly left?: string; readonly center?: string; readonly right?: string };

/** Where a running line stands, in hundredths of a point. */
export interface RunningPlace {
  readonly left: number;
  readonly right: number;
  readonly baseline: number;
}

type Piece = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'page' | 'pages' };

/** One of the three texts of a line, cut at the counts of pages in it. */
interface Slot {
  /** The share of its width that lies left of its anchor: 0 left, ½ center, 1 right. */
  readonly share: number;
  readonly anchor: number;
  readonly baseline: number;
  /** What stands before the first count, between two, and after the last. */
  readonly segments: readonly (readonly Piece[])[];
}

const PLACEHOLDER = /\{(page|pages|title|date)\}/;
const MOST_CHARACTERS = 500;
const COUNT_BYTES = 4096;

/**
 * Writes running lines when the count of pages is not known yet. The count is drawn by a form that all pages share and that is written
 * last. What stands beside it must move by the count's width, or a part of it; so each page's content begins with one shared stream,
 * written last too, that has moved the origin by these amounts, one inside the other, and the page steps out of them one by one.
 */
export class RunningText {
  /** Moves in widths of the count, from the innermost to the outermost; empty when no line has a count. */
  readonly moves: readonly number[];
  readonly #slots: readonly Slot[];
  readonly #style: TextStyle;
  readonly #glyphs: GlyphBuffer;
  readonly #faults: TextFaults;

  constructor(
    lines: readonly { readonly line: RunningLine; readonly place: RunningPlace }[],
    words: { readonly title: string; readonly date: string },
    style: TextStyle,
    glyphs: GlyphBuffer,
    faults: TextFaults,
  ) {
    this.#slots = lines.flatMap(({ line, place }) => slotsOf(line, place, words));
    this.#style = style;
    this.#glyphs = glyphs;
    this.#faults = faults;
    const moves = new Set(this.#slots.flatMap(movesOf));
    moves.delete(0);
    this.moves = [...moves].toSorted((a, b) => a - b);
  }

  /** Whether any line tells the count of pages. */
  get hasCount(): boolean {
    return this.#slots.some(({ segments }) => segments.length > 1);
  }

  /** Writes all lines of one page, which has to begin with them. */
  write(out: ContentBytes, page: number): void {
    for (const move of this.moves) {
      this.#writeMoved(out, page, move);
      out.text('Q\n');
    }
    this.#writeMoved(out, page, 0);
  }

  /** The width of the count `pages` in hundredths of a point, and what draws it. */
  count(pages: number): { readonly width: number; readonly content: Buffer } {
    const segment: Piece[] = [{ kind: 'text', text: String(pages) }];
    const out = new ContentBytes(Buffer.alloc(COUNT_BYTES));
    const width = this.#measure(segment, pages);
    this.#writeSegment(out, segment, pages, 0, 0);
    return { width, content: out.filled() };
  }

  /** What moves the origin before each page's content. @param width of the count */
  head(width: number): Buffer {
    const out = new ContentBytes(Buffer.alloc(COUNT_BYTES));
    let moved = 0;
    for (const move of this.moves.toReversed()) {
      const target = Math.round(move * width);
      out.text('q 1 0 0 1 ');
      out.operator('cm', target - moved, 0);
      moved = target;
    }
    return out.filled();
  }

  #writeMoved(out: ContentBytes, page: number, move: number): void {
    for (const slot of this.#slots) {
      const own = movesOf(slot);
      if (!own.includes(move)) continue;
      const widths = slot.segments.map((segment) => this.#measure(segment, page));
      let x = slot.anchor - Math.round(slot.share * widths.reduce((sum, width) => sum + width, 0));
      for (const [i, segment] of slot.segments.entries()) {
        const isHere = own[i] === move;
        if (isHere) this.#writeSegment(out, segment, page, x, slot.baseline);
        x += widths[i] ?? 0;
        if (!isHere || i === slot.segments.length - 1) continue;
        out.text('q 1 0 0 1 ');
        out.operator('cm /Pages Do Q', x, slot.baseline);
      }
    }
  }

  #measure(segment: readonly Piece[], page: number): number {
    this.#load(segment, page, NO_FAULTS);
    return Math.round((this.#glyphs.width * this.#style.size) / 10);
  }

  #writeSegment(out: ContentBytes, segment: readonly Piece[], page: number, x: number, y: number): void {
    this.#load(segment, page, page === 1 ? this.#faults : NO_FAULTS);
    if (this.#glyphs.length === 0) return;
    const writer = new TextWriter(out);
    out.text('q\n');
    writer.begin();
    writer.line(this.#style, this.#glyphs, 0, this.#glyphs.length, x, y);
    writer.end();
    out.text('Q\n');
  }

  #load(segment: readonly Piece[], page: number, faults: TextFaults): void {
    const text = segment.map((piece) => (piece.kind === 'text' ? piece.text : String(page))).join('');
    const glyphs = this.#glyphs;
    glyphs.clear();
    glyphs.addText(this.#style.table, text, faults);
    const isOneLine = !glyphs.codes.subarray(0, glyphs.length).includes(LINE_BREAK);
    if (!isOneLine || glyphs.length > MOST_CHARACTERS)
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `texts of pageHeader and pageFooter must be one line of at most ${MOST_CHARACTERS} characters`,
      );
  }
}

/** How far each segment is moved, in widths of the count; a count is moved as the segment before it. */
function movesOf({ share, segments }: Slot): readonly number[] {
  return segments.map((_, i) => i - share * (segments.length - 1));
}

function slotsOf(
  line: RunningLine,
  { left, right, baseline }: RunningPlace,
  words: { readonly title: string; readonly date: string },
): Slot[] {
  const texts = typeof line === 'string' ? { center: line } : line;
  const all = [
    { text: texts.left, share: 0, anchor: left },
    { text: texts.center, share: 0.5, anchor: Math.round((left + right) / 2) },
    { text: texts.right, share: 1, anchor: right },
  ];
  return all.flatMap(({ text, share, anchor }) =>
    text === undefined || text === '' ? [] : [{ share, anchor, baseline, segments: segmentsOf(text, words) }],
  );
}

function segmentsOf(text: string, words: { readonly title: string; readonly date: string }): Piece[][] {
  const segments: Piece[][] = [[]];
  for (const [i, part] of text.split(PLACEHOLDER).entries()) {
    // Every second part is the name of a placeholder.
    if (i % 2 === 0) segments.at(-1)?.push({ kind: 'text', text: part });
    else if (part === 'page') segments.at(-1)?.push({ kind: 'page' });
    else if (part === 'pages') segments.push([]);
    else segments.at(-1)?.push({ kind: 'text', text: part === 'title' ? words.title : words.date });
  }
  return segments;
}
