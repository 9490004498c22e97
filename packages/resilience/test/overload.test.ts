import { PerfError } from '@perf/contracts';
import type { DegradationStep, GracefulDegradationOptions, Priority, Ways } from '@perf/resilience';
import {
  AdaptiveLimit,
  Bulkhead,
  GracefulDegradation,
  Limit,
  LoadShedder,
  MemoryGuard,
  bulkheadProfile,
  degradationProfile,
  degradationSteps,
} from '@perf/resilience';
import { FakeClock } from '@perf/testkit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const invalid: unknown = expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' });

describe('AdaptiveLimit', () => {
  /** A dependency that does `places` things at once, each in 10 ms; more of them take longer. */
  async function drive(
    limit: AdaptiveLimit,
    clock: FakeClock,
    places: () => number,
    ms: number,
  ): Promise<void> {
    const end = clock.monotonic() + ms;
    let busy = 0;
    const work = async (): Promise<void> => {
      busy += 1;
      await clock.sleep(10 * Math.max(1, busy / places()));
      busy -= 1;
    };
    while (clock.monotonic() < end) {
      while (limit.running < limit.max) void limit.run(work);
      await clock.advanceAndSettle(5);
    }
    while (limit.running > 0) await clock.advanceAndSettle(100);
  }

  it('grows while work takes its usual time, and falls when it takes longer', async () => {
    const clock = new FakeClock();
    const limit = new AdaptiveLimit({ now: clock.monotonic });
    let places = 1000;

    await drive(limit, clock, () => places, 3000);
    const grown = limit.max;
    places = 10;
    await drive(limit, clock, () => places, 3000);

    expect(grown).toBeGreaterThan(40);
    expect(limit.max).toBeLessThan(grown / 2);
  });

  it('stays as it is when its callers do not use it', async () => {
    const clock = new FakeClock();
    const limit = new AdaptiveLimit({ now: clock.monotonic });
    for (let i = 0; i < 200; i++) {
      const run = limit.run(() => clock.sleep(10));
      await clock.advanceAndSettle(10);
      await run;
    }

    expect(limit.max).toBe(20);
  });

  it('backs off once a window on overload errors, and not below min', async () => {
    const clock = new FakeClock();
    const limit = new AdaptiveLimit({ now: clock.monotonic, initial: 20, min: 15 });
    const failWith = async (cause: Error): Promise<void> => {
      await expect(limit.run(() => Promise.reject(cause))).rejects.toBe(cause);
    };
    const fail = (): Promise<void> => failWith(new Error('no overload'));
    const overload = (): Promise<void> => failWith(new PerfError('ERR_PERF_TIMEOUT', 'planted'));

    await fail();
    expect(limit.max).toBe(20);
    await overload();
    await overload();
    expect(limit.max).toBe(18);
    for (let i = 0; i < 5; i++) {
      clock.advance(100);
      await overload();
    }

    expect(limit.max).toBe(15);
  });

  it.each([{ initial: 2 }, { min: 0 }, { max: 3 }, { initial: 300 }, { tolerance: 0.5 }, { windowMs: 0 }])(
    'refuses %o',
    (options) => {
      expect(() => new AdaptiveLimit(options)).toThrow(invalid);
    },
  );
});

describe('Bulkhead', () => {
  it('keeps a full compartment from the others', async () => {
    const bulkhead = new Bulkhead({ database: { max: 1, maxWaiting: 0 }, prices: { max: 1 } });
    void bulkhead.run('database', () => new Promise(() => undefined));

    await expect(bulkhead.run('database', () => 1)).rejects.toMatchObject({
      code: 'ERR_PERF_OVERLOADED',
      message: 'database is full: 1 run and 0 wait',
    });
    await expect(bulkhead.run('prices', () => 2)).resolves.toBe(2);
  });

  it('has the founding sizes, and refuses a name it does not know', () => {
    const bulkhead = new Bulkhead(bulkheadProfile);

    expect(bulkhead.limit('databaseQueries').max).toBe(50);
    expect(() => new Bulkhead<string>(bulkheadProfile).limit('toString')).toThrow(invalid);
  });
});

