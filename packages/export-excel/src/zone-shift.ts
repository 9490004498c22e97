import type { ZoneShift } from './date-cells.ts';

/** Zones change their offset at full quarters of an hour only. */
const QUARTER_MS = 900_000;
const MAX_KNOWN = 65_536;
/** As in `GMT+05:30`. */
const OFFSET = /GMT(?:([+-])(\d{2}):(\d{2})(?::(\d{2}))?)?/;

/** What clocks of a time zone show, from epoch ms. Undefined for UTC, which needs no shift. */
export function zoneShift(timezone: string | undefined): ZoneShift | undefined {
  if (timezone === undefined || timezone === 'UTC') return undefined;
  const format = new Intl.DateTimeFormat('en-US', { timeZone: timezone, timeZoneName: 'longOffset' });
  const offsets = new Map<number, number>();
  return (ms) => {
    if (!(Math.abs(ms) <= 8.64e15)) return ms;
    const quarter = Math.floor(ms / QUARTER_MS);
    let offset = offsets.get(quarter);
    if (offset === undefined) {
      if (offsets.size >= MAX_KNOWN) offsets.clear();
      offset = offsetOf(format, quarter * QUARTER_MS);
      offsets.set(quarter, offset);
    }
    return ms + offset;
  };
}

function offsetOf(format: Intl.DateTimeFormat, ms: number): number {
  const name = format.formatToParts(ms).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = OFFSET.exec(name) ?? [];
  const size = (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000;
  return sign === '-' ? -size : size;
}
