import type { Column } from '@perf/contracts';
import type { Data } from 'apache-arrow';
import { Bool, makeData } from 'apache-arrow';
import { ColumnBuilder } from './column-builder.ts';

const INITIAL_BYTES = 8;

/** Booleans, one bit each. */
export class BoolBuilder extends ColumnBuilder {
  override readonly type: Bool = new Bool();
  #bits = new Uint8Array(INITIAL_BYTES);

  override put(value: unknown): void {
    if (typeof value !== 'boolean') return this.putNull(value);
    const at = this.length;
    this.#set(at, value);
    this.length = at + 1;
  }

  override putColumn(column: Column, from: number, to: number): number {
    const { data, validity } = column;
    if (!(data instanceof Uint8Array)) return super.putColumn(column, from, to);
    const at = this.length;
    for (let i = from; i < to; i++) this.#set(at + i - from, data[i] === 1);
    this.copyNulls(validity, from, to, at);
    this.length = at + to - from;
    return to - from;
  }

  override truncate(length: number): void {
    for (let at = length; at < this.length; at++) this.clear(at);
    super.truncate(length);
  }

  override finish(): Data {
    const { type, length, validity } = this;
    const bytes = ((length + 63) >> 6) << 3;
    if (bytes > this.#bits.length) this.#grow(bytes);
    const data = this.#bits.subarray(0, bytes);
    return makeData({ type, length, nullCount: validity.nulls, nullBitmap: validity.finish(length), data });
  }

  override reset(): void {
    super.reset();
    this.#bits.fill(0);
  }

  protected override clear(at: number): void {
    this.#set(at, false);
  }

  #set(at: number, value: boolean): void {
    const byte = at >> 3;
    if (byte >= this.#bits.length) this.#grow(byte + 1);
    const bits = this.#bits[byte] ?? 0;
    this.#bits[byte] = value ? bits | (1 << (at & 7)) : bits & ~(1 << (at & 7));
  }

  #grow(least: number): void {
    const grown = new Uint8Array(Math.max(least, this.#bits.length * 2));
    grown.set(this.#bits);
    this.#bits = grown;
  }
}
