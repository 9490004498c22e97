import type { ExportTemplate } from '@perf/contracts';
import { exportNdjson, memorySink } from '@perf/export-json';
import { describe, expect, it } from 'vitest';

const template: ExportTemplate = {
  version: 1,
  name: 'late-flights',
  columns: [
    { field: 'price', header: 'Price', format: { type: 'currency', currency: 'USD' } },
    { field: 'late', format: { type: 'boolean', yes: 'a "yes"', no: 'no' } },
    { field: 'id' },
  ],
};

describe('the template of a JSON export', () => {
  it('orders, names and shows its columns', async () => {
    const sink = memorySink();

    await exportNdjson([{ id: 1, price: 1234.5, late: true }], sink, { template });

    expect(JSON.parse(Buffer.from(sink.bytes()).toString())).toEqual({
      Price: '$1,234.50',
      late: 'a "yes"',
      id: 1,
    });
  });

  it('refuses two columns under one key', async () => {
    const twice: ExportTemplate = {
      version: 1,
      name: 'twice',
      columns: [{ field: 'id' }, { field: 'price', header: 'id' }],
    };

    await expect(
      exportNdjson([{ id: 1, price: 2 }], memorySink(), { template: twice }),
    ).rejects.toMatchObject({
      code: 'ERR_PERF_UNSUPPORTED',
    });
  });
});
