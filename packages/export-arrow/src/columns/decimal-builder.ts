import type { Data } from 'apache-arrow';
import { Decimal, makeData } from 'apache-arrow';
import type { ColumnSetting } from './column-builder.ts';
import { FixedBuilder } from './fixed-builder.ts';

const DECIMAL_BYTES = 16;
const HIGH_WORD = 2 ** 32;
/** Digits that a double holds exactly. */
const SAFE_DIGITS = 15;
const POINT = 46;
const MINUS = 45;

/** Decimals of up to 38 digits as 128-bit integers, from text with at most `scale` digits after the point. */
export class DecimalBuilder extends FixedBuilder {
  override readonly type: Decimal;
  readonly #precision: number;
  readonly #scale: number;
  #words = new Uint32Array(this.buffer);

  constructor(setting: ColumnSetting, precision: number, scale: number) {
    super(setting, DECIMAL_BYTES);
    this.type = new Decimal(scale, precision, 128);
    this.#precision = precision;
    this.#scale = scale;
  }

  override put(value: unknown): void {
    if (typeof value !== 'string') return this.putNull(value);
    const at = this.length;
    if (at >= this.capacity) this.reserve(at + 1);
    if (!this.#write(at, value)) throw this.setting.place.misfit(value, at);
    this.length = at + 1;
  }

  override finish(): Data {
    return makeData({ type: this.type, ...this.fixedValues() });
  }

  protected override holds(): boolean {
    return false;
  }

  protected override moved(buffer: ArrayBuffer): void {
    this.#words = new Uint32Array(buffer);
  }

  #write(at: number, text: string): boolean {
    const { length } = text;
    const isNegative = text.charCodeAt(0) === MINUS;
    const begin = isNegative ? 1 : 0;
    let [whole, digits, fraction] = [0, 0, -1];
    for (let i = begin; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit === POINT && fraction < 0 && i > begin) {
        fraction = 0;
        continue;
      }
      if (unit < 48 || unit > 57) return false;
      whole = whole * 10 + unit - 48;
      if (whole > 0) digits++;
      if (fraction >= 0) fraction++;
    }
    if (length === begin || fraction === 0 || fraction > this.#scale) return false;
    const zeros = this.#scale - Math.max(fraction, 0);
    if (whole > 0 && digits + zeros > this.#precision) return false;
    if (digits + zeros > SAFE_DIGITS)
      this.#putBigint(at, BigInt(text.replace('.', '')) * 10n ** BigInt(zeros));
    else this.#putWhole(at, (isNegative ? -whole : whole) * 10 ** zeros);
    return true;
  }

  #putWhole(at: number, value: number): void {
    const words = this.#words;
    const high = Math.floor(value / HIGH_WORD);
    words[4 * at] = value - high * HIGH_WORD;
    words[4 * at + 1] = high;
    words[4 * at + 2] = words[4 * at + 3] = value < 0 ? -1 : 0;
  }

  #putBigint(at: number, value: bigint): void {
    for (let word = 0; word < 4; word++)
      this.#words[4 * at + word] = Number(BigInt.asUintN(32, value >> BigInt(32 * word)));
  }
}
