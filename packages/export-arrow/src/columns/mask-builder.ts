import type { Column } from '@perf/contracts';
import type { WarningCounter } from '@perf/export-core';
import { MASK } from '@perf/export-core';
import type { Data } from 'apache-arrow';
import { Utf8, makeData } from 'apache-arrow';
import { BytesBuilder } from './bytes-builder.ts';
import type { ColumnSetting } from './column-builder.ts';
import type { Gauge } from './place.ts';
import { isNullAt } from './validity.ts';

/** Text that says only whether there is a value. */
export class MaskBuilder extends BytesBuilder {
  override readonly type: Utf8 = new Utf8();
  readonly #masked: WarningCounter;

  constructor(setting: ColumnSetting, gauge: Gauge, masked: WarningCounter) {
    super(setting, gauge);
    this.#masked = masked;
  }

  override put(value: unknown): void {
    if (value === null || value === undefined) return this.putNull(value);
    this.room(MASK.length);
    this.close(this.end + this.bytes.write(MASK, this.end, 'latin1'));
  }

  override putColumn(column: Column, from: number, to: number): number {
    const { data, validity } = column;
    for (let i = from; i < to; i++) {
      if (isNullAt(validity, i)) this.putNull(null);
      else this.put(Array.isArray(data) ? data[i] : MASK);
      if (this.isOver) return i + 1 - from;
    }
    return to - from;
  }

  override finish(): Data {
    this.#masked.count += this.length - this.validity.nulls;
    return makeData({ type: this.type, ...this.values() });
  }
}
