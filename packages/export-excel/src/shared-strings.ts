import { PerfError } from '@perf/contracts';
import { escapeXml, hasOuterSpace } from './xml-text.ts';

/** Longest text that is shared. */
const MAX_UNITS = 128;
/** Most different texts of one column, and of all columns in UTF-16 units. */
const MAX_PER_COLUMN = 4096;
const MAX_ALL_UNITS = 2 * 1024 * 1024;
/** Different texts after which a column must have repeated itself. */
const TRIAL = 64;
/** Values that every text must stand for, on average. */
const LEAST_REPEATS = 4;
/** Texts written at a time. */
const PIECE = 1024;

/** Index of a text that is not shared. */
export const NOT_SHARED = -1;

const HEAD =
  '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';

/**
 * The workbook's table of texts that cells refer to by number. Only columns that repeat themselves use it, and it is bounded: about 2 M
 * characters in all.
 */
export class SharedStrings {
  readonly texts: string[] = [];
  readonly #columns: SharedColumn[] = [];
  #units = 0;

  /** A column that may share its texts. */
  column(): SharedColumn {
    const column = new SharedColumn(this);
    this.#columns.push(column);
    return column;
  }

  /** Takes a text in; gives its number, or `NOT_SHARED` when there is no room. */
  add(text: string): number {
    if (this.#units + text.length > MAX_ALL_UNITS) return NOT_SHARED;
    this.#units += text.length + 1;
    return this.texts.push(text) - 1;
  }

  *xml(): Generator<Buffer> {
    yield Buffer.from(`${HEAD} uniqueCount="${this.texts.length}">`);
    for (let from = 0; from < this.texts.length; from += PIECE)
      yield Buffer.from(
        this.texts
          .slice(from, from + PIECE)
          .map(item)
          .join(''),
      );
    yield Buffer.from('</sst>');
  }

  /** For a checkpoint. */
  state(): Readonly<Record<string, unknown>> {
    return { texts: this.texts.slice(), columns: this.#columns.map((column) => column.state()) };
  }

  resume(state: unknown): void {
    const { texts, columns } = recordOf(state);
    if (!Array.isArray(texts) || !Array.isArray(columns) || columns.length !== this.#columns.length)
      throw noState();
    for (const text of texts) this.add(String(text));
    for (const [i, column] of this.#columns.entries()) column.resume(recordOf(columns[i]));
  }
}

/** The texts of one column. It stops to share when they do not repeat. */
export class SharedColumn {
  readonly #strings: SharedStrings;
  #numbers: Map<string, number> | undefined = new Map();
  #seen = 0;

  constructor(strings: SharedStrings) {
    this.#strings = strings;
  }

  /** Whether texts are still looked up. */
  get isOpen(): boolean {
    return this.#numbers !== undefined;
  }

  /** The number of a text, or `NOT_SHARED`. */
  numberOf(text: string): number {
    if (this.#numbers === undefined || text.length > MAX_UNITS) return NOT_SHARED;
    this.#seen++;
    return this.#numbers.get(text) ?? this.#add(this.#numbers, text);
  }

  state(): Readonly<Record<string, unknown>> {
    const numbers = this.#numbers === undefined ? null : [...this.#numbers.values()];
    return { seen: this.#seen, numbers };
  }

  resume({ seen, numbers }: Readonly<Record<string, unknown>>): void {
    if (typeof seen !== 'number') throw noState();
    this.#seen = seen;
    this.#numbers = Array.isArray(numbers)
      ? new Map(numbers.map((number: unknown) => [this.#strings.texts[Number(number)] ?? '', Number(number)]))
      : undefined;
  }

  #add(numbers: Map<string, number>, text: string): number {
    if (!text.isWellFormed()) return NOT_SHARED;
    const isVaried = numbers.size >= TRIAL && numbers.size * LEAST_REPEATS > this.#seen;
    const number = isVaried || numbers.size >= MAX_PER_COLUMN ? NOT_SHARED : this.#strings.add(text);
    if (number === NOT_SHARED) this.#numbers = undefined;
    else numbers.set(text, number);
    return number;
  }
}

function item(text: string): string {
  return hasOuterSpace(text)
    ? `<si><t xml:space="preserve">${escapeXml(text)}</t></si>`
    : `<si><t>${escapeXml(text)}</t></si>`;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return Object.fromEntries(Object.entries(value));
  throw noState();
}

function noState(): PerfError {
  return new PerfError('ERR_PERF_CHECKPOINT_MISMATCH', 'the checkpoint holds no state of shared texts');
}