describe('LoadShedder', () => {
  it('takes what begins in time and refuses the rest unstarted, whatever is offered', async () => {
    const clock = new FakeClock();
    const shedder = new LoadShedder(new Limit(2), { now: clock.monotonic });
    const waits: number[] = [];
    const codes: unknown[] = [];
    for (let i = 0; i < 400; i++) {
      const came = clock.monotonic();
      const work = async (): Promise<void> => {
        waits.push(clock.monotonic() - came);
        await clock.sleep(10);
      };
      shedder.run(work).catch((error: { code: string }) => void codes.push(error.code));
      await clock.advanceAndSettle(1);
    }
    for (let i = 0; i < 300; i++) await clock.advanceAndSettle(1);

    expect(new Set(codes)).toEqual(new Set(['ERR_PERF_OVERLOADED']));
    expect(waits.length + codes.length).toBe(400);
    expect(shedder.statistics).toEqual({ admitted: waits.length, shed: codes.length });
    // 400 ms at 2 things every 10 ms, and the full room that is left.
    expect(waits.length).toBeGreaterThanOrEqual(90);
    expect(Math.max(...waits)).toBeLessThanOrEqual(115);
  });

  it('sheds low priority first', async () => {
    const clock = new FakeClock();
    const shedder = new LoadShedder(new Limit(1), { now: clock.monotonic });
    const done = { high: 0, low: 0 };
    for (let i = 0; i < 200; i++) {
      const priority = i % 2 === 0 ? 'high' : 'low';
      const work = async (): Promise<void> => {
        await clock.sleep(10);
        done[priority] += 1;
      };
      shedder.run(work, { priority }).catch(() => undefined);
      await clock.advanceAndSettle(5);
    }

    expect(done.high).toBeGreaterThan(80);
    expect(done.low).toBeLessThan(20);
  });

  it('says when to come again, and heeds what a deadline leaves', async () => {
    const clock = new FakeClock();
    const shedder = new LoadShedder(new Limit(1), { now: clock.monotonic, expectedMs: 50 });
    void shedder.run(() => new Promise(() => undefined));

    await expect(shedder.run(() => 1, { maxWaitMs: 49 })).rejects.toMatchObject({
      code: 'ERR_PERF_OVERLOADED',
      retryAfterMs: 50,
    });
  });

  it.each([{ maxWaitMs: 0 }, { expectedMs: 0 }, { maxWaitMs: Number.NaN }])('refuses %o', (options) => {
    expect(() => new LoadShedder(new Limit(1), options)).toThrow(invalid);
  });
});

describe('MemoryGuard', () => {
  it('holds what fits, streams what does not, and refuses what can do neither', () => {
    let used = 500;
    const guard = new MemoryGuard({ maxProcessBytes: 1000, maxHeldBytes: 300, processBytes: () => used });
    const first = guard.claim(200, { canStream: false });

    expect(first.mode).toBe('hold');
    expect(guard.claim(200, { canStream: true }).mode).toBe('stream');
    expect(() => guard.claim(200, { canStream: false })).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_OVERLOADED', retryAfterMs: 1000 }),
    );
    expect(() => guard.claim(301, { canStream: false })).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_LIMIT_EXCEEDED' }),
    );
    first.release();
    first.release();
    expect(guard.heldBytes).toBe(0);
    used = 1000;
    expect(() => guard.claim(1, { canStream: true })).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_OVERLOADED' }),
    );
  });

  it('never holds more than it may, and nothing when all is released', () => {
    const run = fc.property(fc.array(fc.record({ bytes: fc.nat(200), free: fc.nat(10) })), (steps) => {
      const guard = new MemoryGuard({ maxProcessBytes: 10_000, maxHeldBytes: 300, processBytes: () => 0 });
      const claims = [];
      for (const { bytes, free } of steps) {
        claims.push(guard.claim(bytes, { canStream: true }));
        claims.splice(free, 1)[0]?.release();
        expect(guard.heldBytes).toBeLessThanOrEqual(300);
      }
      for (const claim of claims) claim[Symbol.dispose]();
      expect(guard.heldBytes).toBe(0);
    });

    fc.assert(run);
  });

  it.each([{ maxProcessBytes: 0 }, { maxHeldBytes: -1 }])('refuses %o', (options) => {
    expect(() => new MemoryGuard(options)).toThrow(invalid);
  });
});

