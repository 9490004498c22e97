import { PerfError } from '@perf/contracts';

const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ['b', 1],
  ['kb', 1e3],
  ['mb', 1e6],
  ['gb', 1e9],
  ['kib', 1024],
  ['mib', 1024 ** 2],
  ['gib', 1024 ** 3],
]);

/** Bytes of a size as people write it: `150mb`, `1.5 GiB`, `4096`. @param option for the message */
export function byteSize(text: string, option: string): number {
  const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const factor = UNITS.get(unit.toLowerCase());
  if (digits === '' || factor === undefined)
    throw new PerfError('ERR_PERF_INVALID_OPTION', `${option} must be a size like 150mb, got ${text}`);
  return Math.round(Number(digits) * factor);
}

/** A size with the digits that matter. */
export function shownBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return 'no limit';
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(0)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
