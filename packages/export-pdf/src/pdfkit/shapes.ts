import { PerfError } from '@perf/contracts';

/** The parts of pdfkit 0.20.2 below its public surface that this file needs. */
export interface Reference {
  id: number;
  readonly offset: number;
  readonly data: Record<string, unknown>;
  end(): void;
}

export interface Internals {
  /** One entry for every object made so far. */
  readonly _offsets: readonly unknown[];
  _root: { readonly id: number; readonly data: Record<string, unknown> };
  _info?: Reference;
  _id: Uint8Array;
  _security: {
    readonly dictionary: Reference;
    getEncryptFn(id: number, generation: number): (bytes: Uint8Array) => Uint8Array;
  } | null;
  _font: unknown;
  info: Record<string, unknown>;
  ref(data?: Record<string, unknown>): Reference;
  _refEnd(reference: Reference): void;
  _finalize(): void;
  endMetadata(): void;
  read(): Uint8Array | null;
  font(source: string | Uint8Array, family?: string): unknown;
  openImage(source: Uint8Array): unknown;
  end(): void;
}

export interface KitFont {
  readonly ascender: number;
  readonly descender: number;
  ref(): Reference;
}

export interface StandardKitFont extends KitFont {
  readonly font: {
    characterToGlyph(code: number): string;
    widthOfGlyph(name: string): number;
    encodeText(text: string): readonly string[];
  };
}

export interface KitGlyph {
  readonly id: number;
  readonly advanceWidth: number;
  readonly codePoints: readonly number[];
}

export interface EmbeddedKitFont extends KitFont {
  readonly font: {
    readonly directory: { readonly tables: Readonly<Record<string, unknown>> };
    hasGlyphForCodePoint(codePoint: number): boolean;
    glyphForCodePoint(codePoint: number): KitGlyph;
  };
  readonly subset: { readonly mapping: Record<number, number>; includeGlyph(id: number): number };
  readonly widths: number[];
  readonly unicode: (readonly number[])[];
  readonly scale: number;
}

export interface KitImage {
  readonly width: number;
  readonly height: number;
  readonly obj: Reference | null;
  embed(document: unknown): void;
}

/** A picture that pdfkit unpacks when it is embedded. */
export interface KitPng extends KitImage {
  readonly imgData: Uint8Array;
  readonly image: {
    readonly pixelBitlength: number;
    readonly interlaceMethod: number;
    readonly transparency: Readonly<Record<string, unknown>>;
  };
}

/** The error for a pdfkit that is another one than this package was written for. @param what as in `the document` */
export function unknownPdfkit(what: string): PerfError {
  return new PerfError(
    'ERR_PERF_UNSUPPORTED',
    `${what} of this pdfkit is not as in 0.20.2, which @perf/export-pdf needs: install that version`,
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function hasMethods(value: unknown, names: readonly string[]): boolean {
  return isObject(value) && names.every((name) => typeof value[name] === 'function');
}

export function hasInternals(value: unknown): value is Internals {
  return (
    isObject(value) &&
    hasMethods(value, ['ref', '_refEnd', '_finalize', 'endMetadata', 'read', 'font', 'openImage', 'end']) &&
    Array.isArray(value['_offsets']) &&
    isReference(value['_root']) &&
    value['_id'] instanceof Uint8Array &&
    isObject(value['info']) &&
    (value['_security'] === null || hasMethods(value['_security'], ['getEncryptFn']))
  );
}

export function isReference(value: unknown): value is Reference {
  return (
    isObject(value) &&
    typeof value['id'] === 'number' &&
    isObject(value['data']) &&
    hasMethods(value, ['end'])
  );
}

export function isFont(value: unknown): value is KitFont {
  return isObject(value) && typeof value['ascender'] === 'number' && hasMethods(value, ['ref']);
}

export function isStandard(font: KitFont): font is StandardKitFont {
  return 'font' in font && hasMethods(font.font, ['characterToGlyph', 'widthOfGlyph', 'encodeText']);
}

export function isEmbedded(font: KitFont): font is EmbeddedKitFont {
  return (
    'font' in font &&
    'subset' in font &&
    'widths' in font &&
    'unicode' in font &&
    hasMethods(font.font, ['hasGlyphForCodePoint', 'glyphForCodePoint']) &&
    hasMethods(font.subset, ['includeGlyph']) &&
    Array.isArray(font.widths) &&
    Array.isArray(font.unicode)
  );
}

export function isImage(value: unknown): value is KitImage {
  return isObject(value) && typeof value['width'] === 'number' && hasMethods(value, ['embed']);
}

/** Whether a picture is a PNG. */
export function isPng(image: KitImage): image is KitPng {
  return (
    'imgData' in image &&
    'image' in image &&
    image.imgData instanceof Uint8Array &&
    isObject(image.image) &&
    typeof image.image['pixelBitlength'] === 'number' &&
    isObject(image.image['transparency'])
  );
}
