import { writeInt31 } from '@perf/export-core';

const MINUS = 45;
const POINT = 46;
const SPACE = 32;
const NEWLINE = 10;

/** Operators and operands of a content stream, written into a fixed piece of memory. Lengths are whole hundredths of a point. */
export class ContentBytes {
  readonly bytes: Buffer;
  length = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  /** Bytes that still fit. */
  get room(): number {
    return this.bytes.length - this.length;
  }

  /** Writes ASCII text as it is. */
  text(ascii: string): void {
    const { bytes } = this;
    let at = this.length;
    for (let i = 0; i < ascii.length; i++) bytes[at++] = ascii.charCodeAt(i);
    this.length = at;
  }

  /** Writes a length and a space. */
  number(hundredths: number): void {
    this.length = writeHundredths(this.bytes, this.length, hundredths);
    this.bytes[this.length++] = SPACE;
  }

  /** Writes two lengths and an operator, on a line of their own. */
  operator(name: string, a: number, b: number): void {
    this.number(a);
    this.number(b);
    this.text(name);
    this.bytes[this.length++] = NEWLINE;
  }

  /** Copies bytes. */
  append(source: Uint8Array): void {
    this.bytes.set(source, this.length);
    this.length += source.length;
  }

  filled(): Buffer {
    return this.bytes.subarray(0, this.length);
  }
}

/** Writes whole hundredths as a decimal number of at most two places. Gives the position after it; at most 12 bytes. */
export function writeHundredths(bytes: Uint8Array, position: number, hundredths: number): number {
  let at = position;
  let rest = hundredths | 0;
  if (rest < 0) {
    bytes[at++] = MINUS;
    rest = -rest;
  }
  const whole = (rest / 100) | 0;
  const fraction = rest - whole * 100;
  if (whole > 0 || fraction === 0) at = writeInt31(bytes, at, whole);
  if (fraction === 0) return at;
  bytes[at++] = POINT;
  const tenth = (fraction / 10) | 0;
  bytes[at++] = 48 + tenth;
  const last = fraction - tenth * 10;
  if (last > 0) bytes[at++] = 48 + last;
  return at;
}
