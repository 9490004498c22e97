import { PerfError } from '@perf/contracts';
import type { Data } from 'apache-arrow';
import { Utf8, makeData } from 'apache-arrow';
import { TextIndex } from './text-index.ts';

/** Values and bytes that are remembered; past these a dictionary begins to repeat itself. */
const KNOWN_VALUES = 65_536;
const KNOWN_BYTES = 1024 * 1024;

/** New values of a dictionary, for readers to put behind those that they have. */
export interface DictionaryDelta {
  readonly data: Data<Utf8>;
  /** False for the first, which begins the dictionary. */
  readonly isDelta: boolean;
}

/** What a checkpoint keeps of a dictionary; JSON-safe. */
export interface DictionaryState {
  readonly forgotten: number;
  readonly values: readonly string[];
  readonly isBegun: boolean;
}

/**
 * The values of one dictionary. Readers keep all of them; the writer remembers a bounded number, and gives a value that it has
 * forgotten a second place.
 */
export class DictionaryValues {
  #known = new TextIndex();
  #byText = new Map<string, number>();
  /** Values written that are not remembered. */
  #forgotten = 0;
  /** Values remembered that readers have. */
  #written = 0;
  #isBegun = false;

  /** Values remembered. */
  get count(): number {
    return this.#known.count;
  }

  /** Bytes of values that readers do not have yet. */
  get freshBytes(): number {
    return this.#known.size - (this.#known.offsets[this.#written] ?? 0);
  }

  /** The place of a text seen before in this form. */
  placeOf(text: string): number | undefined {
    return this.#byText.get(text);
  }

  /** The place of the text `source[from .. to]`. @param text the same as a string, to be found again by it */
  place(source: Uint8Array, from: number, to: number, text?: string): number {
    const place = this.#forgotten + this.#known.indexOf(source, from, to);
    if (text !== undefined) this.#byText.set(text, place);
    return place;
  }

  /** Forgets the fresh values from `place` on. */
  truncate(place: number): void {
    const kept = Math.max(this.#written, place - this.#forgotten);
    if (kept >= this.#known.count) return;
    this.#known.truncate(kept);
    this.#byText.clear();
  }

  /** What readers lack, in memory that stays as it is until the next value is placed; undefined when they have all. */
  takeFresh(): DictionaryDelta | undefined {
    const known = this.#known;
    const isDelta = this.#isBegun;
    if (isDelta && this.#written === known.count) return undefined;
    const start = known.offsets[this.#written] ?? 0;
    const valueOffsets = known.offsets.slice(this.#written, known.count + 1).map((offset) => offset - start);
    const data = makeData({
      type: new Utf8(),
      length: known.count - this.#written,
      nullCount: 0,
      valueOffsets,
      data: known.bytes.subarray(start, known.size),
    });
    this.#written = known.count;
    this.#isBegun = true;
    return { data, isDelta };
  }

  /** Begins to forget when it remembers too much. Called between batches. */
  trim(): void {
    if (this.#known.count < KNOWN_VALUES && this.#known.size < KNOWN_BYTES) return;
    this.#forgotten += this.#known.count;
    this.#known = new TextIndex();
    this.#byText = new Map();
    this.#written = 0;
  }

  state(): DictionaryState {
    const values = Array.from({ length: this.#known.count }, (_, i) => this.#known.text(i));
    return { forgotten: this.#forgotten, values, isBegun: this.#isBegun };
  }

  resume(state: unknown): void {
    if (!isState(state))
      throw new PerfError(
        'ERR_PERF_CHECKPOINT_MISMATCH',
        'the checkpoint lacks a dictionary; remove it and start again',
      );
    this.#forgotten = state.forgotten;
    this.#isBegun = state.isBegun;
    for (const value of state.values) {
      const bytes = Buffer.from(value);
      this.#known.indexOf(bytes, 0, bytes.length);
    }
    this.#written = this.#known.count;
  }
}

function isState(value: unknown): value is DictionaryState {
  if (typeof value !== 'object' || value === null) return false;
  const { forgotten, values, isBegun } = Object.fromEntries(Object.entries(value));
  return (
    typeof forgotten === 'number' &&
    typeof isBegun === 'boolean' &&
    Array.isArray(values) &&
    values.every((text) => typeof text === 'string')
  );
}
