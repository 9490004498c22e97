import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExcelOptions } from '@perf/export-excel';
import { exportExcel, memorySink } from '@perf/export-excel';
import { missingReaderTools } from '@perf/services/readers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OTHERS, readByLibreOffice, readByOpenpyxl } from './read-by-others.ts';

const missing = await missingReaderTools(OTHERS);

type Rows = readonly Readonly<Record<string, unknown>>[];

async function exported(rows: Rows, options: ExcelOptions): Promise<Uint8Array> {
  const sink = memorySink();
  await exportExcel(rows, sink, options);
  return sink.bytes();
}

describe.skipIf(missing !== undefined)(
  `a filled workbook read by others ${missing ?? ''}`,
  { timeout: 120_000 },
  () => {
    let folder: string;
    let path: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'perf-excel-filled-'));
      path = join(folder, 'filled.xlsx');
    });
    afterAll(async () => rm(folder, { recursive: true }));

    it('has the texts below its rows as they were, also those that look like the name of a cell', async () => {
      const notes = ['sample', 'set r="A3" and more', '<c r="A4">'];
      const workbook = await exported(
        notes.map((note) => ({ note })),
        { sharedStrings: false, autoFilter: false },
      );

      await writeFile(path, await exported([{ id: 1 }, { id: 2 }, { id: 3 }], { workbook, startCell: 'A2' }));

      const cells = await readByOpenpyxl(path, 'Data');
      expect([...cells].map(([name, { value }]) => [name, value])).toEqual([
        ['A1', 'note'],
        ['A2', 1],
        ['A3', 2],
        ['A4', 3],
        ['A5', 'set r="A3" and more'],
        ['A6', '<c r="A4">'],
      ]);
      expect(await readByLibreOffice(path)).toEqual([
        ['note'],
        ['1'],
        ['2'],
        ['3'],
        ['set r="A3" and more'],
        ['<c r="A4">'],
      ]);
    });
  },
);
