import type { ExportTemplate, Schema } from '@perf/contracts';
import { batchSource, toColumns } from '@perf/contracts';
import { createCsvExporter, exportCsv, memorySink } from '@perf/export-csv';
import { describe, expect, it } from 'vitest';

const schema: Schema = {
  fields: [
    { name: 'at', type: { kind: 'timestamp', unit: 'ms' }, nullable: true },
    { name: 'price', type: { kind: 'decimal', precision: 12, scale: 2 }, nullable: true },
    { name: 'late', type: { kind: 'bool' }, nullable: true },
    { name: 'note', type: { kind: 'utf8' }, nullable: true },
  ],
};
const rows = [
  [new Date('2001-01-01T23:30:00Z'), '-1234.50', true, '=1+1'],
  [null, null, null, null],
];
const template: ExportTemplate = {
  version: 1,
  name: 'late-flights',
  locale: 'en-GB',
  timezone: 'Europe/Zurich',
  title: 'Late flights',
  columns: [
    { field: 'price', header: 'Preis', format: { type: 'currency', currency: 'CHF' } },
    { field: 'at', header: 'Tag', format: { type: 'date', style: 'medium' } },
    { field: 'note' },
    { field: 'late', format: { type: 'boolean', yes: '=ja', no: 'nein' } },
  ],
};

describe('the template of a CSV export', () => {
  it.each(['arrays', 'columns'] as const)('orders, names and shows its columns, from %s', async (shape) => {
    const batch = { kind: 'rows', schema, layout: 'arrays', rows } as const;
    const sink = memorySink();

    const { warnings } = await exportCsv(
      batchSource(schema, [shape === 'arrays' ? batch : toColumns(batch)]),
      sink,
      { template },
    );

    expect(Buffer.from(sink.bytes()).toString()).toBe(
      'Preis,Tag,note,late\n"-CHF 1,234.50",2 Jan 2001,\'=1+1,\'=ja\n,,,\n',
    );
    expect(warnings.map(({ code, count }) => [code, count])).toEqual([
      ['formula-guarded', 1],
      ['formula-guarded', 1],
      ['template-part-omitted', 1],
    ]);
  });

  it('is not to be contradicted by other options', () => {
    expect(() => createCsvExporter({ template, columns: ['at'] })).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
    expect(() => createCsvExporter({ template, header: { at: 'At' } })).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });

  it('refuses a format that is not for its column', async () => {
    const wrong: ExportTemplate = {
      version: 1,
      name: 'wrong',
      columns: [{ field: 'note', format: { type: 'number' } }],
    };

    await expect(exportCsv(batchSource(schema, []), memorySink(), { template: wrong })).rejects.toMatchObject(
      {
        code: 'ERR_PERF_INVALID_OPTION',
        message: "the template's format number is not for column note, which is utf8",
      },
    );
  });
});
