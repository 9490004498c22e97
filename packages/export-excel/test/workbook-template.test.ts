import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Checkpoint } from '@perf/contracts';
import { readZip } from '@perf/export-core';
import { createExcelExporter, exportExcel, memorySink } from '@perf/export-excel';
import type { ReadBack } from '@perf/testkit';
import { MemorySink, exporterSuite } from '@perf/testkit';
import { mixedSource } from '@perf/testkit/measure';
import type { Workbook } from 'exceljs';
import { beforeAll, describe, expect, it } from 'vitest';
import { PLACE, drawn, filled, opened, sheetXml, source } from './drawn-workbook.ts';
import { readXlsx, shown } from './read-xlsx.ts';

describe('a workbook to fill', () => {
  let workbook: Uint8Array;
  beforeAll(async () => {
    workbook = await drawn();
  });

  it('gets the rows in the styles of its sample row, and what stood below moves down', async () => {
    const sheet = (await opened(await filled(100, { ...PLACE, workbook }))).getWorksheet('Data & more');

    expect(sheet?.getCell('B2').value).toBe('Amounts');
    expect(sheet?.getCell('C4').value).toBe('City');
    expect(sheet?.getCell('B5').value).toEqual(new Date('2026-11-21'));
    expect(sheet?.getCell('C103').value).toBe('Zürich 98');
    expect(sheet?.getCell('C104').value).toBeNull();
    expect(sheet?.getCell('D104').value).toBe(99.5);
    expect(sheet?.getCell('D104').numFmt).toBe('#,##0.00 "CHF"');
    expect(sheet?.getCell('B104').numFmt).toBe('dd.mm.yyyy');
    expect(sheet?.getCell('C103').font.italic).toBe(true);
    expect(sheet?.getRow(104).height).toBe(22);
    expect(sheet?.getCell('B106').value).toBe('Source: ledger');
    expect(sheet?.getCell('C106').master.address).toBe('B106');
    expect(sheet?.autoFilter).toBe('B4:D104');
    expect(sheet?.getCell('B7').value).toEqual(new Date('2026-11-21'));
  });

  it('keeps every other part byte for byte, packed as it was', async () => {
    const before = readZip(workbook);
    const after = readZip(await filled(10, { ...PLACE, workbook }));

    expect(after.map(({ name }) => name)).toEqual(before.map(({ name }) => name));
    const changed = after.filter(
      ({ bytes }, i) => !Buffer.from(bytes).equals(before[i]?.bytes ?? Buffer.of()),
    );
    expect(changed.map(({ name }) => name)).toEqual(['xl/worksheets/sheet2.xml']);
  });

  it('keeps its sample row as an empty one when there are no rows', async () => {
    const sheet = (await opened(await filled(0, { ...PLACE, workbook }))).getWorksheet('Data & more');

    expect(sheet?.getCell('B7').value).toBe('Source: ledger');
    expect(sheet?.getCell('B5').value).toBeNull();
  });

  it('takes the first sheet and its last row unless told otherwise', async () => {
    const sheet = (await opened(await filled(3, { workbook }))).getWorksheet('Cover');

    expect(sheet?.getCell('C3').value).toBeNull();
    expect(sheet?.getCell('D4').value).toBe(2.5);
  });

  it.each<[format: string, isDate: boolean]>([
    ['General', false],
    ['#,##0.00 "days"', false],
    ['[Red]0', false],
    ['0.00E+00', false],
    [String.raw`\d0`, false],
    ['mm-dd-yy', true],
    ['d. mmmm yyyy', true],
    ['[$-807]dddd', true],
    ['[h]:mm', true],
  ])('warns of dates in a cell of the format %s unless it shows them: %s', async (numFmt, isDate) => {
    const drawing = await drawn((sheet) => (sheet.getCell('B5').numFmt = numFmt));

    const { warnings } = await exportExcel(source(2), memorySink(), { ...PLACE, workbook: drawing });

    expect(warnings.map(({ code, column }) => [code, column])).toEqual(
      isDate ? [] : [['date-without-format', 'day']],
    );
  });

  it('does not warn of dates that are masked', async () => {
    const field = { name: 'at', type: { kind: 'timestamp', unit: 'ms' }, nullable: true } as const;
    const schemas = [{ fields: [field] }, { fields: [{ ...field, classification: 'pii' }] }] as const;

    const found = await Promise.all(
      schemas.map((schema) =>
        exportExcel([{ at: new Date(0) }], memorySink(), { ...PLACE, startCell: 'F5', workbook, schema }),
      ),
    );

    expect(found.map(({ warnings }) => warnings.map(({ code }) => code))).toEqual([
      ['date-without-format'],
      ['column-masked'],
    ]);
  });

  it('holds no wrong hint of its size', async () => {
    expect(sheetXml(await filled(10, { ...PLACE, workbook }))).not.toContain('<dimension');
  });

  it.each([
    ['sheet', { sheetName: 'Absent' }, 'Data & more'],
    ['cell', { startCell: 'five' }, 'B5'],
    ['row of a cell', { startCell: 'A2000000' }, '1048576'],
    ['column of a cell', { startCell: 'XFE5' }, 'XFD'],
  ])('names what is wrong with the %s', async (_, place, hint) => {
    await expect(filled(1, { ...place, workbook })).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_OPTION',
      message: expect.stringContaining(hint) as unknown,
    });
  });

  it('is refused when it is none, and the sink is given up', async () => {
    const sink = new MemorySink();

    await expect(
      exportExcel(source(1), sink, { workbook: Buffer.from('no workbook at all, only text') }),
    ).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_VALUE' });
    expect(sink.state).toBe('aborted');
  });

  it('refuses options that it has itself', () => {
    expect(() => createExcelExporter({ workbook, title: 'Mine' })).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
    expect(() => createExcelExporter({ startCell: 'B5' })).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });
});

