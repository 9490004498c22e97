import type { Field } from '@perf/contracts';
import type { ReadBack } from '@perf/testkit';
import { read } from 'xlsx';
import type { WorkSheet } from 'xlsx';

const EPOCH_SERIAL = 25_569;
const DAY_MS = 86_400_000;
const MAX_CELL_UNITS = 32_767;

/** A value as a cell holds it: dates as serials, and whatever Excel would change as text. */
export function shown(value: unknown, field: Field): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (field.type.kind === 'decimal') return Number(value);
  if (value === 5e-324) return '5e-324';
  if (value instanceof Date) return serialOf(value.getTime());
  if (typeof value !== 'string') return value;
  return field.type.kind === 'date' ? serialOf(Date.parse(value)) : value.slice(0, MAX_CELL_UNITS);
}

/** The day that Excel counts, with nine decimals of the time. */
export function serialOf(ms: number): number {
  const days = Math.floor(ms / DAY_MS);
  const billionths = Math.round(((ms - days * DAY_MS) * 1e9) / DAY_MS);
  return Number(`${days + EPOCH_SERIAL}.${String(billionths).padStart(9, '0')}`);
}

/**
 * All sheets one behind the other as SheetJS sees them, a header on each; a cell that is not there is null. @param above rows above the first
 * header
 */
export function readXlsx(bytes: Uint8Array, above = 0): ReadBack {
  const { SheetNames, Sheets } = read(bytes, { type: 'buffer', dense: false, cellText: false });
  const sheets = SheetNames.map((name, i) => rowsOf(Sheets[name] ?? {}).slice(i === 0 ? above : 0));
  const names = (sheets[0]?.[0] ?? []).map(String);
  return { names, rows: sheets.flatMap(([, ...rows]) => rows) };
}

function rowsOf(sheet: WorkSheet): unknown[][] {
  const [, columns = 'A', rows = '1'] = /:([A-Z]+)(\d+)$/.exec(sheet['!ref'] ?? ':A1') ?? [];
  const width = columns.split('').reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
  return Array.from({ length: Number(rows) }, (_, r) =>
    Array.from({ length: width }, (__, c) => valueAt(sheet, `${lettersOf(c)}${r + 1}`)),
  );
}

function valueAt(sheet: WorkSheet, address: string): unknown {
  const cell: unknown = sheet[address];
  return typeof cell === 'object' && cell !== null && 'v' in cell ? (cell.v ?? null) : null;
}

function lettersOf(index: number): string {
  const letter = String.fromCharCode(65 + (index % 26));
  return index < 26 ? letter : lettersOf(Math.floor(index / 26) - 1) + letter;
}
