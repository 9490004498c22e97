import { FakeClock } from '@perf/testkit';
import { describe, expect, it } from 'vitest';
import { CoarseClock } from '../src/memory/coarse-clock.ts';

/** A coarse clock over a fake one, whose timers run when it is advanced but not when it jumps. */
function setUp(): { clock: FakeClock; read: () => number; looks: () => number; timers: () => number } {
  const clock = new FakeClock(1000);
  let looks = 0;
  const now = (): number => {
    looks++;
    return clock.now();
  };
  const { read } = new CoarseClock(now, (ms, action) => clock.after(ms, action));
  return { clock, read, looks: () => looks, timers: () => clock.pending };
}

describe('CoarseClock', () => {
  it('looks at the clock once for 64 reads, then again', () => {
    const { read, looks } = setUp();

    for (let i = 0; i < 64; i++) read();
    const before = looks();
    read();

    expect([before, looks()]).toEqual([1, 2]);
  });

  it('looks anew when a ms has passed, however few reads there were', () => {
    const { clock, read } = setUp();

    const first = read();
    clock.advance(1);

    expect([first, read()]).toEqual([1000, 1001]);
  });

  it('gives the time of the last look while no timer can run', () => {
    const { clock, read } = setUp();

    read();
    clock.jumpTo(5000);
    const later = Array.from({ length: 64 }, read);

    expect(later.slice(0, 63).every((time) => time === 1000)).toBe(true);
    expect(later[63]).toBe(5000);
  });

  it('has one timer at a time, and none when nobody reads', () => {
    const { clock, read, timers } = setUp();

    for (let i = 0; i < 1000; i++) read();
    const busy = timers();
    clock.advance(1);

    expect([busy, timers()]).toEqual([1, 0]);
  });
});
