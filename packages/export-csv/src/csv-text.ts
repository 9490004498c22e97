import type { CellWriter, Room, WarningCounter } from '@perf/export-core';
import { MISFIT, NO_ROOM } from '@perf/export-core';
import type { CsvStyle } from './csv-options.ts';
import { MarkSearch } from './mark-search.ts';
import { WordCopy } from './word-copy.ts';
import { disarmed, isFormula, isLead, isLeadByte } from './formula-guard.ts';

/** Up to here one loop over the units beats a test and a native write; see bench/csv.bench.ts. */
const SHORT_UNITS = 40;
/** Units per piece of a value too large for a block. */
const PIECE_UNITS = 64 * 1024;

/** What the text cells of one column share. */
export interface TextContext {
  readonly style: CsvStyle;
  readonly room: Room;
  /** Raised for every value that got a mark in front; absent: no guard. */
  readonly guarded: WarningCounter | undefined;
  /** Raised for every value in which a lone surrogate was replaced. */
  readonly replaced: WarningCounter;
}

/** Writes text as RFC 4180 wants it: quoted where it holds delimiter, quote or line break, or could be taken for null. */
export function textCell(context: TextContext): CellWriter {
  const text = new CsvText(context);
  return {
    value: (bytes, position, value) =>
      typeof value === 'string' ? text.write(bytes, position, value) : MISFIT,
    utf8: (bytes, position, source, from, to) => text.writeUtf8(bytes, position, source, from, to),
    width: 0,
    pieces: (value) => text.pieces(String(value)),
  };
}

/** A text cell for values of another type. @param toText gives undefined for a value that does not fit */
export function convertedCell(
  context: TextContext,
  toText: (value: unknown) => string | undefined,
): CellWriter {
  const text = new CsvText(context);
  return {
    value: (bytes, position, value) => {
      const converted = toText(value);
      return converted === undefined ? MISFIT : text.write(bytes, position, converted);
    },
    width: 0,
    isSlow: true,
    pieces: (value) => text.pieces(toText(value) ?? ''),
  };
}

/** The bytes of one title, guarded and quoted as any text is. */
export function titleBytes(context: TextContext, title: string): Buffer {
  return Buffer.concat([...new CsvText(context).pieces(title)]);
}

class CsvText {
  readonly #room: Room;
  readonly #guarded: WarningCounter | undefined;
  readonly #replaced: WarningCounter;
  readonly #quote: number;
  readonly #quoteText: string;
  /** Two quotes as `replaceAll` reads them, where `$$` stands for `$`. */
  readonly #twoQuotes: string;
  readonly #quoteAll: boolean;
  readonly #nullText: string;
  readonly #nullLength: number;
  /** 1 for the ASCII units that make quotes necessary. */
  readonly #special = new Uint8Array(128);
  readonly #search: MarkSearch;
  readonly #words = new WordCopy();
  readonly #specialPattern: RegExp;
  /** What a long text must not hold to be written as it is: specials, and surrogates, which may be alone. */
  readonly #suspectPattern: RegExp;

  constructor({ style, room, guarded, replaced }: TextContext) {
    this.#room = room;
    this.#guarded = guarded;
    this.#replaced = replaced;
    this.#quote = style.quote;
    this.#quoteText = String.fromCharCode(style.quote);
    this.#twoQuotes = this.#quoteText === '$' ? '$$$$' : this.#quoteText.repeat(2);
    this.#quoteAll = style.quoteAll;
    this.#nullText = style.nullText;
    this.#nullLength = Buffer.byteLength(style.nullText);
    const units = [style.quote, style.delimiter, 10, 13];
    for (const unit of units) this.#special[unit] = 1;
    this.#search = new MarkSearch(units);
    const marks = [style.quote, style.delimiter].map((unit) => `\\x${unit.toString(16).padStart(2, '0')}`);
    this.#specialPattern = new RegExp(`[${marks.join('')}\\n\\r]`);
    this.#suspectPattern = new RegExp(`[${marks.join('')}\\n\\r\\ud800-\\udfff]`);
  }

