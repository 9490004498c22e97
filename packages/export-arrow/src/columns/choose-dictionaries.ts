import type { DictionaryBuilder } from './dictionary-builder.ts';
import type { BuiltColumn } from './plan-columns.ts';
import { TextBuilder } from './text-builder.ts';

/** Most different values of a column that gets a dictionary, in its first batch. */
const FEW_VALUES = 1024;
/** Values that each of them must stand for, on average. */
const LEAST_REPEATS = 8;
/** Values looked at between two looks at how many different ones there are. */
const STEP = 512;

/** Gives dictionaries to the columns of text, gathered but not yet written, whose values repeat. */
export function chooseDictionaries(columns: readonly BuiltColumn[]): void {
  for (const column of columns) {
    const { builder, asDictionary } = column;
    if (asDictionary === undefined || !(builder instanceof TextBuilder)) continue;
    const dictionary = asDictionary();
    if (!moveFew(builder, dictionary)) continue;
    builder.finish();
    column.builder = dictionary;
  }
}

/** Puts the values of `text` into `dictionary`; false when they are too many. */
function moveFew(text: TextBuilder, dictionary: DictionaryBuilder): boolean {
  const column = text.column();
  const most = Math.min(FEW_VALUES, Math.floor(text.present / LEAST_REPEATS));
  for (let from = 0; from < text.length; from += STEP) {
    dictionary.putColumn(column, from, Math.min(text.length, from + STEP));
    if (dictionary.values.count > most) return false;
  }
  return most > 0;
}
