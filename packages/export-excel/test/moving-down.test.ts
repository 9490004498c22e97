import type { ConditionalFormattingRule, Worksheet } from 'exceljs';
import { beforeAll, describe, expect, it } from 'vitest';
import { PLACE, drawn, filled, opened, sheetXml } from './drawn-workbook.ts';
import { editZip } from './edit-zip.ts';

/** Adds a conditional format. */
function format(sheet: Worksheet, ref: string, rule: ConditionalFormattingRule): void {
  sheet.addConditionalFormatting({ ref, rules: [rule] });
}

/** A rule by a formula. */
function expression(formula: string): ConditionalFormattingRule {
  return { type: 'expression', formulae: [formula], style: {}, priority: 1 };
}

/** A rule by a comparison with `formula`. */
function beyond(formula: string): ConditionalFormattingRule {
  return { type: 'cellIs', operator: 'greaterThan', formulae: [formula], style: {}, priority: 1 };
}

const DATA_BAR: ConditionalFormattingRule = {
  type: 'dataBar',
  gradient: false,
  minLength: 0,
  priority: 1,
  cfvo: [{ type: 'min' }, { type: 'max' }],
};

describe('what stands below the rows of a workbook to fill', () => {
  let workbook: Uint8Array;
  beforeAll(async () => {
    workbook = await drawn();
  });

  it('stretches areas to the last row of a sheet and no further', async () => {
    const drawing = await drawn((sheet) => format(sheet, 'D5:D1048576', beyond('100')));

    expect(sheetXml(await filled(10, { ...PLACE, workbook: drawing }))).toContain('sqref="D5:D1048576"');
  });

  it.each([
    ['a formula below', (sheet: Worksheet) => (sheet.getCell('D8').value = { formula: 'SUM(D5:D5)' })],
    ['a formula in the sample row', (sheet: Worksheet) => (sheet.getCell('E5').value = { formula: 'D5*2' })],
    ['merged cells in the sample row', (sheet: Worksheet) => sheet.mergeCells('E5:F5')],
  ])('is refused with %s', async (_, change) => {
    const drawing = await drawn((sheet) => {
      change(sheet);
    });

    await expect(filled(2, { ...PLACE, workbook: drawing })).rejects.toMatchObject({
      code: 'ERR_PERF_UNSUPPORTED',
    });
  });

  it.each<[what: string, change: (sheet: Worksheet) => void]>([
    [
      'a table',
      (sheet) => void sheet.addTable({ name: 'T', ref: 'F4', columns: [{ name: 'a' }], rows: [[1]] }),
    ],
    ['a comment', (sheet) => (sheet.getCell('C9').note = 'look')],
    ['a page break', (sheet) => sheet.getRow(7).addPageBreak()],
    ['a data bar', (sheet) => format(sheet, 'D7:D9', DATA_BAR)],
    ['the formula D8>10', (sheet) => format(sheet, 'D8', expression('D8>10'))],
    ['the formula $D$9', (sheet) => format(sheet, 'D5', beyond('$D$9'))],
    ["the formula 'data & MORE'!D$6", (sheet) => format(sheet, 'B4', expression("'data & MORE'!D$6"))],
    ['the formula SUM(7:7)>0', (sheet) => format(sheet, 'B4', expression('SUM(7:7)>0'))],
    [
      'the formula D8<10',
      (sheet) => (sheet.getCell('D8').dataValidation = { type: 'custom', formulae: ['D8<10'] }),
    ],
  ])('is refused with %s in the sample row or below, which would not move', async (what, change) => {
    const drawing = await drawn(change);

    await expect(filled(2, { ...PLACE, workbook: drawing })).rejects.toMatchObject({
      code: 'ERR_PERF_UNSUPPORTED',
      message: expect.stringContaining(what) as unknown,
    });
  });

  it.each([
    [
      'a pivot table',
      {
        'xl/worksheets/_rels/sheet2.xml.rels': () =>
          '<Relationships><Relationship Id="rId1" Type="http://x/pivotTable" Target="../pivotTables/one.xml"/></Relationships>',
        'xl/pivotTables/one.xml': () =>
          '<pivotTableDefinition><location ref="A9:C12"/></pivotTableDefinition>',
      },
    ],
    [
      'the formula $D$9',
      {
        'xl/worksheets/sheet2.xml': (xml: string) =>
          xml.replace(
            '</sheetData>',
            '</sheetData><conditionalFormatting sqref="D5"><cfRule><colorScale><cfvo type="formula" val="$D$9"/></colorScale></cfRule></conditionalFormatting>',
          ),
      },
    ],
  ])('is refused with %s below, which exceljs does not draw', async (what, edits) => {
    await expect(filled(2, { ...PLACE, workbook: editZip(workbook, edits) })).rejects.toMatchObject({
      code: 'ERR_PERF_UNSUPPORTED',
      message: expect.stringContaining(what) as unknown,
    });
  });

  it('keeps tables, comments and breaks above its sample row', async () => {
    const drawing = await drawn((sheet) => {
      sheet.addTable({ name: 'T', ref: 'F2', columns: [{ name: 'a' }], rows: [[1], [2]] });
      sheet.getCell('C4').note = 'look';
      sheet.getRow(4).addPageBreak();
      format(sheet, 'B4', DATA_BAR);
    });

    const sheet = (await opened(await filled(3, { ...PLACE, workbook: drawing }))).getWorksheet(
      'Data & more',
    );

    expect(sheet?.getCell('C4').note).toBe('look');
    expect(sheet?.getTable('T')).toBeDefined();
    expect(sheet?.getCell('D7').value).toBe(2.5);
  });

  it('stretches rules of its sample row, and moves rules below whose formulas stay true', async () => {
    const drawing = await drawn((sheet) => {
      format(sheet, 'B5:D5', expression('AND($D5>100,LOG10($D$2)<3,"D9"<>"")'));
      format(sheet, 'D8', beyond('9000'));
      sheet.getCell('C5').dataValidation = { type: 'list', formulae: ['Cover!$A$1:$A$20'] };
    });

    const xml = sheetXml(await filled(10, { ...PLACE, workbook: drawing }));

    expect(xml).toContain('<conditionalFormatting sqref="B5:D14">');
    expect(xml).toContain('<conditionalFormatting sqref="D17">');
    expect(xml).toMatch(/<dataValidation [^>]*sqref="C5:C14"[^>]*><formula1>Cover!\$A\$1:\$A\$20</);
  });
});
