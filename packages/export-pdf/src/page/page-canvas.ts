import type { Block } from '@perf/export-core';
import { ContentBytes } from './content-bytes.ts';
import { TextWriter } from './text-writer.ts';

/** Most bytes of one filled rectangle or one rule. */
const SHAPE_BYTES = 96;
/** Room for what stands around the table: header, footer, title block. */
const FRAME_BYTES = 160 * 1024;
/** Text of one page: far more than a page of readable size holds. */
export const TEXT_BYTES: number = 512 * 1024;

/** What is drawn on one page, gathered in the order in which it must lie: fills, rules, text. */
export class PageCanvas {
  /** Bytes that a block must hold for any page. */
  readonly blockBytes: number;
  readonly writer: TextWriter;
  readonly #fills: ContentBytes;
  readonly #rules: ContentBytes;
  readonly #text: ContentBytes;
  #color = '';

  /** @param shapes most rectangles, and most rules, on one page */
  constructor(shapes: number) {
    this.#fills = new ContentBytes(Buffer.alloc((shapes + 8) * SHAPE_BYTES));
    this.#rules = new ContentBytes(Buffer.alloc((shapes + 8) * SHAPE_BYTES));
    this.#text = new ContentBytes(Buffer.alloc(TEXT_BYTES));
    this.writer = new TextWriter(this.#text);
    this.blockBytes = this.#fills.bytes.length + this.#rules.bytes.length + TEXT_BYTES + FRAME_BYTES;
  }

  /** Bytes of text that the page still takes. */
  get room(): number {
    return this.#text.room - SHAPE_BYTES;
  }

  /** Whether so many more rectangles and rules fit. */
  hasRoomForShapes(count: number): boolean {
    return Math.min(this.#fills.room, this.#rules.room) > (count + 2) * SHAPE_BYTES;
  }

  /** Begins an empty page. */
  begin(): void {
    this.#fills.length = 0;
    this.#rules.length = 0;
    this.#text.length = 0;
    this.#color = '';
    this.writer.reset();
    this.writer.begin();
  }

  /** Fills a rectangle, given by its lower left corner. */
  fill(color: string, x: number, y: number, width: number, height: number): void {
    const out = this.#fills;
    if (color !== this.#color) {
      out.text(`${this.#color === '' ? '' : 'f\n'}${color} rg\n`);
      this.#color = color;
    }
    out.number(x);
    out.number(y);
    out.operator('re', width, height);
  }

  /** Draws a line from one point to the other. */
  rule(x1: number, y1: number, x2: number, y2: number): void {
    this.#rules.operator('m', x1, y1);
    this.#rules.operator('l', x2, y2);
  }

  /** Puts the page into a block, behind what was written there. */
  finish(block: Block, frame: ContentBytes, ruleColor: string): void {
    if (this.#color !== '') this.#fills.text('f\n');
    this.writer.end();
    frame.append(this.#fills.filled());
    if (this.#rules.length > 0) {
      frame.text(`${ruleColor} RG .5 w\n`);
      frame.append(this.#rules.filled());
      frame.text('S\n');
    }
    frame.append(this.#text.filled());
    block.length = frame.length;
  }
}
