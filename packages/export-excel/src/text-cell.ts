import type { CellWriter, Room, WarningCounter } from '@perf/export-core';
import { MISFIT, NO_ROOM, writeInt31 } from '@perf/export-core';
import { CellHead, closeText, closeValue } from './cell-head.ts';
import type { RowNumber } from './row-number.ts';
import type { SharedColumn } from './shared-strings.ts';
import { NOT_SHARED } from './shared-strings.ts';
import { escapeXml, hasOuterSpace, isSpace } from './xml-text.ts';

/** Most UTF-16 units of a cell. */
export const MAX_CELL_UNITS = 32_767;
/** Up to here one loop over the units beats a test and a native write. */
const SHORT_UNITS = 96;
/** Most bytes of one unit (`_xHHHH_`), and of what stands around a text. */
const UNIT_BYTES = 7;
const FRAME_BYTES = 128;

const PRESERVE = ' xml:space="preserve"';
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const SUSPECT = /[&<>\u0000-\u0008\u000b-\u001f\ud800-\udfff\ufffe\uffff]|_[xX][0-9a-fA-F]{4}_/;

/** 1 for ASCII that cannot stand as it is; `_` may begin an escape. */
const special = new Uint8Array(128);
for (let unit = 0; unit < 32; unit++) special[unit] = unit === 9 || unit === 10 ? 0 : 1;
for (const mark of '&<>_') special[mark.charCodeAt(0)] = 1;

/** What the text cells of one column share. */
export interface TextContext {
  readonly room: Room;
  readonly row: RowNumber;
  /** Letters of the column. */
  readonly letters: string;
  /** `s="4" ` or nothing. */
  readonly style: string;
  /** Texts that the workbook holds once; absent: every cell holds its own. */
  readonly shared: SharedColumn | undefined;
  /** Raised for every text cut at Excel's limit. */
  readonly cut: WarningCounter;
  /** Raised for every text in which a lone surrogate was replaced. */
  readonly replaced: WarningCounter;
}

/** Text that stands in a cell as it is, never run as a formula. */
export function textCell(context: TextContext): CellWriter {
  const text = new SheetText(context);
  return {
    value: (bytes, position, value) =>
      typeof value === 'string' ? text.write(bytes, position, value) : MISFIT,
    utf8: (bytes, position, source, from, to) => text.writeUtf8(bytes, position, source, from, to),
    width: 0,
  };
}

/** A text cell for values of another type. @param toText gives undefined for a value that does not fit */
export function convertedCell(
  context: TextContext,
  toText: (value: unknown) => string | undefined,
): CellWriter {
  const text = new SheetText(context);
  return {
    value: (bytes, position, value) => {
      const converted = toText(value);
      return converted === undefined ? MISFIT : text.write(bytes, position, converted);
    },
    width: 0,
  };
}

/** Writes cells of text. */
export class SheetText {
  readonly #room: Room;
  readonly #row: RowNumber;
  readonly #open: CellHead;
  readonly #openPreserved: CellHead;
  readonly #openShared: CellHead;
  readonly #shared: SharedColumn | undefined;
  readonly #cut: WarningCounter;
  readonly #replaced: WarningCounter;

  constructor({ room, row, letters, style, shared, cut, replaced }: TextContext) {
    this.#room = room;
    this.#row = row;
    const head = (rest: string): CellHead => new CellHead(row, `<c r="${letters}`, `" ${style}${rest}`);
    this.#open = head('t="inlineStr"><is><t>');
    this.#openPreserved = head(`t="inlineStr"><is><t${PRESERVE}>`);
    this.#openShared = head('t="s"><v>');
    this.#shared = shared;
    this.#cut = cut;
    this.#replaced = replaced;
  }