  write(bytes: Buffer, position: number, value: string): number {
    const text = value.length > 0 && isLead(value.charCodeAt(0)) ? this.#guard(value) : value;
    if (position + text.length * 3 + 2 > this.#room.limit) return this.#refuse(value, text);
    if (this.#quoteAll || text === this.#nullText) return this.#writeQuoted(bytes, position, text);
    if (text.length > SHORT_UNITS) return this.#writeLong(bytes, position, text);
    return this.#writeShort(bytes, position, text);
  }

  writeUtf8(bytes: Buffer, position: number, source: Uint8Array, from: number, to: number): number {
    const length = to - from;
    if (position + length * 2 + 2 > this.#room.limit) return NO_ROOM;
    const mustLook = this.#quoteAll || length === this.#nullLength || isLeadByte(source[from] ?? 0);
    if (mustLook) return this.write(bytes, position, utf8Text(source, from, to));
    if (this.#search.finds(source, from, to)) return this.#quoteUtf8(bytes, position, source, from, to);
    return this.#words.copy(bytes, position, source, from, to);
  }

  *pieces(value: string): Generator<Buffer> {
    const text = isFormula(value) ? this.#guard(value) : value;
    if (!text.isWellFormed()) this.#replaced.count++;
    const isQuoted = this.#quoteAll || text === this.#nullText || this.#specialPattern.test(text);
    const quote = Buffer.from(isQuoted ? this.#quoteText : '');
    yield quote;
    for (let from = 0; from < text.length;) {
      const to = pieceEnd(text, from + PIECE_UNITS);
      const piece = text.slice(from, to);
      yield Buffer.from(isQuoted ? this.#doubled(piece) : piece);
      from = to;
    }
    yield quote;
  }

  #guard(value: string): string {
    if (this.#guarded === undefined || !isFormula(value)) return value;
    this.#guarded.count++;
    return disarmed(value);
  }

  /** No room; the value comes again, so it must not be counted twice. */
  #refuse(value: string, text: string): number {
    if (this.#guarded !== undefined && value.length !== text.length) this.#guarded.count--;
    return NO_ROOM;
  }

  #writeShort(bytes: Buffer, position: number, text: string): number {
    const special = this.#special;
    const { length } = text;
    let at = position;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit < 0x80) {
        if (special[unit] === 1) return this.#writeQuoted(bytes, position, text);
        bytes[at++] = unit;
      } else if (unit < 0x800) {
        bytes[at++] = 0xc0 | (unit >> 6);
        bytes[at++] = 0x80 | (unit & 0x3f);
      } else if (unit < 0xd800 || unit > 0xdfff) {
        bytes[at++] = 0xe0 | (unit >> 12);
        bytes[at++] = 0x80 | ((unit >> 6) & 0x3f);
        bytes[at++] = 0x80 | (unit & 0x3f);
      } else {
        return this.#writeLong(bytes, position, text);
      }
    }
    return at;
  }

  #writeQuoted(bytes: Buffer, position: number, text: string): number {
    if (text.length > SHORT_UNITS) return this.#writeLongQuoted(bytes, position, text);
    const quote = this.#quote;
    const { length } = text;
    let at = position;
    bytes[at++] = quote;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit < 0x80) {
        if (unit === quote) bytes[at++] = quote;
        bytes[at++] = unit;
      } else if (unit < 0x800) {
        bytes[at++] = 0xc0 | (unit >> 6);
        bytes[at++] = 0x80 | (unit & 0x3f);
      } else if (unit < 0xd800 || unit > 0xdfff) {
        bytes[at++] = 0xe0 | (unit >> 12);
        bytes[at++] = 0x80 | ((unit >> 6) & 0x3f);
        bytes[at++] = 0x80 | (unit & 0x3f);
      } else {
        return this.#writeLongQuoted(bytes, position, text);
      }
    }
    bytes[at] = quote;
    return at + 1;
  }

  #writeLong(bytes: Buffer, position: number, text: string): number {
    if (this.#suspectPattern.test(text)) {
      if (this.#specialPattern.test(text)) return this.#writeLongQuoted(bytes, position, text);
      if (!text.isWellFormed()) this.#replaced.count++;
    }
    return position + bytes.write(text, position, 'utf8');
  }

  #writeLongQuoted(bytes: Buffer, position: number, text: string): number {
    if (!text.isWellFormed()) this.#replaced.count++;
    bytes[position] = this.#quote;
    const end = position + 1 + bytes.write(this.#doubled(text), position + 1, 'utf8');
    bytes[end] = this.#quote;
    return end + 1;
  }

  #quoteUtf8(bytes: Buffer, position: number, source: Uint8Array, from: number, to: number): number {
    const quote = this.#quote;
    let at = position;
    bytes[at++] = quote;
    for (let i = from; i < to; i++) {
      const byte = source[i] ?? 0;
      if (byte === quote) bytes[at++] = quote;
      bytes[at++] = byte;
    }
    bytes[at] = quote;
    return at + 1;
  }

  #doubled(text: string): string {
    return text.includes(this.#quoteText) ? text.replaceAll(this.#quoteText, this.#twoQuotes) : text;
  }
}

function utf8Text(source: Uint8Array, from: number, to: number): string {
  return Buffer.from(source.buffer, source.byteOffset + from, to - from).toString('utf8');
}

/** The end of a piece that splits no surrogate pair. */
function pieceEnd(text: string, end: number): number {
  if (end >= text.length) return text.length;
  const last = text.charCodeAt(end - 1);
  return last >= 0xd800 && last <= 0xdbff ? end - 1 : end;
}
