import type { TimeUnit } from '@perf/contracts';
import type { CellWriter } from '@perf/export-core';
import { MISFIT, writeBigint, writeInteger } from '@perf/export-core';

const PER_MS: Readonly<Record<'us' | 'ns', bigint>> = { us: 1000n, ns: 1_000_000n };

/** Writes timestamps as whole ms since 1970-01-01 in UTC; finer parts are cut off towards the past. */
export function epochMsCell(unit: TimeUnit): CellWriter {
  if (unit === 'us' || unit === 'ns') return fineCell(PER_MS[unit]);
  const scale = unit === 's' ? 1000 : 1;
  return {
    value: (bytes, position, value) => {
      if (value instanceof Date) {
        const ms = value.getTime();
        return Number.isNaN(ms) ? MISFIT : writeInteger(bytes, position, Math.floor(ms / scale) * scale);
      }
      if (typeof value !== 'bigint' || BigInt.asIntN(64, value) !== value) return MISFIT;
      return writeBigint(bytes, position, value * BigInt(scale));
    },
    number: (bytes, position, value) => writeBigint(bytes, position, BigInt(value) * BigInt(scale)),
    width: 24,
  };
}

function fineCell(perMs: bigint): CellWriter {
  const write = (bytes: Buffer, position: number, value: bigint): number => {
    const cut = value % perMs < 0n ? value - perMs : value;
    return writeBigint(bytes, position, cut / perMs);
  };
  return {
    value: (bytes, position, value) => {
      if (typeof value === 'bigint')
        return BigInt.asIntN(64, value) === value ? write(bytes, position, value) : MISFIT;
      if (!(value instanceof Date) || Number.isNaN(value.getTime())) return MISFIT;
      return writeInteger(bytes, position, value.getTime());
    },
    number: (bytes, position, value) => write(bytes, position, BigInt(value)),
    width: 24,
  };
}
