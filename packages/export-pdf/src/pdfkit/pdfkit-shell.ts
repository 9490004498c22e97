// oxlint-disable no-underscore-dangle -- these are pdfkit's names
import { setImmediate } from 'node:timers/promises';
import PdfkitDocument from 'pdfkit';
import { PerfError, isPerfError } from '@perf/contracts';
import type { ObjectTable } from '../document/object-table.ts';
import type { FontFace, PdfFont } from '../fonts/font-face.ts';
import type { DocumentInfo, Encryption, PageRoot, Picture } from './document-info.ts';
import { checkPng } from './check-png.ts';
import { embeddedFace, standardFace } from './faces.ts';
import { passwords } from './passwords.ts';
import type { Internals, KitFont, KitPng, Reference } from './shapes.ts';
import {
  hasInternals,
  isEmbedded,
  isFont,
  isImage,
  isPng,
  isReference,
  isStandard,
  unknownPdfkit,
} from './shapes.ts';

const NEVER = new Date(0);

/**
 * The one place that touches pdfkit. A document of pdfkit without pages: it makes the header, fonts, pictures, information and
 * encryption, and its objects are numbered and placed among ours. test/pdfkit-shell.test.ts holds it to what is used here.
 */
export class PdfkitShell {
  readonly objects: ObjectTable;
  /** Number of the root of the page tree, whose children are given to `finish`. */
  readonly pagesId: number;
  readonly #doc: Internals;
  readonly #pages: Reference;
  readonly #createdAt: Date | undefined;
  readonly #fonts: { readonly name: string; readonly reference: Reference }[] = [];
  #faces = 0;
  /** Pictures, which end when their bytes are unpacked. */
  readonly #unfinished = new Set<number>();
  /** Objects that are written but not yet taken, with pdfkit's own positions. */
  readonly #ended = new Map<number, number>();
  readonly #placed = new Set<number>();
  /** Bytes that went out at the beginning. */
  #taken = 0;
  /** Makes a reference that takes no number of its own. */
  #unnumbered: () => Reference;

  constructor(objects: ObjectTable, info: DocumentInfo, encryption: Encryption | undefined) {
    this.objects = objects;
    this.#createdAt = info.createdAt;
    const doc: unknown = new PdfkitDocument({
      autoFirstPage: false,
      pdfVersion: encryption?.method === 'aes-128' || encryption === undefined ? '1.7' : '1.7ext3',
      displayTitle: info.title !== undefined,
      ...(info.language === undefined ? {} : { lang: info.language }),
      ...(encryption === undefined ? {} : passwords(encryption)),
      info: {
        Producer: '@perf/export-pdf',
        Creator: wellFormed(info.creator ?? '@perf/export-pdf'),
        CreationDate: info.createdAt ?? NEVER,
        ...(info.title === undefined ? {} : { Title: wellFormed(info.title) }),
        ...(info.author === undefined ? {} : { Author: wellFormed(info.author) }),
        ...(info.subject === undefined ? {} : { Subject: wellFormed(info.subject) }),
        ...(info.keywords === undefined ? {} : { Keywords: wellFormed(info.keywords) }),
      },
    });
    if (!hasInternals(doc)) throw unknownPdfkit('the document');
    const pages = doc._root.data['Pages'];
    if (!isReference(pages)) throw unknownPdfkit('the page tree');
    this.#doc = doc;
    this.#pages = pages;
    this.#unnumbered = doc.ref.bind(doc);
    this.#adopt(doc);
    this.pagesId = pages.id;
  }

  /** The first bytes of the file. */
  begin(): Uint8Array {
    const bytes = this.#take();
    this.#taken = bytes.length;
    this.#placeEnded(0);
    return bytes;
  }

