import type { Batch, Checkpoint, ExportTemplate, Exporter, RepeatableSource, Schema } from '@perf/contracts';
import { batchSource, toColumns } from '@perf/contracts';
import { createExcelExporter, exportExcel, memorySink } from '@perf/export-excel';
import { MemorySink, exporterSuite } from '@perf/testkit';
import { describe, expect, it } from 'vitest';
import { PNG } from './pictures.ts';
import { readXlsx, shown } from './read-xlsx.ts';
import { written } from './written.ts';

const template: ExportTemplate = {
  version: 1,
  name: 'sales',
  columns: [
    { field: 'id' },
    { field: 'region', header: 'Region' },
    { field: 'paid', format: { type: 'boolean', yes: 'yes', no: 'no' } },
  ],
  groups: ['region', 'paid'],
};
const rows = [
  { id: 0, region: 'North', paid: true },
  { id: 1, region: 'North', paid: true },
  { id: 2, region: 'North', paid: false },
  { id: 3, region: null, paid: false },
  { id: 4, region: 'North', paid: false },
];
const schema: Schema = {
  fields: [
    { name: 'id', type: { kind: 'int32' }, nullable: false },
    { name: 'region', type: { kind: 'utf8' }, nullable: true },
    { name: 'paid', type: { kind: 'bool' }, nullable: true },
  ],
};

const GROUP_ROWS = 7001;
const LONG: ExportTemplate = {
  version: 1,
  name: 'long',
  columns: [{ field: 'group' }, { field: 'text' }],
  groups: ['group'],
};

/** Few groups of many rows, enough for a checkpoint. */
function longGroups(after: number): RepeatableSource {
  const long: Schema = {
    fields: [
      { name: 'group', type: { kind: 'int32' }, nullable: false },
      { name: 'text', type: { kind: 'utf8' }, nullable: false },
    ],
  };
  const batchRows = 1000;
  return {
    schema: long,
    fingerprint: 'long groups',
    cursorAfter: () => 'known by the rows',
    async *[Symbol.asyncIterator]() {
      for (let from = after; from < 40_000; from += batchRows) {
        const ids = Array.from({ length: Math.min(batchRows, 40_000 - from) }, (_, i) => from + i);
        const found = ids.map((id) => [Math.floor(id / GROUP_ROWS), `${id} ${'x'.repeat(1000)}`]);
        yield { kind: 'rows', schema: long, layout: 'arrays', rows: found };
      }
    },
  };
}

/** The first column of every sheet. */
async function firstCells(options: Parameters<typeof written>[1]): Promise<unknown[][]> {
  const { workbook } = await written(rows, options, schema);
  return workbook.worksheets.map((sheet) =>
    Array.from({ length: sheet.rowCount }, (_, i) => sheet.getCell(i + 1, 1).value),
  );
}

