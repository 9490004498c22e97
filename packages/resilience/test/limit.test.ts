import { Limit } from '@perf/resilience';
import { FakeClock } from '@perf/testkit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settle } from './settle.ts';

describe('Limit', () => {
  it('never runs more than its limit, runs every piece once, and begins them in order of arrival', async () => {
    const run = fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.record({ turns: fc.nat(4), fails: fc.boolean() }), { maxLength: 40 }),
      async (max, pieces) => {
        const limit = new Limit(max);
        const begun: number[] = [];
        let [running, peak] = [0, 0];

        const outcomes = await Promise.allSettled(
          pieces.map(({ turns, fails }, i) =>
            limit.run(async () => {
              begun.push(i);
              running += 1;
              peak = Math.max(peak, running);
              for (let turn = 0; turn < turns; turn++) await Promise.resolve();
              running -= 1;
              if (fails) throw new Error('planted');
              return i;
            }),
          ),
        );

        expect(peak).toBeLessThanOrEqual(max);
        expect(begun).toEqual(pieces.map((_, i) => i));
        expect(outcomes.map(({ status }) => status === 'rejected')).toEqual(pieces.map(({ fails }) => fails));
        expect([limit.running, limit.waiting]).toEqual([0, 0]);
      },
    );

    await fc.assert(run);
  });

  it('holds its limit through aborts and changes of size, and loses no turn', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('start' as const) }),
      fc.record({ kind: fc.constant('finish' as const), at: fc.nat(20) }),
      fc.record({ kind: fc.constant('abort' as const), at: fc.nat(20) }),
      fc.record({ kind: fc.constant('resize' as const), max: fc.integer({ min: 1, max: 6 }) }),
    );
    const run = fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const limit = new Limit(2);
      const running: PromiseWithResolvers<void>[] = [];
      const callers: { controller: AbortController; outcome: Promise<unknown> }[] = [];
      let most = 2;
      let excess = 0;
      for (const one of steps) {
        if (one.kind === 'start') {
          const controller = new AbortController();
          const work = (): Promise<void> => {
            excess = Math.max(excess, running.length + 1 - most);
            running.push(Promise.withResolvers());
            return running.at(-1)?.promise ?? Promise.reject(new Error('unreachable'));
          };
          const outcome = limit.run(work, { signal: controller.signal });
          callers.push({ controller, outcome: outcome.catch((error: unknown) => error) });
        }
        if (one.kind === 'finish') running.splice(one.at, 1)[0]?.resolve();
        if (one.kind === 'abort') callers[one.at]?.controller.abort();
        if (one.kind === 'resize') {
          limit.resize(one.max);
          most = Math.max(one.max, running.length);
        }
        await settle();
        most = Math.max(limit.max, running.length);
        expect(excess).toBeLessThanOrEqual(0);
        expect(limit.running).toBe(running.length);
        expect(limit.waiting === 0 || limit.running >= limit.max).toBe(true);
      }
      while (running.length > 0) {
        running.shift()?.resolve();
        await settle();
      }
      await Promise.all(callers.map(({ outcome }) => outcome));
      expect([limit.running, limit.waiting]).toEqual([0, 0]);
    });

    await fc.assert(run);
  });

  it('serves callers of high priority first', async () => {
    const limit = new Limit(1);
    const gate = Promise.withResolvers<void>();
    const begun: string[] = [];
    const first = limit.run(() => gate.promise);
    const rest = (['low', 'normal', 'high'] as const).map((priority) =>
      limit.run(() => void begun.push(priority), { priority }),
    );

    gate.resolve();
    await Promise.all([first, ...rest]);

    expect(begun).toEqual(['high', 'normal', 'low']);
  });

  it('refuses who finds the room full, and lets nobody wait longer than waitMs', async () => {
    const clock = new FakeClock();
    const limit = new Limit(1, {
      maxWaiting: 1,
      waitMs: 100,
      after: (ms, action) => clock.after(ms, action),
    });
    const gate = Promise.withResolvers<void>();
    const first = limit.run(() => gate.promise);
    const second = limit.run(() => 'second');

    await expect(limit.run(() => 'third')).rejects.toMatchObject({ code: 'ERR_PERF_OVERLOADED' });
    clock.advance(100);

    await expect(second).rejects.toMatchObject({ code: 'ERR_PERF_TIMEOUT' });
    gate.resolve();
    await first;
    expect([limit.running, limit.waiting, clock.pending]).toEqual([0, 0, 0]);
  });

  it('does not begin work whose signal is aborted already', async () => {
    const run = new Limit(1).run(() => expect.unreachable(), { signal: AbortSignal.abort() });

    await expect(run).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses a limit of %s', (max) => {
    expect(() => new Limit(max)).toThrow(expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }));
  });
});
