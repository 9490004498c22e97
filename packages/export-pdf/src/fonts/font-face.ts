/** A glyph as a content stream names it. */
export interface Glyph {
  /** One byte for standard fonts, two for embedded ones. */
  readonly code: number;
  /** Thousandths of the font size. */
  readonly advance: number;
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
}

/** A font to embed: a file's path or its bytes (TTF, OTF, WOFF, WOFF2), one face of a collection, or a standard font's name. */
export type PdfFont =
  | string
  | Uint8Array
  | {
      readonly source: string | Uint8Array;
      /** PostScript name of the face in a collection (TTC). */ readonly face: string;
    };
