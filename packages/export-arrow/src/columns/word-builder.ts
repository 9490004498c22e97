import type { TimeUnit } from '@perf/contracts';
import type { Data, Timestamp } from 'apache-arrow';
import { Int64, makeData } from 'apache-arrow';
import type { ColumnSetting } from './column-builder.ts';
import { FixedBuilder } from './fixed-builder.ts';

const HIGH_WORD = 2 ** 32;

/** 64-bit values, written as two words each: no bigint is made for a number. */
abstract class WordBuilder extends FixedBuilder {
  #data = new BigInt64Array(this.buffer);
  #words = new Uint32Array(this.buffer);

  constructor(setting: ColumnSetting) {
    super(setting, BigInt64Array.BYTES_PER_ELEMENT);
  }

  /** Takes a whole number that a double holds exactly. */
  protected putWhole(value: number): void {
    const at = this.length;
    if (at >= this.capacity) this.reserve(at + 1);
    const high = Math.floor(value / HIGH_WORD);
    this.#words[2 * at] = value - high * HIGH_WORD;
    this.#words[2 * at + 1] = high;
    this.length = at + 1;
  }

  /** Takes an integer, or refuses `value` when it has more than 64 bits. */
  protected putBigint(integer: bigint, value: unknown): void {
    const at = this.length;
    if (BigInt.asIntN(64, integer) !== integer) throw this.setting.place.misfit(value, at);
    if (at >= this.capacity) this.reserve(at + 1);
    this.#data[at] = integer;
    this.length = at + 1;
  }

  protected override holds(data: ArrayBufferView): boolean {
    return data instanceof BigInt64Array;
  }

  protected override moved(buffer: ArrayBuffer): void {
    this.#data = new BigInt64Array(buffer);
    this.#words = new Uint32Array(buffer);
  }
}

/** 64-bit integers, from bigints and safe integers. */
export class Int64Builder extends WordBuilder {
  override readonly type: Int64 = new Int64();

  override put(value: unknown): void {
    if (typeof value === 'number' && Number.isSafeInteger(value)) return this.putWhole(value);
    if (typeof value === 'bigint') return this.putBigint(value, value);
    this.putNull(value);
  }

  override finish(): Data {
    return makeData({ type: this.type, ...this.fixedValues() });
  }
}

const PER_MS: Readonly<Record<Exclude<TimeUnit, 's'>, bigint>> = { ms: 1n, us: 1000n, ns: 1_000_000n };

/** Instants since the epoch, from `Date` or from bigint in the column's unit. */
export class TimestampBuilder extends WordBuilder {
  override readonly type: Timestamp;
  readonly #unit: TimeUnit;
  readonly #scale: number;

  /**
   * @param unit of the source's values
   * @param scale what they are multiplied with; 1000 where seconds are written as ms
   */
  constructor(
    setting: ColumnSetting,
    { type, unit, scale }: { readonly type: Timestamp; readonly unit: TimeUnit; readonly scale: 1 | 1000 },
  ) {
    super(setting);
    this.type = type;
    this.#unit = unit;
    this.#scale = scale;
  }

  override put(value: unknown): void {
    if (value instanceof Date) return this.#putDate(value);
    if (typeof value !== 'bigint') return this.putNull(value);
    this.putBigint(this.#scale === 1 ? value : value * 1000n, value);
  }

  override finish(): Data {
    return makeData({ type: this.type, ...this.fixedValues() });
  }

  protected override holds(data: ArrayBufferView): boolean {
    return this.#scale === 1 && super.holds(data);
  }

  #putDate(value: Date): void {
    const ms = value.getTime();
    if (Number.isNaN(ms)) throw this.setting.place.misfit(value, this.length);
    const unit = this.#unit;
    if (unit === 'ms') this.putWhole(ms);
    else if (unit === 's') this.putWhole(Math.floor(ms / 1000) * this.#scale);
    else this.putBigint(BigInt(ms) * PER_MS[unit], value);
  }
}