describe('GracefulDegradation', () => {
  function ladder(options: GracefulDegradationOptions = {}): {
    clock: FakeClock;
    degradation: GracefulDegradation;
    changes: string[];
  } {
    const clock = new FakeClock();
    const changes: string[] = [];
    const onChange = (step: DegradationStep, before: DegradationStep): void =>
      void changes.push(`${before} → ${step}`);
    return {
      clock,
      changes,
      degradation: new GracefulDegradation({ now: clock.monotonic, calmMs: 1000, onChange, ...options }),
    };
  }

  it('climbs at once, as far as the load says, and comes down step by step in calm', () => {
    const { clock, degradation, changes } = ladder();

    expect(degradation.observe(0.79)).toBe('normal');
    expect(degradation.observe(1.1)).toBe('cached');
    for (let i = 0; i < 50; i++) {
      clock.advance(100);
      degradation.observe(0.1);
    }

    expect(changes).toEqual(['normal → cached', 'cached → essential', 'essential → stale', 'stale → normal']);
  });

  it('does not flicker between the thresholds, nor when calm is interrupted', () => {
    const { clock, degradation, changes } = ladder();
    degradation.observe(0.8);
    for (let i = 0; i < 30; i++) {
      clock.advance(400);
      degradation.observe(i % 2 === 0 ? 0.79 : 0.59);
    }

    expect(changes).toEqual(['normal → stale']);
  });

  it('holds at least the step that the load enters, and leaves one only after calmMs', () => {
    const run = fc.property(
      fc.array(fc.record({ load: fc.double({ min: 0, max: 3, noNaN: true }), ms: fc.nat(800) })),
      (loads) => {
        const { clock, degradation } = ladder();
        let lastDown = 0;
        const stays: number[] = [];
        for (const { load, ms } of loads) {
          clock.advance(ms);
          const before = degradationSteps.indexOf(degradation.step);
          const level = degradationSteps.indexOf(degradation.observe(load));
          const entered = Object.values(degradationProfile).filter(({ enterAt }) => load >= enterAt).length;
          expect(level).toBeGreaterThanOrEqual(entered);
          expect(level).toBeGreaterThanOrEqual(before - 1);
          if (level < before) {
            stays.push(clock.monotonic() - lastDown);
            lastDown = clock.monotonic();
          }
        }
        expect(stays.every((ms) => ms >= 1000)).toBe(true);
      },
    );

    fc.assert(run);
  });

  it('answers as each step allows', async () => {
    const { degradation } = ladder();
    const answers: unknown[] = [];
    const ways = {
      full: () => 'full',
      stale: () => 'stale',
      essential: () => 'essential',
      cached: () => 'cached',
    };
    const bare = { full: () => 'full' };
    for (const load of [0, 0.8, 0.95, 1.1, 1.4, 2]) {
      degradation.observe(load);
      const serve = (way: Ways<string>, priority: Priority): Promise<unknown> =>
        degradation.serve(way, { priority }).catch((error: { code: string }) => error.code);
      answers.push(await Promise.all([serve(ways, 'normal'), serve(ways, 'low'), serve(bare, 'normal')]));
    }
    const no = 'ERR_PERF_OVERLOADED';

    expect(answers).toEqual([
      ['full', 'full', 'full'],
      ['stale', 'stale', 'full'],
      ['stale', 'stale', 'full'],
      ['cached', 'cached', no],
      ['cached', no, no],
      [no, no, no],
    ]);
    await expect(degradation.serve(bare)).rejects.toMatchObject({ retryAfterMs: 1000 });
  });

  it.each([Number.NaN, -1])('refuses a load of %s', (load) => {
    expect(() => ladder().degradation.observe(load)).toThrow(invalid);
  });

  it('refuses thresholds that fall, or that leave no room between entry and exit', () => {
    const equal = { ...degradationProfile, stale: { enterAt: 0.5, exitBelow: 0.5 } };
    const falling = { ...degradationProfile, refuse: { enterAt: 0.3, exitBelow: 0.2 } };

    expect(() => ladder({ thresholds: equal })).toThrow(invalid);
    expect(() => ladder({ thresholds: falling })).toThrow(invalid);
  });
});
