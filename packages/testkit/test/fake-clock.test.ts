import { FakeClock } from '@perf/testkit';
import { describe, expect, it } from 'vitest';

describe('FakeClock', () => {
  it('stands still until told', () => {
    const clock = new FakeClock(1000);

    expect(clock.now()).toBe(1000);
    clock.advance(0.5);
    expect(clock.now()).toBe(1000.5);
    expect(clock.monotonic()).toBe(0.5);
  });

  it('runs timers in order of time, then of making, each at its own time', () => {
    const clock = new FakeClock(0);
    const seen: string[] = [];
    clock.after(20, () => seen.push(`c at ${clock.now()}`));
    clock.after(10, () => seen.push(`a at ${clock.now()}`));
    clock.after(10, () => seen.push(`b at ${clock.now()}`));
    clock.after(31, () => seen.push('never'));

    clock.advance(30);

    expect(seen).toEqual(['a at 10', 'b at 10', 'c at 20']);
    expect(clock.now()).toBe(30);
    expect(clock.pending).toBe(1);
  });

  it('runs a timer that a timer sets when it falls in the stretch', () => {
    const clock = new FakeClock(0);
    const seen: number[] = [];
    const again = (): void => {
      seen.push(clock.now());
      clock.after(10, again);
    };
    clock.after(10, again);

    clock.advance(35);

    expect(seen).toEqual([10, 20, 30]);
  });

  it('lets a timer be taken back, also twice', () => {
    const clock = new FakeClock();
    const timer = clock.after(10, () => expect.unreachable());

    timer.cancel();
    timer.cancel();
    clock.advance(100);

    expect(clock.pending).toBe(0);
  });

  it('wakes sleepers', async () => {
    const clock = new FakeClock();
    let awake = false;
    const sleeping = clock.sleep(50).then(() => (awake = true));

    await clock.advanceAndSettle(49);
    expect(awake).toBe(false);
    await clock.advanceAndSettle(1);
    expect(awake).toBe(true);
    await sleeping;
  });

  it('ends a sleep when its signal is aborted, and leaves no timer', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    const sleeping = clock.sleep(50, controller.signal);

    controller.abort(new Error('wake up'));

    await expect(sleeping).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
    expect(clock.pending).toBe(0);
    await expect(clock.sleep(50, controller.signal)).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
  });

  it('moves the wall clock alone when it jumps', () => {
    const clock = new FakeClock(1000);
    clock.after(10, () => undefined);

    clock.jumpTo(0);

    expect(clock.now()).toBe(0);
    expect(clock.monotonic()).toBe(0);
    clock.advance(10);
    expect(clock.now()).toBe(10);
    expect(clock.pending).toBe(0);
  });

  it('does not go back', () => {
    expect(() => new FakeClock().advance(-1)).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });
});
