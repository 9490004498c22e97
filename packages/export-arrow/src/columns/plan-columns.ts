import type { Field, Schema } from '@perf/contracts';
import type { ClassifiedPolicy } from '@perf/export-core';
import { Warnings, chosenFields, isMasked, misfit } from '@perf/export-core';
import type { WarningCounter } from '@perf/export-core';
import { PerfError } from '@perf/contracts';
import type { TypeStyle } from '../arrow-types.ts';
import { isUnbounded } from '../arrow-types.ts';
import { builderFor } from './builder-for.ts';
import type { ColumnBuilder, ColumnSetting } from './column-builder.ts';
import { DictionaryBuilder } from './dictionary-builder.ts';
import { MaskBuilder } from './mask-builder.ts';
import type { Gauge } from './place.ts';

/** Which utf8 columns are written by dictionary: those named, or those that look like it in the first batch. */
export type DictionaryChoice = readonly string[] | 'auto';

/** What decides the columns of an output. */
export interface ColumnStyle extends TypeStyle {
  readonly columns: readonly string[] | undefined;
  readonly classified: ClassifiedPolicy;
  readonly dictionary: DictionaryChoice;
}

/** One column of the output. */
export interface BuiltColumn {
  readonly field: Field;
  /** Its position in the source's schema. */
  readonly index: number;
  builder: ColumnBuilder;
  /** Makes the builder that takes the place of `builder` when the values turn out to be few. Absent: it stays. */
  readonly asDictionary: (() => DictionaryBuilder) | undefined;
}

/** The columns of one output, not yet filled. */
export interface ColumnPlan {
  readonly columns: readonly BuiltColumn[];
  readonly gauge: Gauge;
  readonly warnings: Warnings;
  /** Rows of the batches before the one that is being built; kept by who builds them. */
  readonly rows: { before: number };
  /** Most rows of a batch. */
  readonly batchRows: number;
}

/** Rows of a batch, unless it has very many columns. */
const BATCH_ROWS = 16_384;
/** Values of a batch. */
const BATCH_CELLS = 4 * 1024 * 1024;
/** Bytes of text in a batch, about: each column of text may take its share. */
const BATCH_BYTES = 32 * 1024 * 1024;

/** Plans the columns for a source. */
export function planColumns(schema: Schema, style: ColumnStyle): ColumnPlan {
  const chosen = chosenFields(schema, style.columns);
  const isText = ({ field }: { readonly field: Field }): boolean =>
    isUnbounded(field.type) || isMasked(field, style.classified);
  const texts = Math.max(1, chosen.filter(isText).length);
  const gauge: Gauge = { mostBytes: Math.ceil(BATCH_BYTES / texts), isOver: false };
  const warnings = new Warnings();
  const rows = { before: 0 };
  checkNames(chosen, style.dictionary);
  const unnamed = warnings.counter('column-unnamed', 'a column with an empty name has none in the output');
  unnamed.count = chosen.filter(({ field }) => field.name === '').length;
  const columns = chosen.map(({ field, index }, id): BuiltColumn => {
    const place = {
      name: `column ${field.name}`,
      misfit: (value: unknown, at: number) => misfit(field, rows.before + at, value),
    };
    const setting: ColumnSetting = { type: field.type, nullable: field.nullable, place };
    const none = { field, index, asDictionary: undefined };
    if (isMasked(field, style.classified))
      return { ...none, builder: new MaskBuilder(setting, gauge, maskedCounter(warnings, field)) };
    const replaced = replacedCounter(warnings, field);
    const builder = builderFor(setting, { style, gauge, replaced });
    if (field.type.kind !== 'utf8') return { ...none, builder };
    const asDictionary = (): DictionaryBuilder => new DictionaryBuilder(setting, { gauge, replaced, id });
    if (style.dictionary === 'auto') return { field, index, builder, asDictionary };
    return { ...none, builder: style.dictionary.includes(field.name) ? asDictionary() : builder };
  });
  const batchRows = Math.max(1, Math.min(BATCH_ROWS, Math.floor(BATCH_CELLS / Math.max(1, columns.length))));
  return { columns, gauge, warnings, rows, batchRows };
}

function maskedCounter(warnings: Warnings, { name, classification }: Field): WarningCounter {
  return warnings.counter(
    'column-masked',
    `values of a ${classification ?? 'classified'} column were replaced`,
    name,
  );
}

function replacedCounter(warnings: Warnings, { name }: Field): WarningCounter {
  return warnings.counter(
    'lone-surrogate-replaced',
    'text with half a surrogate pair, which UTF-8 cannot hold, got U+FFFD in its place',
    name,
  );
}

function checkNames(chosen: readonly { readonly field: Field }[], dictionary: DictionaryChoice): void {
  if (dictionary === 'auto') return;
  for (const name of dictionary) {
    const found = chosen.find(({ field }) => field.name === name);
    if (found?.field.type.kind !== 'utf8')
      throw new PerfError(
        'ERR_PERF_INVALID_OPTION',
        `dictionary names ${name}, which is ${found === undefined ? 'not written' : 'no utf8 column'}`,
      );
  }
}
