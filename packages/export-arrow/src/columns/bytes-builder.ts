import type { Data } from 'apache-arrow';
import { Binary, makeData } from 'apache-arrow';
import type { ColumnSetting } from './column-builder.ts';
import { ColumnBuilder } from './column-builder.ts';
import type { Gauge } from './place.ts';

const INITIAL_BYTES = 1024;
const INITIAL_VALUES = 64;
/** Memory that a single large value made grow is given back after its batch. */
const KEPT_BATCHES = 2;
/** Positions in a column are 32-bit. */
const LAST_POSITION = 2 ** 31 - 1;

/** What `makeData` wants to know beside the type. */
export interface BytesData {
  readonly length: number;
  readonly nullCount: number;
  readonly nullBitmap: Uint8Array | undefined;
  readonly valueOffsets: Int32Array;
  readonly data: Uint8Array;
}

/** Values of any length, one behind the other, and the positions between them. */
export abstract class BytesBuilder extends ColumnBuilder {
  /** Position behind the last value. */
  protected end = 0;
  protected bytes: Buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  readonly #gauge: Gauge;
  #offsets = new Int32Array(INITIAL_VALUES);

  constructor(setting: ColumnSetting, gauge: Gauge) {
    super(setting);
    this.#gauge = gauge;
  }

  override get isOver(): boolean {
    return this.end >= this.#gauge.mostBytes;
  }

  override truncate(length: number): void {
    super.truncate(length);
    this.end = this.#offsets[length] ?? 0;
  }

  override reset(): void {
    super.reset();
    this.end = 0;
    if (this.bytes.length > this.#gauge.mostBytes * KEPT_BATCHES)
      this.bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  }

  /** Makes room for `count` more bytes. */
  protected room(count: number): void {
    const least = this.end + count;
    if (least <= this.bytes.length) return;
    if (least > LAST_POSITION) throw this.setting.place.misfit('', this.length);
    const grown = Buffer.allocUnsafeSlow(Math.min(LAST_POSITION, Math.max(least, this.bytes.length * 2)));
    this.bytes.copy(grown, 0, 0, this.end);
    this.bytes = grown;
  }

  /** Ends the value that was written up to `end`. */
  protected close(end: number): void {
    const at = this.length + 1;
    if (at >= this.#offsets.length) this.#grow(at + 1);
    this.#offsets[at] = end;
    this.length = at;
    this.end = end;
    if (end >= this.#gauge.mostBytes) this.#gauge.isOver = true;
  }

  /** As many of the values between `offsets` from `from` on as fill the batch, or all up to `to`; at least one. */
  protected countTo(offsets: Int32Array, from: number, to: number): number {
    const most = (offsets[from] ?? 0) + this.#gauge.mostBytes - this.end;
    let [low, high] = [from + 1, to];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((offsets[middle] ?? 0) >= most) high = middle;
      else low = middle + 1;
    }
    return low - from;
  }

  protected values(): BytesData {
    const { length, validity } = this;
    return {
      length,
      nullCount: validity.nulls,
      nullBitmap: validity.finish(length),
      valueOffsets: this.#offsets.subarray(0, length + 1),
      data: this.bytes.subarray(0, this.end),
    };
  }

  protected override clear(at: number): void {
    if (at + 1 >= this.#offsets.length) this.#grow(at + 2);
    this.#offsets[at + 1] = this.end;
  }

  #grow(least: number): void {
    const grown = new Int32Array(Math.max(least, this.#offsets.length * 2));
    grown.set(this.#offsets);
    this.#offsets = grown;
  }
}

/** Bytes as they are. */
export class BinaryBuilder extends BytesBuilder {
  override readonly type: Binary = new Binary();

  override put(value: unknown): void {
    if (!(value instanceof Uint8Array)) return this.putNull(value);
    this.room(value.length);
    this.bytes.set(value, this.end);
    this.close(this.end + value.length);
  }

  override finish(): Data {
    return makeData({ type: this.type, ...this.values() });
  }
}
