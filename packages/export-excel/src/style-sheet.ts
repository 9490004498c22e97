import { escapeAttribute } from './xml-text.ts';

/** Looks of cells. */
export interface CellStyle {
  /** As in `#,##0.00`; absent: General. */
  readonly format?: string | undefined;
  readonly align?: 'left' | 'center' | 'right' | undefined;
  readonly wrap?: boolean | undefined;
  readonly font?: 'header' | 'title' | 'link' | 'strong' | undefined;
}

/** Formats that every reader knows by number; some follow the reader's locale. */
const BUILT_IN: ReadonlyMap<string, number> = new Map([
  ['General', 0],
  ['0', 1],
  ['0.00', 2],
  ['#,##0', 3],
  ['#,##0.00', 4],
  ['0%', 9],
  ['0.00%', 10],
  ['mm-dd-yy', 14],
  ['m/d/yy h:mm', 22],
  ['@', 49],
]);
const FIRST_CUSTOM = 164;

const FONTS = { plain: 0, header: 1, title: 2, link: 3, strong: 1 } as const;
const FONT_XML =
  '<fonts count="4">' +
  '<font><sz val="11"/><name val="Calibri"/><family val="2"/></font>' +
  '<font><b/><sz val="11"/><color rgb="FF1F3864"/><name val="Calibri"/><family val="2"/></font>' +
  '<font><b/><sz val="14"/><color rgb="FF1F3864"/><name val="Calibri"/><family val="2"/></font>' +
  '<font><u/><sz val="11"/><color rgb="FF0563C1"/><name val="Calibri"/><family val="2"/></font>' +
  '</fonts>';
const FILL_XML =
  '<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>' +
  '<fill><patternFill patternType="solid"><fgColor rgb="FFDDE6F2"/><bgColor indexed="64"/></patternFill></fill></fills>';
const BORDER_XML =
  '<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>' +
  '<border><left/><right/><top/><bottom style="thin"><color rgb="FF8EA9DB"/></bottom><diagonal/></border></borders>';

/** Gathers the styles of a workbook and numbers them. */
export class StyleSheet {
  readonly #formats: string[] = [];
  readonly #styles: string[] = ['<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'];

  /** Number of a style; 0 is the plain one. */
  idOf(style: CellStyle): number {
    const xml = this.#print(style);
    const found = this.#styles.indexOf(xml);
    return found >= 0 ? found : this.#styles.push(xml) - 1;
  }

  xml(): string {
    const formats = this.#formats
      .map((code, i) => `<numFmt numFmtId="${FIRST_CUSTOM + i}" formatCode="${escapeAttribute(code)}"/>`)
      .join('');
    return (
      '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">' +
      (formats === '' ? '' : `<numFmts count="${this.#formats.length}">${formats}</numFmts>`) +
      FONT_XML +
      FILL_XML +
      BORDER_XML +
      '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
      `<cellXfs count="${this.#styles.length}">${this.#styles.join('')}</cellXfs>` +
      '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>' +
      '</styleSheet>'
    );
  }

  #print({ format = 'General', align, wrap = false, font }: CellStyle): string {
    const numFmt = this.#formatId(format);
    const fontId = FONTS[font ?? 'plain'];
    const isHeader = font === 'header';
    const alignment =
      (align === undefined ? '' : ` horizontal="${align}"`) +
      (isHeader ? ' vertical="center"' : wrap ? ' vertical="top"' : '') +
      (wrap ? ' wrapText="1"' : '');
    const attributes =
      `numFmtId="${numFmt}" fontId="${fontId}" fillId="${isHeader ? 2 : 0}" borderId="${isHeader ? 1 : 0}" xfId="0"` +
      (numFmt === 0 ? '' : ' applyNumberFormat="1"') +
      (fontId === 0 ? '' : ' applyFont="1"') +
      (isHeader ? ' applyFill="1" applyBorder="1"' : '');
    return alignment === ''
      ? `<xf ${attributes}/>`
      : `<xf ${attributes} applyAlignment="1"><alignment${alignment}/></xf>`;
  }

  #formatId(code: string): number {
    const known = BUILT_IN.get(code);
    if (known !== undefined) return known;
    const found = this.#formats.indexOf(code);
    return FIRST_CUSTOM + (found >= 0 ? found : this.#formats.push(code) - 1);
  }
}
