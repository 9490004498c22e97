import { isInherited, cellReader } from './cell-reader.ts';
import type { RowRecord } from './cell-reader.ts';
import type { CompileOptions } from './compile-filter.ts';
import { generate } from './generate.ts';
import type { Key } from './row-test.ts';
import { CodeInputs } from './test-code.ts';

/** A row of an answer: an object of its own, by column name; null where nothing stood. */
export type AnswerRow = Readonly<Record<string, unknown>>;

/** One column of the answer: its name, and the field of the row that it shows. */
export interface ProjectedColumn {
  readonly name: string;
  readonly key: Key;
}

/**
 * Makes rows of the answer: each an object with `columns` in their order, null where a row lacks the field.
 *
 * @example
 * const project = compileProject([{ name: 'from', key: 'origin' }]);
 * project([{ origin: 'SFO', delay: 3 }]); // [{ from: 'SFO' }]
 */
export function compileProject(
  columns: readonly ProjectedColumn[],
  { codegen = true }: CompileOptions = {},
): (rows: readonly RowRecord[]) => AnswerRow[] {
  return (codegen ? generated(columns) : undefined) ?? closure(columns);
}

function generated(
  columns: readonly ProjectedColumn[],
): ((rows: readonly RowRecord[]) => AnswerRow[]) | undefined {
  const inputs = new CodeInputs();
  const members = columns.map(({ name, key }) => `[${inputs.value(name)}]:${inputs.cell(key)}??null`);
  const code = `"use strict";${inputs.declarations()}return function(rows){const made=new Array(rows.length);for(let i=0;i<rows.length;i++){const r=rows[i];made[i]={${members.join()}};}return made;}`;
  const made = generate(['k', 'v'], code, [inputs.keys, inputs.values]);
  return isProject(made) ? made : undefined;
}

/** What the code above gives back. */
function isProject(made: unknown): made is (rows: readonly RowRecord[]) => AnswerRow[] {
  return typeof made === 'function';
}

function closure(columns: readonly ProjectedColumn[]): (rows: readonly RowRecord[]) => AnswerRow[] {
  const readers = columns.map(({ name, key }) => ({ name, read: cellReader(key) }));
  const isPlain = !columns.some(({ name }) => isInherited(name));
  return (rows) =>
    rows.map((row) => {
      // A field named __proto__ would set the prototype instead.
      if (!isPlain) return Object.fromEntries(readers.map(({ name, read }) => [name, read(row)]));
      const made: Record<string, unknown> = {};
      for (const { name, read } of readers) made[name] = read(row);
      return made;
    });
}
