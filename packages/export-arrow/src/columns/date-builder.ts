import { dateToDays } from '@perf/contracts';
import type { Data } from 'apache-arrow';
import { DateDay, makeData } from 'apache-arrow';
import type { ColumnSetting } from './column-builder.ts';
import { FixedBuilder } from './fixed-builder.ts';

const DAY_MS = 86_400_000;
/** Dates repeat; this many texts are remembered. */
const KNOWN_DATES = 4096;

/** Days since 1970-01-01, from `YYYY-MM-DD` or, for years outside 0 to 9999, `±YYYYYY-MM-DD`. */
export class DateBuilder extends FixedBuilder {
  override readonly type: DateDay = new DateDay();
  readonly #known = new Map<string, number>();
  #data = new Int32Array(this.buffer);

  constructor(setting: ColumnSetting) {
    super(setting, Int32Array.BYTES_PER_ELEMENT);
  }

  override put(value: unknown): void {
    if (typeof value !== 'string') return this.putNull(value);
    const days = this.#known.get(value) ?? this.#learn(value);
    const at = this.length;
    if (at >= this.capacity) this.reserve(at + 1);
    this.#data[at] = days;
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

  #learn(text: string): number {
    const days = dateToDays(text) ?? farDays(text);
    if (days === undefined) throw this.setting.place.misfit(text, this.length);
    if (this.#known.size >= KNOWN_DATES) this.#known.clear();
    this.#known.set(text, days);
    return days;
  }
}

/** Days of `±YYYYYY-MM-DD`; undefined when it is no real date. */
function farDays(text: string): number | undefined {
  if (!/^[+-]\d{6}-\d{2}-\d{2}$/.test(text)) return undefined;
  const ms = Date.parse(`${text}T00:00:00.000Z`);
  return Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(text) ? undefined : ms / DAY_MS;
}
