import { PerfError } from '@perf/contracts';
import type { WarningCounter, Warnings } from '@perf/export-core';

/** What happens to a character that no font can show, or that would have to be shaped. */
export type MissingGlyphs = 'replace' | 'error';

/** Hears of what cannot be shown as it is. */
export interface TextFaults {
  /** No font has a glyph. */
  missing(codePoint: number): void;
  /** A control character, which has none. */
  control(codePoint: number): void;
  /** Half a surrogate pair. */
  surrogate(): void;
  /** A character that is never seen. */
  invisible(): void;
  /** The first character of a text that looks right only when it is joined, combined or reordered. */
  unshaped(codePoint: number): void;
}

/** For texts that are only measured. */
export const NO_FAULTS: TextFaults = {
  missing: () => undefined,
  control: () => undefined,
  surrogate: () => undefined,
  invisible: () => undefined,
  unshaped: () => undefined,
};

/** Counts faults as warnings of one column, or of the texts around the table. */
export class CountedFaults implements TextFaults {
  readonly #policy: MissingGlyphs;
  readonly #where: () => string;
  readonly #missing: WarningCounter;
  readonly #control: WarningCounter;
  readonly #surrogate: WarningCounter;
  readonly #invisible: WarningCounter;
  readonly #unshaped: WarningCounter;

  /** @param where as in `column name, row 3 (from 0)`, for errors */
  constructor(policy: MissingGlyphs, warnings: Warnings, column: string | undefined, where: () => string) {
    this.#policy = policy;
    this.#where = where;
    this.#missing = warnings.counter(
      'glyph-replaced',
      'characters that no font has were replaced; give a font that has them',
      column,
    );
    this.#control = warnings.counter('control-replaced', 'control characters were replaced', column);
    this.#surrogate = warnings.counter(
      'lone-surrogate-replaced',
      'halves of surrogate pairs, which are no characters, were replaced',
      column,
    );
    this.#invisible = warnings.counter(
      'invisible-left-out',
      'characters that are never seen (zero-width, direction marks, soft hyphens, selectors) were left out',
      column,
    );
    this.#unshaped = warnings.counter(
      'text-not-shaped',
      'texts whose letters or marks join, combine or run from right to left were written character by character, left to right',
      column,
    );
  }

  missing(codePoint: number): void {
    if (this.#policy === 'error')
      throw this.#failure(`no font has a glyph for ${named(codePoint)}; give a font that has it`);
    this.#missing.count++;
  }

  control(codePoint: number): void {
    if (this.#policy === 'error')
      throw this.#failure(`the control character ${named(codePoint)} has no glyph`);
    this.#control.count++;
  }

  surrogate(): void {
    if (this.#policy === 'error') throw this.#failure('half a surrogate pair has no glyph');
    this.#surrogate.count++;
  }

  invisible(): void {
    this.#invisible.count++;
  }

  unshaped(codePoint: number): void {
    if (this.#policy === 'error')
      throw this.#failure(
        `${named(codePoint)} must be joined, combined or reordered with what is beside it, which is not done`,
      );
    this.#unshaped.count++;
  }

  #failure(what: string): PerfError {
    return new PerfError(
      'ERR_PERF_INVALID_VALUE',
      `${this.#where()}: ${what}; missingGlyphs: 'replace' writes it as well as it can, with a warning`,
    );
  }
}

function named(codePoint: number): string {
  const hex = codePoint.toString(16).toUpperCase().padStart(4, '0');
  return codePoint < 32 || (codePoint >= 127 && codePoint < 160)
    ? `U+${hex}`
    : `U+${hex} (${String.fromCodePoint(codePoint)})`;
}
