import type { Data } from 'apache-arrow';
import { Float64, Int32, makeData } from 'apache-arrow';
import type { ColumnSetting } from './column-builder.ts';
import { FixedBuilder } from './fixed-builder.ts';

/** 32-bit integers. */
export class Int32Builder extends FixedBuilder {
  override readonly type: Int32 = new Int32();
  #data = new Int32Array(this.buffer);

  constructor(setting: ColumnSetting) {
    super(setting, Int32Array.BYTES_PER_ELEMENT);
  }

  override put(value: unknown): void {
    if (typeof value !== 'number' || (value | 0) !== value) return this.putNull(value);
    const at = this.length;
    if (at >= this.capacity) this.reserve(at + 1);
    this.#data[at] = value;
    this.length = at + 1;
  }

  override finish(): Data {
    return makeData({ type: this.type, ...this.fixedValues() });
  }

  protected override holds(data: ArrayBufferView): boolean {
    return data instanceof Int32Array;
  }

  protected override moved(buffer: ArrayBuffer): void {
    this.#data = new Int32Array(buffer);
  }
}

/** Doubles, every one of them: NaN, the infinities and −0 too. */
export class Float64Builder extends FixedBuilder {
  override readonly type: Float64 = new Float64();
  #data = new Float64Array(this.buffer);

  constructor(setting: ColumnSetting) {
    super(setting, Float64Array.BYTES_PER_ELEMENT);
  }

  override put(value: unknown): void {
    if (typeof value !== 'number') return this.putNull(value);
    const at = this.length;
    if (at >= this.capacity) this.reserve(at + 1);
    this.#data[at] = value;
    this.length = at + 1;
  }

  override finish(): Data {
    return makeData({ type: this.type, ...this.fixedValues() });
  }

  protected override holds(data: ArrayBufferView): boolean {
    return data instanceof Float64Array;
  }

  protected override moved(buffer: ArrayBuffer): void {
    this.#data = new Float64Array(buffer);
  }
}