  write(bytes: Buffer, position: number, value: string): number {
    const units = Math.min(value.length, MAX_CELL_UNITS);
    if (position + units * UNIT_BYTES + FRAME_BYTES > this.#room.limit) return NO_ROOM;
    if (this.#shared !== undefined && this.#shared.isOpen) {
      const number = this.#shared.numberOf(value);
      if (number !== NOT_SHARED) return this.#refer(bytes, position, number);
    }
    return this.#writeInline(bytes, position, value);
  }

  writeUtf8(bytes: Buffer, position: number, source: Uint8Array, from: number, to: number): number {
    const isOpen = this.#shared !== undefined && this.#shared.isOpen;
    if (isOpen || to - from > MAX_CELL_UNITS) return this.write(bytes, position, utf8Text(source, from, to));
    if (position + (to - from) * UNIT_BYTES + FRAME_BYTES > this.#room.limit) return NO_ROOM;
    const keep = to > from && (isSpace(source[from] ?? 0) || isSpace(source[to - 1] ?? 0));
    let at = this.#begin(bytes, position, keep);
    for (let i = from; i < to; i++) {
      const byte = source[i] ?? 0;
      // EF begins U+FFFE and U+FFFF, which XML cannot hold.
      if (byte < 128 ? special[byte] === 1 : byte === 0xef)
        return this.#writeInline(bytes, position, utf8Text(source, from, to));
      bytes[at++] = byte;
    }
    return closeText(this.#row, bytes, at);
  }

  #refer(bytes: Buffer, position: number, number: number): number {
    const at = this.#openShared.write(bytes, position);
    return closeValue(this.#row, bytes, writeInt31(bytes, at, number));
  }

  #begin(bytes: Buffer, position: number, isPreserved: boolean): number {
    return (isPreserved ? this.#openPreserved : this.#open).write(bytes, position);
  }

  #writeInline(bytes: Buffer, position: number, value: string): number {
    const { length } = value;
    if (length > SHORT_UNITS) return this.#writeLong(bytes, position, value);
    let at = this.#begin(bytes, position, length > 0 && hasOuterSpace(value));
    for (let i = 0; i < length; i++) {
      const unit = value.charCodeAt(i);
      if (unit < 0x80) {
        if (special[unit] === 1 && (unit !== 95 || (value.charCodeAt(i + 1) | 0x20) === 120))
          return this.#writeLong(bytes, position, value);
        bytes[at++] = unit;
      } else if (unit < 0x800) {
        bytes[at++] = 0xc0 | (unit >> 6);
        bytes[at++] = 0x80 | (unit & 0x3f);
      } else if (unit < 0xd800 || (unit > 0xdfff && unit < 0xfffe)) {
        bytes[at++] = 0xe0 | (unit >> 12);
        bytes[at++] = 0x80 | ((unit >> 6) & 0x3f);
        bytes[at++] = 0x80 | (unit & 0x3f);
      } else {
        return this.#writeLong(bytes, position, value);
      }
    }
    return closeText(this.#row, bytes, at);
  }

  #writeLong(bytes: Buffer, position: number, value: string): number {
    if (value.length > MAX_CELL_UNITS) this.#cut.count++;
    const text = shortened(value);
    const isSuspect = SUSPECT.test(text);
    if (isSuspect && !text.isWellFormed()) this.#replaced.count++;
    const at = this.#begin(bytes, position, text.length > 0 && hasOuterSpace(text));
    const end = at + bytes.write(isSuspect ? escapeXml(text) : text, at, 'utf8');
    return closeText(this.#row, bytes, end);
  }
}

/** The beginning of a text, `most` UTF-16 units of it without half a surrogate pair at the end. */
export function shortened(text: string, most: number = MAX_CELL_UNITS): string {
  if (text.length <= most) return text;
  const last = text.charCodeAt(most - 1);
  const isHalf = last >= 0xd800 && last <= 0xdbff;
  return text.slice(0, isHalf ? most - 1 : most);
}

function utf8Text(source: Uint8Array, from: number, to: number): string {
  return Buffer.from(source.buffer, source.byteOffset + from, to - from).toString('utf8');
}
