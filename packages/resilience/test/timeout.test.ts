import type { TimeSource } from '@perf/resilience';
import { Deadlines, Limit, withTimeout } from '@perf/resilience';
import { FakeClock } from '@perf/testkit';
import { describe, expect, it } from 'vitest';
import { failureOf } from './failure-of.ts';
import { settle } from './settle.ts';

const hang = (): Promise<never> => new Promise(() => undefined);

function timeOf(clock: FakeClock): Required<TimeSource> {
  return { now: clock.monotonic, after: (ms, action) => clock.after(ms, action) };
}

describe('withTimeout', () => {
  it('gives what the work gives, and leaves no timer', async () => {
    const clock = new FakeClock();

    await expect(withTimeout(100, () => 'done', timeOf(clock))).resolves.toBe('done');

    expect(clock.pending).toBe(0);
  });

  it('ends work that heeds no signal, and aborts its signal', async () => {
    const clock = new FakeClock();
    let seen: AbortSignal | undefined;
    const run = failureOf(
      withTimeout(100, (signal) => ((seen = signal), hang()), { ...timeOf(clock), doing: 'the query' }),
    );

    clock.advance(100);

    const code = 'ERR_PERF_TIMEOUT';
    await expect(run).resolves.toMatchObject({ code, message: 'the query took longer than 100 ms' });
    expect(seen?.reason).toMatchObject({ code });
  });

  it('passes an abort from outside on as ERR_PERF_ABORTED', async () => {
    const clock = new FakeClock();
    const controller = new AbortController();
    let seen: AbortSignal | undefined;
    const options = { ...timeOf(clock), signal: controller.signal };
    const run = failureOf(withTimeout(100, (signal) => ((seen = signal), hang()), options));

    controller.abort('gone');

    await expect(run).resolves.toMatchObject({ code: 'ERR_PERF_ABORTED', cause: 'gone' });
    expect(seen?.aborted).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('does not begin when the signal is aborted already, and refuses a time that is none', async () => {
    const work = (): never => expect.unreachable();

    await expect(withTimeout(5, work, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ERR_PERF_ABORTED',
    });
    await expect(withTimeout(Number.NaN, work)).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_OPTION' });
  });
});

describe('Deadlines', () => {
  it('is seen by all that runs inside, after any await, and by nothing outside', async () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines(timeOf(clock));
    const seen: (number | undefined)[] = [];
    const look = async (): Promise<void> => {
      await Promise.resolve();
      seen.push(deadlines.current?.remainingMs());
    };

    await deadlines.run(1000, async () => {
      clock.advance(300);
      await look();
      await Promise.all([look(), deadlines.run(200, look), deadlines.run(5000, look)]);
    });

    expect(seen.toSorted((a = 0, b = 0) => a - b)).toEqual([200, 700, 700, 700]);
    expect(deadlines.current).toBeUndefined();
  });

  it('ends the wait at a limit with ERR_PERF_TIMEOUT when the time is over', async () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines(timeOf(clock));
    const limit = new Limit(1);
    void limit.run(hang);
    const inner: unknown[] = [];
    const run = failureOf(
      deadlines.run(100, ({ signal }) =>
        limit.run(hang, { signal }).catch((error: unknown) => void inner.push(error)),
      ),
    );

    clock.advance(100);
    await expect(run).resolves.toMatchObject({ code: 'ERR_PERF_TIMEOUT' });
    await settle();

    expect(inner).toMatchObject([{ code: 'ERR_PERF_TIMEOUT' }]);
    expect([limit.running, limit.waiting]).toEqual([1, 0]);
  });

  it('inside another deadline ends with it', async () => {
    const clock = new FakeClock();
    const deadlines = new Deadlines(timeOf(clock));
    const ended: string[] = [];
    const inner = (): Promise<void> =>
      deadlines.run(5000, hang).catch((error: { code: string }) => void ended.push(error.code));
    const outer = failureOf(deadlines.run(100, inner));

    clock.advance(100);
    await expect(outer).resolves.toMatchObject({ code: 'ERR_PERF_TIMEOUT' });
    await settle();

    expect(ended).toEqual(['ERR_PERF_TIMEOUT']);
  });
});
