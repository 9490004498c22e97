import type { Warnings } from '@perf/export-core';
import type { ExcelStyle } from './excel-options.ts';
import type { SheetColumn } from './sheet-columns.ts';
import { MAX_TABLE_HEADER } from './table-part.ts';
import { MAX_CELL_UNITS, shortened } from './text-cell.ts';

/** Says which headers, and whether the title, do not stand on the sheets as they were given. Each counts once, whatever the sheets. */
export function warnOfHeadings(
  columns: readonly SheetColumn[],
  { title, header, table }: ExcelStyle,
  warnings: Warnings,
): void {
  const warn = (what: string, text: string, most: number, column?: string): void => {
    if (text.length > most)
      warnings.counter('text-truncated', `${what} was cut to ${most} characters`, column).count = 1;
    if (shortened(text, most).isWellFormed()) return;
    const message = `${what} has half a surrogate pair, which UTF-8 cannot hold, and got U+FFFD in its place`;
    warnings.counter('lone-surrogate-replaced', message, column).count = 1;
  };
  if (title !== undefined) warn('the title', title, MAX_CELL_UNITS);
  if (!header) return;
  const most = table ? MAX_TABLE_HEADER : MAX_CELL_UNITS;
  for (const column of columns) warn('the header', column.header, most, column.field.name);
}
