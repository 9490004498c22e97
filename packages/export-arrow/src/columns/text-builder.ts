import { isUtf8 } from 'node:buffer';
import type { Column, Utf8Data } from '@perf/contracts';
import { PerfError, isUtf8Data } from '@perf/contracts';
import type { WarningCounter } from '@perf/export-core';
import type { Data } from 'apache-arrow';
import { Utf8, makeData } from 'apache-arrow';
import { BytesBuilder } from './bytes-builder.ts';
import type { ColumnSetting } from './column-builder.ts';
import type { Gauge } from './place.ts';
import { isNullAt } from './validity.ts';
import { writeShort } from './write-short.ts';

/** Up to here one loop over the units beats a native write; see bench/arrow.bench.ts. */
const SHORT_UNITS = 40;

/** Text as UTF-8. A lone surrogate becomes U+FFFD, and the value is counted. */
export class TextBuilder extends BytesBuilder {
  override readonly type: Utf8 = new Utf8();
  readonly #replaced: WarningCounter;
  /** Values of this batch in which something was replaced; counted when the batch is whole. */
  #lossy: number[] = [];

  constructor(setting: ColumnSetting, gauge: Gauge, replaced: WarningCounter) {
    super(setting, gauge);
    this.#replaced = replaced;
  }

  override put(value: unknown): void {
    if (typeof value === 'string') this.putText(value);
    else this.putNull(value);
  }

  override putColumn(column: Column, from: number, to: number): number {
    const { data, validity } = column;
    if (isUtf8Data(data)) return this.#putUtf8(data, validity, from, to);
    return super.putColumn(column, from, to);
  }

  /** Values that are not null. */
  get present(): number {
    return this.length - this.validity.nulls;
  }

  /** The values as a column of the source would hold them, in this builder's memory. */
  column(): Column {
    const { valueOffsets, data, nullBitmap } = this.values();
    const utf8 = { offsets: valueOffsets, bytes: data };
    return nullBitmap === undefined ? { data: utf8 } : { data: utf8, validity: nullBitmap };
  }

  override truncate(length: number): void {
    super.truncate(length);
    this.#lossy = this.#lossy.filter((at) => at < length);
  }

  override finish(): Data {
    this.#replaced.count += this.#lossy.length;
    this.#lossy = [];
    return makeData({ type: this.type, ...this.values() });
  }

  protected putText(text: string): void {
    const from = this.end;
    this.room(text.length * 3);
    const end = text.length > SHORT_UNITS ? -1 : writeShort(this.bytes, from, text);
    this.close(end >= 0 ? end : this.#writeNatively(from, text));
  }

  #writeNatively(from: number, text: string): number {
    if (!text.isWellFormed()) this.#lossy.push(this.length);
    return from + this.bytes.write(text, from, 'utf8');
  }

  /** Copies UTF-8 as it is, in one piece as far as nulls have no bytes of their own. */
  #putUtf8({ offsets, bytes }: Utf8Data, bits: Uint8Array | undefined, from: number, to: number): number {
    if (from === to) return 0;
    const count = this.countTo(offsets, from, to);
    let start = offsets[from] ?? 0;
    const last = offsets[from + count] ?? 0;
    if (!isUtf8(bytes.subarray(start, last)))
      throw new PerfError('ERR_PERF_INVALID_VALUE', `${this.setting.place.name}: its bytes are not UTF-8`);
    this.room(last - start);
    const base = this.end;
    let shift = base - start;
    for (let i = from; i < from + count; i++) {
      const next = offsets[i + 1] ?? 0;
      if (!isNullAt(bits, i)) {
        this.close(next + shift);
        continue;
      }
      const begin = offsets[i] ?? 0;
      if (begin < next) {
        this.bytes.set(bytes.subarray(start, begin), start + shift);
        shift -= next - begin;
        start = next;
      }
      this.putNull(null);
    }
    this.bytes.set(bytes.subarray(start, last), start + shift);
    return count;
  }
}