describe('groups of a template', () => {
  it('have a heading before each new value, bold and without a filter', async () => {
    const { sheet, parts, warnings } = await written(rows, { template, autoFilter: true }, schema);

    const cells = Array.from({ length: sheet.rowCount }, (_, i) => sheet.getCell(i + 1, 1).value);
    expect(cells).toEqual([
      'id',
      'Region: North   paid: yes',
      0,
      1,
      'Region: North   paid: no',
      2,
      'Region:    paid: no',
      3,
      'Region: North   paid: no',
      4,
    ]);
    expect(sheet.getCell('A2').font.bold).toBe(true);
    expect(sheet.getCell('B3').value).toBe('North');
    expect(sheet.views[0]).toMatchObject({ state: 'frozen', ySplit: 1 });
    expect(sheet.autoFilter ?? null).toBeNull();
    expect(parts.get('xl/workbook.xml')).not.toContain('_FilterDatabase');
    expect(parts.get('xl/workbook.xml')).toContain('$A$1:$C$10<');
    expect(warnings).toEqual([]);
  });

  it('count against the rows of a sheet, on which no heading stands last', async () => {
    const first = 'Region: North   paid: yes';
    const second = 'Region: North   paid: no';
    const third = 'Region:    paid: no';
    expect(await firstCells({ template, sheetRows: 5 })).toEqual([
      ['id', first, 0, 1],
      ['id', second, 2, third, 3],
      ['id', second, 4],
    ]);
    expect(await firstCells({ template, sheetRows: 3 })).toEqual([
      ['id', first, 0],
      ['id', 1],
      ['id', second, 2],
      ['id', third, 3],
      ['id', second, 4],
    ]);
    expect(() => createExcelExporter({ template, sheetRows: 2 })).toThrow(/sheetRows/);
  });

  it('stand beside logo and totals', async () => {
    const whole: ExportTemplate = {
      ...template,
      title: 'Sales',
      logo: PNG,
      totals: [{ field: 'id', aggregate: 'count' }],
    };
    const sheets = await firstCells({ template: whole, sheetRows: 7 });

    expect(sheets.map((cells) => cells.length)).toEqual([6, 6, 5, 6]);
    expect(sheets[0]?.slice(1)).toEqual(['Sales', null, 'id', 'Region: North   paid: yes', 0]);
    expect(sheets.at(-1)?.at(-1)).toBe(5);
  });

  it('give the same bytes whatever the batches are', async () => {
    const outputs = await Promise.all(
      [1, 2, 5].flatMap((length) =>
        [false, true].map(async (isColumns) => {
          const batches: Batch[] = [];
          for (let from = 0; from < rows.length; from += length) {
            const part = rows.slice(from, from + length);
            const batch: Batch = { kind: 'rows', schema, layout: 'objects', rows: part };
            batches.push(isColumns ? toColumns(batch) : batch);
          }
          const sink = memorySink();
          await exportExcel(batchSource(schema, batches), sink, { template, sheetRows: 5 });
          return Buffer.from(sink.bytes()).toString('base64');
        }),
      ),
    );

    expect(new Set(outputs).size).toBe(1);
  });

  it('are masked, cut and repaired as cells are', async () => {
    const secret: Schema = {
      fields: [
        { name: 'who', type: { kind: 'utf8' }, nullable: true, classification: 'pii' },
        { name: 'text', type: { kind: 'utf8' }, nullable: true },
      ],
    };
    const both: ExportTemplate = {
      version: 1,
      name: 'both',
      columns: [{ field: 'who' }, { field: 'text' }],
      groups: ['who', 'text'],
    };
    const long = { who: 'Ada', text: 'x'.repeat(40_000) };
    const { sheet, warnings } = await written(
      [{ who: 'Ada', text: '\ud800' }, long],
      { template: both },
      secret,
    );

    expect(sheet.getCell('A2').value).toBe('who: ***   text: \ufffd');
    expect(sheet.getCell('A4').value).toHaveLength(32_767);
    expect(warnings).toContainEqual(['text-truncated', 1]);
    expect(warnings.filter(([code]) => code === 'lone-surrogate-replaced')).toHaveLength(2);
  });

  it('go on in the middle of a group from a checkpoint', { timeout: 60_000 }, async () => {
    const exporter = createExcelExporter({ template: LONG });
    const whole = new MemorySink();
    const moments: { readonly checkpoint: Checkpoint; readonly bytes: Uint8Array }[] = [];
    await exporter.export(longGroups(0), whole, {
      checkpoint: {
        load: async () => undefined,
        save: async (checkpoint) => void moments.push({ checkpoint, bytes: whole.bytes }),
        remove: async () => undefined,
      },
    });
    const [moment] = moments;
    if (moment === undefined) throw new Error('there is no checkpoint');
    const { checkpoint, bytes } = moment;
    expect(checkpoint.rows % GROUP_ROWS).toBeGreaterThan(0);

    const resumed = new MemorySink(bytes);
    await exporter.export(longGroups(checkpoint.rows), resumed, { resumeFrom: checkpoint });

    expect(Buffer.compare(resumed.bytes, whole.bytes)).toBe(0);
  });

  it('are left out of tables, which is a warning', async () => {
    const { sheet, warnings } = await written(rows, { template, table: true }, schema);

    expect(sheet.rowCount).toBe(6);
    expect(warnings).toEqual([['template-part-omitted', 1]]);
  });
});

describe('createExcelExporter with groups', () => {
  /** Whatever source by its only column of a few values, with all parts of a template, on many sheets. */
  const create = (): Exporter => ({
    ...createExcelExporter(),
    export: async (source, sink, options) => {
      const names = source.schema.fields.map(({ name }) => name);
      const group = names.includes('status') ? 'status' : 'flag';
      const all: ExportTemplate = {
        version: 1,
        name: 'all',
        columns: names.map((field) => ({ field })),
        logo: PNG,
        groups: [group],
        totals: [{ field: 'id', aggregate: 'sum' }],
      };
      return createExcelExporter({ template: all, sheetRows: 30_001 }).export(source, sink, options);
    },
  });
  exporterSuite({
    create,
    read: (bytes) => {
      const { names, rows: found } = readXlsx(bytes, 1);
      return { names, rows: found.slice(0, -1).filter(([id]) => typeof id === 'number') };
    },
    shown,
    goldenCheckpoint: 'golden/checkpoint-groups-v1.json',
    timeoutMs: 60_000,
  });
});