describe('a shell', () => {
  const shell = (workbook: Workbook): void => {
    const sheet = workbook.addWorksheet('Built');
    sheet.getRow(1).values = ['Day', 'City', 'Amount'];
    sheet.getCell('A2').numFmt = 'yyyy';
  };

  it('is built by exceljs and filled', async () => {
    const sheet = (await opened(await filled(4, { shell }))).getWorksheet('Built');

    expect(sheet?.getCell('B1').value).toBe('City');
    expect(sheet?.getCell('C5').value).toBe(3.5);
    expect(sheet?.getCell('A5').numFmt).toBe('yyyy');
  });

  it('changes a workbook before it is filled', async () => {
    const workbook = await drawn();
    const title = (built: Workbook): void => {
      const sheet = built.getWorksheet('Data & more');
      if (sheet !== undefined) sheet.getCell('B2').value = 'November';
    };

    const sheet = (await opened(await filled(1, { ...PLACE, workbook, shell: title }))).getWorksheet(
      'Data & more',
    );

    expect(sheet?.getCell('B2').value).toBe('November');
    expect(sheet?.getCell('D5').value).toBe(0.5);
  });

  it('gives the sink up when it throws', async () => {
    const sink = new MemorySink();
    const failing = (): void => {
      throw new RangeError('no such style');
    };

    await expect(exportExcel(source(1), sink, { shell: failing })).rejects.toThrow('no such style');
    expect(sink.state).toBe('aborted');
  });
});

/** Runs a script in a Node that does not find exceljs. */
async function withoutExceljs(script: string): Promise<string> {
  const hooks =
    "import { registerHooks } from 'node:module'; registerHooks({ resolve(name, context, next) {" +
    "if (name === 'exceljs') throw new Error('Cannot find package'); return next(name, context); } });";
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--conditions=@perf/source',
      `--import=data:text/javascript,${encodeURIComponent(hooks)}`,
      '--input-type=module',
      '--eval',
      script,
    ],
    { cwd: import.meta.dirname },
  );
  return stdout.trim();
}

describe('exceljs', () => {
  it('is needed for a shell only, and asked for with the line that installs it', async () => {
    const said = await withoutExceljs(
      `import { exportExcel, memorySink } from '@perf/export-excel';
       const { rows } = await exportExcel([{ a: 1 }], memorySink());
       const error = await exportExcel([{ a: 1 }], memorySink(), { shell: () => {} }).catch((e) => e);
       console.log(rows, error.code, error.message);`,
    );

    expect(said).toBe(
      '1 ERR_PERF_MISSING_PACKAGE the shell option needs exceljs, which is not installed: npm install exceljs@4.4.0',
    );
  });
});

/** The rows without the one that stands for an answer without rows. */
function withoutEmptyRow(bytes: Uint8Array): ReadBack {
  const { rows, ...rest } = readXlsx(bytes);
  return { ...rest, rows: rows.filter((row) => row.some((value) => value !== null)) };
}

describe('createExcelExporter with a shell', () => {
  exporterSuite({
    create: () =>
      createExcelExporter({
        shell: (workbook: Workbook) => {
          const sheet = workbook.addWorksheet('Data');
          sheet.getRow(1).values = ['id', 'text', 'amount', 'account', 'flag', 'price', 'day', 'at'];
          sheet.getRow(2).height = 15;
          for (let column = 1; column <= 8; column++) sheet.getCell(2, column).font = { bold: true };
        },
        startCell: 'A2',
      }),
    read: withoutEmptyRow,
    shown,
    resumeRows: 150_000,
    timeoutMs: 60_000,
  });
});

describe('a checkpoint of a filled workbook', () => {
  it('is refused with another workbook', async () => {
    const [first, second] = [await drawn(), await drawn((sheet) => (sheet.getCell('B2').value = 'Other'))];
    const sink = new MemorySink();
    const moments: { readonly checkpoint: Checkpoint; readonly bytes: Uint8Array }[] = [];
    const rows = 150_000;
    await createExcelExporter({ workbook: first, ...PLACE }).export(mixedSource(rows), sink, {
      checkpoint: {
        load: async () => undefined,
        save: async (checkpoint) => void moments.push({ checkpoint, bytes: sink.bytes }),
        remove: async () => undefined,
      },
    });
    const moment = moments[0];
    if (moment === undefined) throw new Error('there is no checkpoint');
    const { checkpoint, bytes } = moment;
    const resume = createExcelExporter({ workbook: second, ...PLACE }).export(
      mixedSource(rows, { after: checkpoint.cursor }),
      new MemorySink(bytes),
      { resumeFrom: checkpoint },
    );

    await expect(resume).rejects.toMatchObject({ code: 'ERR_PERF_CHECKPOINT_MISMATCH' });
  });
});
