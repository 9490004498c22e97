import type { CellWriter, Warnings } from '@perf/export-core';
import { MISFIT } from '@perf/export-core';
import type { Hyperlinks } from './hyperlinks.ts';
import type { SheetColumn } from './sheet-columns.ts';
import type { TextContext } from './text-cell.ts';
import { SheetText } from './text-cell.ts';

/** What the cells of one column of links share. */
export interface LinkContext {
  readonly column: SheetColumn;
  /** For texts that are no links. */
  readonly plain: TextContext;
  readonly linked: TextContext;
  readonly links: Hyperlinks;
  readonly warnings: Warnings;
}

/** Texts that open what they name. What is no safe address, and what a sheet has no room for, stays text and is counted. */
export function linkCell({ column, plain, linked, links, warnings }: LinkContext): CellWriter {
  const plainText = new SheetText({ ...plain, shared: undefined });
  const linkedText = new SheetText({ ...linked, shared: undefined });
  const refused = {
    'no-address': warnings.counter(
      'hyperlink-refused',
      'text that is no address of http, https, mailto, tel or ftp stayed text',
      column.field.name,
    ),
    'too-many': warnings.counter(
      'hyperlink-limit',
      'a sheet holds 65,530 links of 8 M characters in all; further ones stayed text',
      column.field.name,
    ),
  };
  return {
    value: (bytes, position, value) => {
      if (typeof value !== 'string') return MISFIT;
      const end = linkedText.write(bytes, position, value);
      if (end < 0) return end;
      const refusal = links.add(`${column.letters}${plain.row.text()}`, value);
      if (refusal === undefined) return end;
      refused[refusal].count++;
      return plainText.write(bytes, position, value);
    },
    width: 0,
  };
}
