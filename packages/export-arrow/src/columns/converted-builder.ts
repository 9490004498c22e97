import type { ColumnSetting } from './column-builder.ts';
import type { Gauge } from './place.ts';
import { TextBuilder } from './text-builder.ts';
import type { WarningCounter } from '@perf/export-core';

/** Text made of values of another type, as JSON. */
export class ConvertedBuilder extends TextBuilder {
  readonly #toText: (value: unknown) => string | undefined;

  /** @param toText gives undefined for what has no text */
  constructor(
    setting: ColumnSetting,
    gauge: Gauge,
    replaced: WarningCounter,
    toText: (value: unknown) => string | undefined,
  ) {
    super(setting, gauge, replaced);
    this.#toText = toText;
  }

  override put(value: unknown): void {
    if (value === null || value === undefined) return this.putNull(value);
    const text = this.#toText(value);
    if (text === undefined) throw this.setting.place.misfit(value, this.length);
    this.putText(text);
  }
}
