import type { Exporter, ExportTemplate, Schema } from '@perf/contracts';
import { isNumeric } from '@perf/contracts';
import { createExcelExporter } from '@perf/export-excel';
import type { ReadBack } from '@perf/testkit';
import { exporterSuite } from '@perf/testkit';
import { describe } from 'vitest';
import { readXlsx, shown } from './read-xlsx.ts';

const AGGREGATES = ['sum', 'avg', 'min', 'max', 'count'] as const;

/** All totals that the columns of a source may have. */
function totalled({ fields }: Schema): ExportTemplate {
  const numbers = fields.filter(({ type }) => isNumeric(type));
  return {
    version: 1,
    name: 'totalled',
    columns: fields.map(({ name }) => ({ field: name })),
    totals: AGGREGATES.flatMap((aggregate) => numbers.map(({ name }) => ({ field: name, aggregate }))),
  };
}

/** Writes whatever source with totals. */
function create(): Exporter {
  return {
    ...createExcelExporter(),
    export: async (source, sink, options) =>
      createExcelExporter({ template: totalled(source.schema) }).export(source, sink, options),
  };
}

function read(bytes: Uint8Array): ReadBack {
  const { names, rows } = readXlsx(bytes);
  return { names, rows: rows.slice(0, -AGGREGATES.length) };
}

describe('createExcelExporter with totals', () => {
  exporterSuite({
    create,
    read,
    shown,
    goldenCheckpoint: 'golden/checkpoint-totals-v1.json',
    timeoutMs: 60_000,
  });
});
