import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExportCase } from '@perf/testkit/measure';
import { read, utils } from 'xlsx';

const ROWS = 500;
/** exceljs writes the time of a day with all digits of a double, ours to a tenth of a ms, a billionth of a day. */
const TOLERANCE = 1e-9;

/** A fast wrong answer is no answer: throws unless all cases put the same values into the first sheet, as SheetJS reads them. */
export async function mustHoldTheSame(cases: Readonly<Record<string, ExportCase>>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'perf-same-'));
  try {
    let first: unknown[][] | undefined;
    for (const [name, write] of Object.entries(cases)) {
      const path = join(folder, `${name}.xlsx`);
      await write(path, ROWS);
      const found = valuesOf(await readFile(path));
      first ??= found;
      mustBeLike(first, found, name);
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

function mustBeLike(first: readonly unknown[][], found: readonly unknown[][], name: string): void {
  if (first.length !== found.length)
    throw new Error(`${name} wrote ${found.length} rows, not ${first.length}`);
  for (const [r, row] of first.entries())
    for (const [c, value] of row.entries()) {
      const other = found[r]?.[c];
      const isLike =
        typeof value === 'number' && typeof other === 'number'
          ? Math.abs(value - other) <= TOLERANCE
          : value === other;
      if (!isLike) throw new Error(`${name}, row ${r}: ${String(other)} where ${String(value)} should be`);
    }
}

function valuesOf(workbook: Uint8Array): unknown[][] {
  const { SheetNames, Sheets } = read(workbook, { type: 'buffer', cellText: false });
  return utils.sheet_to_json(Sheets[SheetNames[0] ?? ''] ?? {}, { header: 1, raw: true, defval: null });
}
