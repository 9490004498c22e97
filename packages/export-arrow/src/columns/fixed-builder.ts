import type { Column, ColumnData } from '@perf/contracts';
import type { ColumnSetting } from './column-builder.ts';
import { ColumnBuilder } from './column-builder.ts';

/** Capacity of a new builder, in values. */
const INITIAL_VALUES = 64;

/** What `makeData` wants to know beside the type. */
export interface FixedData {
  readonly length: number;
  readonly nullCount: number;
  readonly nullBitmap: Uint8Array | undefined;
  readonly data: Uint8Array;
}

/** Values that take the same number of bytes each. */
export abstract class FixedBuilder extends ColumnBuilder {
  /** Values that there is room for. */
  protected capacity: number = INITIAL_VALUES;
  /** Where the values lie; another one after `moved`. */
  protected buffer: ArrayBuffer;
  readonly #stride: number;
  #bytes: Uint8Array;

  /** @param stride bytes of a value */
  constructor(setting: ColumnSetting, stride: number) {
    super(setting);
    this.#stride = stride;
    this.buffer = new ArrayBuffer(INITIAL_VALUES * stride);
    this.#bytes = new Uint8Array(this.buffer);
  }

  override putColumn(column: Column, from: number, to: number): number {
    const { data, validity } = column;
    if (!ArrayBuffer.isView(data) || !this.holds(data)) return super.putColumn(column, from, to);
    const stride = this.#stride;
    const at = this.length;
    this.reserve(at + to - from);
    const source = new Uint8Array(data.buffer, data.byteOffset + from * stride, (to - from) * stride);
    this.#bytes.set(source, at * stride);
    this.copyNulls(validity, from, to, at);
    this.length = at + to - from;
    return to - from;
  }

  /** Makes room for `least` values. */
  protected reserve(least: number): void {
    if (least <= this.capacity) return;
    this.capacity = Math.max(least, this.capacity * 2);
    this.buffer = new ArrayBuffer(this.capacity * this.#stride);
    const bytes = new Uint8Array(this.buffer);
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.moved(this.buffer);
  }

  /** Whether column data lies as this builder's values do. */
  protected abstract holds(
    data: Exclude<ColumnData, readonly unknown[] | { readonly offsets: Int32Array }>,
  ): boolean;

  /** The values lie elsewhere now. */
  protected abstract moved(buffer: ArrayBuffer): void;

  protected fixedValues(): FixedData {
    const { length, validity } = this;
    const data = this.#bytes.subarray(0, length * this.#stride);
    return { length, nullCount: validity.nulls, nullBitmap: validity.finish(length), data };
  }

  protected override clear(at: number): void {
    this.reserve(at + 1);
    this.#bytes.fill(0, at * this.#stride, (at + 1) * this.#stride);
  }
}
