import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExportCase } from '@perf/testkit/measure';
import { read, utils } from 'xlsx';

const ROWS = 500;
/** exceljs writes the time of a day with all digits of a double, ours to the tenth of a ms. */
const SERIAL_DIGITS = 9;

/** A fast wrong answer is no answer: throws unless all cases put the same values into the first sheet, as SheetJS reads them. */
export async function mustHoldTheSame(cases: Readonly<Record<string, ExportCase>>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'perf-same-'));
  try {
    const found = new Set<string>();
    for (const [name, write] of Object.entries(cases)) {
      const path = join(folder, `${name}.xlsx`);
      await write(path, ROWS);
      found.add(valuesOf(await readFile(path)));
    }
    if (found.size !== 1) throw new Error('the workbooks do not hold the same values');
  } finally {
    await rm(folder, { recursive: true });
  }
}

function valuesOf(workbook: Uint8Array): string {
  const { SheetNames, Sheets } = read(workbook, { type: 'buffer', cellText: false });
  const sheet = Sheets[SheetNames[0] ?? ''] ?? {};
  const rows: unknown[][] = utils.sheet_to_json(sheet, { header: 1, raw: true, defval: null });
  return JSON.stringify(rows, (_, value: unknown) =>
    typeof value === 'number' ? Number(value.toFixed(SERIAL_DIGITS)) : value,
  );
}