  /** Opens a font. Nothing of it is written before one of its glyphs is asked for. */
  openFont(font: PdfFont): FontFace {
    const name = `F${++this.#faces}`;
    const { source, face } =
      typeof font === 'string' || font instanceof Uint8Array ? { source: font, face: undefined } : font;
    if (source === 'Symbol' || source === 'ZapfDingbats')
      throw new PerfError('ERR_PERF_INVALID_OPTION', `${shown(font)} has no letters`);
    const kit = this.#openKitFont(source, face);
    if (isStandard(kit)) return standardFace(name, kit, () => this.#use(name, kit));
    if (!isEmbedded(kit)) throw unknownPdfkit('fonts');
    const { tables } = kit.font.directory;
    if (tables['glyf'] === undefined && tables['CFF '] === undefined)
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `${shown(font)} has no outlines (a bitmap or colour font?)`,
      );
    return embeddedFace(name, kit, () => this.#use(name, kit));
  }

  /** Reads a picture; its bytes are written by `finish`. Throws `ERR_PERF_INVALID_OPTION` when it is neither PNG nor JPEG. */
  openPicture(bytes: Uint8Array): Picture {
    try {
      const image = this.#doc.openImage(bytes);
      if (!isImage(image)) throw unknownPdfkit('pictures');
      if (isPng(image)) checkImage(image);
      image.embed(this.#doc);
      if (image.obj === null) throw unknownPdfkit('pictures');
      this.#unfinished.add(image.obj.id);
      return { width: image.width, height: image.height, id: image.obj.id };
    } catch (cause) {
      if (isPerfError(cause)) throw cause;
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new PerfError('ERR_PERF_INVALID_OPTION', `the logo is no PNG or JPEG that can be read: ${why}`, {
        cause,
      });
    }
  }

  /** The bytes of stream or string as they stand in the file: encrypted when the document is. */
  seal(id: number, bytes: Uint8Array): Uint8Array {
    const security = this.#doc._security;
    return security === null ? bytes : security.getEncryptFn(id, 0)(bytes);
  }

  /** Resources by name, as a page's dictionary has them: the fonts in use. */
  fontResources(): string {
    return this.#fonts.map(({ name, reference }) => `/${name} ${reference.id} 0 R`).join(' ');
  }

  /**
   * What pdfkit writes at the end: the root of the page tree, fonts, information, catalogue.
   * @param at position of its first byte in the file
   */
  async finish(at: number, root: PageRoot): Promise<Uint8Array> {
    const doc = this.#doc;
    // Pictures are unpacked in the thread pool.
    while ([...this.#unfinished].some((id) => !this.#ended.has(id) && !this.#placed.has(id)))
      await setImmediate();
    const pointer = (id: number): Reference => {
      const reference = this.#unnumbered();
      reference.id = id;
      return reference;
    };
    this.#pages.data['Kids'] = root.kids.map(pointer);
    this.#pages.data['Count'] = root.pages;
    this.#pages.data['Resources'] = pointer(root.resources);
    this.#pages.data['MediaBox'] = [...root.mediaBox];
    if (this.#createdAt === undefined) delete doc.info['CreationDate'];
    doc.end();
    this.#placeEnded(at - this.#taken);
    return this.#take();
  }

  /** The trailer, for a cross-reference table at `at`. */
  trailer(at: number): Buffer {
    const { _root, _info, _id, _security } = this.#doc;
    if (_info === undefined) throw unknownPdfkit('the information');
    const first = Buffer.from(_id).toString('hex');
    const second = first.slice(0, -8) + this.objects.mix().toString(16).padStart(8, '0');
    const encrypt = _security === null ? '' : `/Encrypt ${_security.dictionary.id} 0 R\n`;
    return Buffer.from(
      `trailer\n<<\n/Size ${this.objects.size}\n/Root ${_root.id} 0 R\n/Info ${_info.id} 0 R\n${encrypt}` +
        `/ID [<${first}> <${second}>]\n>>\nstartxref\n${at}\n%%EOF\n`,
    );
  }

  /** Numbers pdfkit's objects from our table, and keeps its end to what comes before the cross-reference table. */
  #adopt(doc: Internals): void {
    const { objects } = this;
    const ref = doc.ref.bind(doc);
    // The objects that pdfkit has made so far keep its numbers, which are the first of ours.
    for (const _ of doc._offsets) objects.reserve();
    doc.ref = (data) => {
      const reference = ref(data);
      reference.id = objects.reserve();
      return reference;
    };
    doc._refEnd = ({ id, offset }) => this.#ended.set(id, offset);
    doc._finalize = () => undefined;
    // pdfkit's XMP packet repeats the information without escaping it.
    doc.endMetadata = () => undefined;
  }

  #openKitFont(source: string | Uint8Array, face: string | undefined): KitFont {
    try {
      this.#doc.font(source, face);
    } catch (cause) {
      throw new PerfError('ERR_PERF_INVALID_OPTION', `${shown(source)} is no font that can be read`, {
        cause,
      });
    }
    if (!isFont(this.#doc._font)) throw unknownPdfkit('fonts');
    return this.#doc._font;
  }

  #use(name: string, font: KitFont): void {
    this.#fonts.push({ name, reference: font.ref() });
  }

  /** Tells where objects stand that pdfkit has written. @param shift from its own positions to those in the file */
  #placeEnded(shift: number): void {
    for (const [id, offset] of this.#ended) {
      this.objects.place(id, offset + shift);
      this.#placed.add(id);
    }
    this.#ended.clear();
  }

  #take(): Uint8Array {
    return this.#doc.read() ?? new Uint8Array(0);
  }
}

function checkImage({ width, height, image, imgData }: KitPng): void {
  const { pixelBitlength, interlaceMethod, transparency } = image;
  const hasTransparentPalette = transparency['indexed'] !== undefined;
  checkPng({ width, height, pixelBitlength, interlaceMethod, hasTransparentPalette }, imgData);
}

function wellFormed(text: string): string {
  return text.toWellFormed();
}

function shown(font: PdfFont): string {
  if (typeof font === 'string') return `the font ${JSON.stringify(font)}`;
  return font instanceof Uint8Array
    ? `the font of ${font.length} bytes`
    : `${shown(font.source)}, face ${font.face},`;
}
