import { createExcelExporter } from '@perf/export-excel';
import { exporterSuite } from '@perf/testkit';
import { describe } from 'vitest';
import { readXlsx, shown } from './read-xlsx.ts';

describe('createExcelExporter', () => {
  exporterSuite({
    create: () => createExcelExporter(),
    read: readXlsx,
    shown,
    goldenCheckpoint: 'golden/checkpoint-v1.json',
    timeoutMs: 60_000,
  });
});

describe('createExcelExporter with many sheets, tables and no shared text', () => {
  exporterSuite({
    create: () => createExcelExporter({ sheetRows: 5001, table: true, sharedStrings: false, level: 2 }),
    read: readXlsx,
    shown,
    resumeRows: 100_000,
    timeoutMs: 60_000,
  });
});
