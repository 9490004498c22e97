import { PerfError } from '@perf/contracts';

/** What one column wants, in hundredths of a point, padding included. */
export interface WidthWish {
  /** As given by the caller; the rest is then without meaning. */
  readonly fixed: number | undefined;
  /** Below this words are cut. */
  readonly low: number;
  /** What it had better have beyond that, for longer numbers to come. */
  readonly reserve: number;
  /** At this nothing wraps. */
  readonly high: number;
  /** Its share of width that nobody needs, beside its own size. */
  readonly stretch: number;
  /** Below this not even one character stands in a line. */
  readonly least: number;
}

const STEPS = 50;

/**
 * Widths that fill `available` hundredths of a point, or less when `isFilled` is false. When all fit, what is left is shared out by size and stretch.
 * When they do not, the longest texts give way first, down to their longest word, then what is kept for longer numbers; then all are cut by the same share.
 */
export function fitWidths(wishes: readonly WidthWish[], available: number, isFilled: boolean): number[] {
  const fixed = sum(wishes.map((wish) => wish.fixed ?? 0));
  const free = wishes.filter((wish) => wish.fixed === undefined);
  const room = available - fixed;
  const least = sum(free.map((wish) => wish.least));
  if (least > room)
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      `${wishes.length} columns do not fit: they need at least ${points(fixed + least)} points of width, and the page has ${points(available)}; ` +
        'choose fewer columns, a larger page, landscape, or a smaller fontSize',
    );
  const widths = freeWidths(free, room, isFilled);
  let next = 0;
  return wishes.map((wish) => wish.fixed ?? widths[next++] ?? 0);
}

function freeWidths(free: readonly WidthWish[], room: number, isFilled: boolean): number[] {
  const highs = free.map(({ high, least }) => Math.max(high, least));
  const total = sum(highs);
  if (total <= room) {
    if (!isFilled || total === 0) return highs;
    const weights = highs.map((high, i) => high * (free[i]?.stretch ?? 1));
    const extra = (room - total) / sum(weights);
    return settled(
      highs.map((high, i) => high + (weights[i] ?? 0) * extra),
      room,
    );
  }
  const lows = free.map(({ low, least }) => Math.max(low, least));
  const reserved = free.map(({ low, reserve, least }) => Math.max(low + reserve, least));
  const tries = [
    (level: number): number[] => free.map((_, i) => within(reserved, highs, i, level)),
    (level: number): number[] => free.map((_, i) => within(lows, reserved, i, level * (reserved[i] ?? 0))),
    (level: number): number[] => free.map(({ least }, i) => Math.max(least, level * (lows[i] ?? 0))),
  ];
  const fitting = tries.find((at) => sum(at(0)) <= room);
  return fitting === undefined ? lows : settled(levelled(room, fitting), room);
}

function within(lows: readonly number[], highs: readonly number[], i: number, width: number): number {
  return Math.min(highs[i] ?? 0, Math.max(lows[i] ?? 0, width));
}

/** The widths at the highest level, from 0 to `room`, at which their sum does not pass `room`. */
function levelled(room: number, at: (level: number) => number[]): number[] {
  let [low, high] = [0, room];
  for (let step = 0; step < STEPS; step++) {
    const middle = (low + high) / 2;
    if (sum(at(middle)) <= room) low = middle;
    else high = middle;
  }
  return at(low);
}

/** Whole numbers whose sum is no more than `room`; the widest gets what rounding left. */
function settled(widths: readonly number[], room: number): number[] {
  const whole = widths.map(Math.floor);
  const rest = Math.floor(Math.min(room, sum(widths) + 0.5)) - sum(whole);
  const widest = whole.indexOf(Math.max(...whole));
  return whole.map((width, i) => (i === widest ? width + Math.max(0, rest) : width));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function points(hundredths: number): string {
  return (hundredths / 100).toFixed(0);
}
