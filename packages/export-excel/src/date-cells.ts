import type { TimeUnit } from '@perf/contracts';
import type { CellWriter, WarningCounter } from '@perf/export-core';
import {
  MISFIT,
  dateCell as isoDateCell,
  instantCell as isoInstantCell,
  writeInt31,
  writePadded,
} from '@perf/export-core';
import type { ValueContext } from './number-cells.ts';
import { CellFrame } from './number-cells.ts';

const DAY_MS = 86_400_000;
/** Serial of 1970-01-01; day 1 is 1900-01-01, and day 60 a 29 February 1900 that never was. */
const EPOCH_SERIAL = 25_569;
/** 1900-03-01, the first day from which every reader counts alike. */
const FIRST_DAY = 61 - EPOCH_SERIAL;
/** 9999-12-31, the last day that Excel knows. */
const LAST_DAY = 2_932_896;
/** Billionths of a day in a ms; the ninth decimal is a tenth of a ms. */
const BILLIONTHS_PER_MS = 1e9 / DAY_MS;
const VALUE_BYTES = 152;

/** Turns UTC into what a clock of another zone shows, in epoch ms. */
export type ZoneShift = (ms: number) => number;

/** Dates as serials; those that Excel does not know become text. */
export function dateCell(context: ValueContext): CellWriter {
  const frame = new CellFrame(context);
  const iso = isoText(isoDateCell());
  const writeDays = (bytes: Buffer, position: number, days: number): number =>
    frame.closeNumber(bytes, writeInt31(bytes, frame.openNumber(bytes, position), days + EPOCH_SERIAL));
  return {
    value: (bytes, position, value) => {
      const text = iso(value);
      if (text === undefined) return MISFIT;
      const days = Date.parse(text) / DAY_MS;
      if (days >= FIRST_DAY && days <= LAST_DAY) return writeDays(bytes, position, days);
      return frame.writeText(bytes, position, text);
    },
    number: (bytes, position, days) => {
      if (days >= FIRST_DAY && days <= LAST_DAY) return writeDays(bytes, position, days);
      const text = iso(days);
      return text === undefined ? MISFIT : frame.writeText(bytes, position, text);
    },
    width: VALUE_BYTES,
  };
}

/** What instant cells need besides. */
export interface InstantContext extends ValueContext {
  /** Raised for every value finer than a ms, which a sheet does not keep. */
  readonly rounded: WarningCounter;
  /** Absent: clocks show UTC. */
  readonly shift?: ZoneShift | undefined;
}

/** Instants as serials, to the ms; those that Excel does not know become text. */
export function instantCell(unit: TimeUnit, context: InstantContext): CellWriter {
  const frame = new CellFrame(context);
  const iso = isoText(isoInstantCell(unit));
  const { shift, rounded } = context;
  const scale = unit === 's' ? 1000 : 1;
  const perMs = unit === 'us' ? 1000n : unit === 'ns' ? 1_000_000n : 0n;

  const writeMs = (bytes: Buffer, position: number, instant: number, value: unknown): number => {
    const ms = shift === undefined ? instant : shift(instant);
    const days = Math.floor(ms / DAY_MS);
    if (days >= FIRST_DAY && days <= LAST_DAY && ms === Math.floor(ms)) {
      const at = writeInt31(bytes, frame.openNumber(bytes, position), days + EPOCH_SERIAL);
      return frame.closeNumber(bytes, writeFraction(bytes, at, ms - days * DAY_MS));
    }
    const text = iso(value);
    return text === undefined ? MISFIT : frame.writeText(bytes, position, text);
  };
  const writeFine = (bytes: Buffer, position: number, value: bigint): number => {
    if (BigInt.asIntN(64, value) !== value) return MISFIT;
    let rest = value % perMs;
    if (rest < 0n) rest += perMs;
    const end = writeMs(bytes, position, Number((value - rest) / perMs), value);
    if (end >= 0 && rest !== 0n) rounded.count++;
    return end;
  };
  const value: CellWriter['value'] = (bytes, position, cell) => {
    if (cell instanceof Date) {
      const ms = cell.getTime();
      return writeMs(bytes, position, scale === 1 ? ms : Math.floor(ms / 1000) * 1000, cell);
    }
    if (typeof cell !== 'bigint') return MISFIT;
    if (perMs !== 0n) return writeFine(bytes, position, cell);
    return writeMs(bytes, position, Number(cell) * scale, cell);
  };
  return {
    value,
    number: (bytes, position, count) =>
      perMs === 0n
        ? writeMs(bytes, position, count * scale, count)
        : writeFine(bytes, position, BigInt(count)),
    width: VALUE_BYTES,
  };
}

/** The time of day as decimals of a day; nothing at midnight. */
function writeFraction(bytes: Buffer, position: number, msOfDay: number): number {
  if (msOfDay === 0) return position;
  bytes[position] = 46;
  return writePadded(bytes, position + 1, Math.round(msOfDay * BILLIONTHS_PER_MS), 9);
}

/** The ISO text that a cell of export-core would write for a value, or for a number of column data. */
function isoText(cell: CellWriter): (value: unknown) => string | undefined {
  const scratch = Buffer.alloc(cell.width);
  return (value) => {
    const end =
      typeof value === 'number' && cell.number !== undefined
        ? cell.number(scratch, 0, value)
        : cell.value(scratch, 0, value);
    return end < 0 ? undefined : scratch.toString('latin1', 0, end);
  };
}
