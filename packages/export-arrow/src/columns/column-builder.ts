import type { Column, DataType as PerfType } from '@perf/contracts';
import { cellReader } from '@perf/contracts';
import type { Data, DataType } from 'apache-arrow';
import type { Place } from './place.ts';
import { Validity, isNullAt } from './validity.ts';

/** What every column being built knows. */
export interface ColumnSetting {
  /** The column's type in the source. */
  readonly type: PerfType;
  readonly nullable: boolean;
  readonly place: Place;
}

/** Gathers the values of one column in memory of its own, which is used again for every batch. */
export abstract class ColumnBuilder {
  /** Values gathered. */
  length = 0;
  /** As the Arrow schema has it. */
  abstract readonly type: DataType;
  protected readonly setting: ColumnSetting;
  protected readonly validity: Validity = new Validity();

  constructor(setting: ColumnSetting) {
    this.setting = setting;
  }

  /** Takes a value in its row form; null and undefined are null. */
  abstract put(value: unknown): void;

  /** Takes values `from` to before `to` of a column, or fewer when the batch is full of text by then. Gives how many. */
  putColumn(column: Column, from: number, to: number): number {
    const read = cellReader(this.setting.type, column);
    for (let i = from; i < to; i++) {
      this.put(read(i));
      if (this.isOver) return i + 1 - from;
    }
    return to - from;
  }

  /** Whether the batch must end with the value just taken. */
  get isOver(): boolean {
    return false;
  }

  /** Keeps the first `length` values. */
  truncate(length: number): void {
    this.validity.truncate(length, this.length);
    this.length = length;
  }

  /** The values as Arrow data, in this builder's memory: used up before the next `put`. */
  abstract finish(): Data;

  /** Begins the next batch. */
  reset(): void {
    this.length = 0;
    this.validity.reset();
  }

  /** Puts zeros in the place of a null. */
  protected abstract clear(at: number): void;

  /** Takes a value that is not of the plain kind: null, or one that does not fit. */
  protected putNull(value: unknown): void {
    const at = this.length;
    if ((value !== null && value !== undefined) || !this.setting.nullable)
      throw this.setting.place.misfit(value, at);
    this.clear(at);
    this.validity.setNull(at);
    this.length = at + 1;
  }

  /** Marks what a column says is null among values taken from `at` on. */
  protected copyNulls(bits: Uint8Array | undefined, from: number, to: number, at: number): void {
    if (bits === undefined) return;
    for (let i = from; i < to; i++) {
      if (bits[i >> 3] === 0xff) {
        i |= 7;
        continue;
      }
      if (!isNullAt(bits, i)) continue;
      if (!this.setting.nullable) throw this.setting.place.misfit(null, at + i - from);
      this.clear(at + i - from);
      this.validity.setNull(at + i - from);
    }
  }
}
