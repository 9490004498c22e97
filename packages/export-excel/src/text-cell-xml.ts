import { shortened } from './text-cell.ts';
import { escapeXml, hasOuterSpace } from './xml-text.ts';

/** A cell of text that stands apart from the data. @param cell as in `B5` @param style its number */
export function textCellXml(cell: string, style: number, text: string): string {
  const kept = shortened(text).toWellFormed();
  const preserve = hasOuterSpace(kept) ? ' xml:space="preserve"' : '';
  return `<c r="${cell}" s="${style}" t="inlineStr"><is><t${preserve}>${escapeXml(kept)}</t></is></c>`;
}
