import type { CellWriter, Warnings } from '@perf/export-core';
import { MISFIT } from '@perf/export-core';
import type { Hyperlinks } from './hyperlinks.ts';
import { addressOf } from './hyperlinks.ts';
import type { SheetColumn } from './sheet-columns.ts';
import type { TextContext } from './text-cell.ts';
import { SheetText } from './text-cell.ts';

/** What the cells of one column of links share. */
export interface LinkContext {
  readonly column: SheetColumn;
  /** For texts that are no links. */
  readonly plain: TextContext;
  /** `s="5" `, the style of those that are. */
  readonly linkStyle: string;
  readonly links: Hyperlinks;
  readonly warnings: Warnings;
}

/** Texts that open what they name. What is no safe address, and what a sheet has no room for, stays text and is counted. */
export function linkCell({ column, plain, linkStyle, links, warnings }: LinkContext): CellWriter {
  const plainText = new SheetText({ ...plain, shared: undefined });
  const linkedText = new SheetText({ ...plain, style: linkStyle, shared: undefined });
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
      const address = addressOf(value);
      const refusal = address === undefined ? 'no-address' : links.hasRoom(address) ? undefined : 'too-many';
      const end = (refusal === undefined ? linkedText : plainText).write(bytes, position, value);
      if (end < 0) return end;
      if (refusal !== undefined) refused[refusal].count++;
      else if (address !== undefined) links.add(`${column.letters}${plain.row.value}`, address);
      return end;
    },
    width: 0,
  };
}
