import { isUtf8 } from 'node:buffer';
import type { Column, Utf8Data } from '@perf/contracts';
import { PerfError, isUtf8Data } from '@perf/contracts';
import type { WarningCounter } from '@perf/export-core';
import type { Data } from 'apache-arrow';
import { Dictionary, Int32, Utf8, makeData } from 'apache-arrow';
import type { ColumnSetting } from './column-builder.ts';
import { DictionaryValues } from './dictionary-values.ts';
import { FixedBuilder } from './fixed-builder.ts';
import type { Gauge } from './place.ts';
import { isNullAt } from './validity.ts';

const INITIAL_BYTES = 1024;

/** Text by its place in a dictionary, which grows as new values come. */
export class DictionaryBuilder extends FixedBuilder {
  override readonly type: Dictionary<Utf8, Int32>;
  readonly values: DictionaryValues = new DictionaryValues();
  readonly #gauge: Gauge;
  readonly #replaced: WarningCounter;
  #lossy: number[] = [];
  #places = new Int32Array(this.buffer);
  #scratch: Buffer = Buffer.allocUnsafeSlow(INITIAL_BYTES);

  /** @param id of the dictionary, its own within the output */
  constructor(
    setting: ColumnSetting,
    {
      gauge,
      replaced,
      id,
    }: { readonly gauge: Gauge; readonly replaced: WarningCounter; readonly id: number },
  ) {
    super(setting, Int32Array.BYTES_PER_ELEMENT);
    this.#gauge = gauge;
    this.#replaced = replaced;
    this.type = new Dictionary(new Utf8(), new Int32(), id);
  }

  override get isOver(): boolean {
    return this.values.freshBytes >= this.#gauge.mostBytes;
  }

  override put(value: unknown): void {
    if (typeof value !== 'string') return this.putNull(value);
    const known = this.values.placeOf(value);
    if (known === undefined) this.#learn(value);
    else this.#putPlace(known);
  }

  override putColumn(column: Column, from: number, to: number): number {
    const { data, validity } = column;
    if (isUtf8Data(data)) return this.#putUtf8(data, validity, from, to);
    return super.putColumn(column, from, to);
  }

  override truncate(length: number): void {
    super.truncate(length);
    this.#lossy = this.#lossy.filter((at) => at < length);
    let end = 0;
    for (let at = 0; at < length; at++)
      if (!this.validity.isNull(at)) end = Math.max(end, (this.#places[at] ?? 0) + 1);
    this.values.truncate(end);
  }

  override finish(): Data {
    this.#replaced.count += this.#lossy.length;
    this.#lossy = [];
    return makeData({ type: this.type, ...this.fixedValues() });
  }

  override reset(): void {
    super.reset();
    this.values.trim();
  }

  protected override holds(): boolean {
    return false;
  }

  protected override moved(buffer: ArrayBuffer): void {
    this.#places = new Int32Array(buffer);
  }

  #learn(text: string): void {
    if (!text.isWellFormed()) return this.#putLossy(text);
    const bytes = this.#encode(text);
    this.#putPlace(this.values.place(bytes, 0, bytes.length, text));
  }

  /** Not found by its string again, so that each value is counted. */
  #putLossy(text: string): void {
    this.#lossy.push(this.length);
    const bytes = this.#encode(text);
    this.#putPlace(this.values.place(bytes, 0, bytes.length));
  }

  #encode(text: string): Uint8Array {
    if (text.length * 3 > this.#scratch.length) this.#scratch = Buffer.allocUnsafeSlow(text.length * 3);
    return this.#scratch.subarray(0, this.#scratch.write(text, 0, 'utf8'));
  }

  #putPlace(place: number): void {
    const at = this.length;
    if (at >= this.capacity) this.reserve(at + 1);
    this.#places[at] = place;
    this.length = at + 1;
    if (this.isOver) this.#gauge.isOver = true;
  }

  #putUtf8({ offsets, bytes }: Utf8Data, bits: Uint8Array | undefined, from: number, to: number): number {
    if (!isUtf8(bytes.subarray(offsets[from], offsets[to])))
      throw new PerfError('ERR_PERF_INVALID_VALUE', `${this.setting.place.name}: its bytes are not UTF-8`);
    for (let i = from; i < to; i++) {
      if (isNullAt(bits, i)) this.putNull(null);
      else this.#putPlace(this.values.place(bytes, offsets[i] ?? 0, offsets[i + 1] ?? 0));
      if (this.isOver) return i + 1 - from;
    }
    return to - from;
  }
}
