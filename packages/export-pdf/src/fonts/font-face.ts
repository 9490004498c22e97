/** A glyph as a content stream names it. */
export interface Glyph {
  /** One byte for standard fonts, two for embedded ones. */
  readonly code: number;
  /** Thousandths of the font size. */
  readonly advance: number;
}

/** A glyph that shaping placed. Numbers are thousandths of the font size. */
export interface ShapedGlyph extends Glyph {
  /** Right of where it would stand. */
  readonly xOffset: number;
  /** Above where it would stand. */
  readonly yOffset: number;
}

/** One font of a document. */
export interface FontFace {
  /** Its name among the resources of pages, as in `F1`. */
  readonly name: string;
  /** Whether codes have two bytes. */
  readonly isWide: boolean;
  /** Thousandths of the font size above the baseline. */
  readonly ascender: number;
  /** The same below it, a negative number. */
  readonly descender: number;
  /** The glyph of a code point, taken into the document; undefined when the font has none. */
  glyphOf(codePoint: number): Glyph | undefined;
  /** Whether the font has a glyph of its own for a code point. */
  has(codePoint: number): boolean;
  /** Glyphs of a text of one script, joined and placed as its script wants, from left to right; undefined when the font cannot. */
  shape?(text: string): readonly ShapedGlyph[] | undefined;
}

/** A font to embed: a file's path or its bytes (TTF, OTF, WOFF, WOFF2), one face of a collection, or a standard font's name. */
export type PdfFont =
  | string
  | Uint8Array
  | {
      readonly source: string | Uint8Array;
      /** PostScript name of the face in a collection (TTC). */ readonly face: string;
    };
