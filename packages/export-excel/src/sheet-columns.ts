import type { Field, Schema } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { chosenFields } from '@perf/export-core';
import type { ColumnStyle, ExcelStyle } from './excel-options.ts';
import { MAX_COLUMNS } from './excel-options.ts';
import { defaultFormat, templateNumberFormat } from './number-format.ts';
import { columnLetters } from './row-number.ts';

/** One column of the sheet, with all that options, template and type say of it. */
export interface SheetColumn {
  readonly field: Field;
  /** Its position in the source's schema. */
  readonly index: number;
  /** Its position in the sheet. */
  readonly letters: string;
  readonly header: string;
  /** Number format; undefined: General. */
  readonly format: string | undefined;
  readonly style: ColumnStyle;
  /** Where values stand unless `style.align` says otherwise; undefined: left. */
  readonly defaultAlign: 'center' | 'right' | undefined;
}

const RIGHT: ReadonlySet<string> = new Set(['int32', 'int64', 'float64', 'decimal']);
const CENTER: ReadonlySet<string> = new Set(['bool', 'date', 'timestamp']);

/** The columns to write, from column `firstColumn` of the sheet on. Refuses what the source does not have, and more than a sheet holds. */
export function sheetColumns(schema: Schema, style: ExcelStyle, firstColumn = 0): readonly SheetColumn[] {
  const chosen = chosenFields(
    schema,
    style.columns?.map(({ field }) => field),
  );
  if (firstColumn + chosen.length > MAX_COLUMNS)
    throw new PerfError(
      'ERR_PERF_UNSUPPORTED',
      `a sheet has at most ${MAX_COLUMNS} columns, not ${firstColumn + chosen.length}; name those to write in columns`,
    );
  return chosen.map(({ field, index }, i): SheetColumn => {
    const column = style.columns?.[i] ?? { field: field.name };
    const { templateFormat } = column;
    // Throws when the format is not for the column's type.
    style.template?.formatterOf(field);
    if (column.hyperlink === true && field.type.kind !== 'utf8')
      throw new PerfError('ERR_PERF_INVALID_OPTION', `column ${field.name} cannot be links: it is not text`);
    return {
      field,
      index,
      letters: columnLetters(firstColumn + i),
      header: column.header ?? field.name,
      format:
        column.format ??
        (templateFormat === undefined
          ? defaultFormat(field.type)
          : templateNumberFormat(templateFormat, field.type)),
      style: column,
      defaultAlign: alignOf(field.type.kind),
    };
  });
}

function alignOf(kind: string): SheetColumn['defaultAlign'] {
  if (RIGHT.has(kind)) return 'right';
  return CENTER.has(kind) ? 'center' : undefined;
}

/** Dates are centred; numbers stand at the right and truth values in the centre by themselves. */
export function bodyAlign({ field, defaultAlign }: SheetColumn): 'center' | undefined {
  return defaultAlign === 'center' && field.type.kind !== 'bool' ? 'center' : undefined;
}
