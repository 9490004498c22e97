import { RateLimit } from '@perf/resilience';
import { FakeClock } from '@perf/testkit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** The textbook token bucket. */
class Bucket {
  tokens: number;
  at = 0;
  readonly perMs: number;
  readonly burst: number;

  constructor(perSecond: number, burst: number) {
    this.perMs = perSecond / 1000;
    this.burst = burst;
    this.tokens = burst;
  }

  take(now: number, cost: number): boolean {
    this.tokens = Math.min(this.burst, this.tokens + (now - this.at) * this.perMs);
    this.at = now;
    if (this.tokens < cost - 1e-6) return false;
    this.tokens -= cost;
    return true;
  }
}

describe('RateLimit', () => {
  it('allows each owner what a token bucket of its own would', () => {
    const take = fc.record({ owner: fc.constantFrom('a', 'b', 'c'), cost: fc.nat(4), waitMs: fc.nat(400) });
    const run = fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 8 }),
      fc.array(take),
      (perSecond, burst, takes) => {
        const clock = new FakeClock();
        const limit = new RateLimit({ perSecond, burst, now: clock.monotonic });
        const models = new Map<string, Bucket>();
        for (const { owner, cost, waitMs } of takes) {
          clock.advance(waitMs);
          const model = models.get(owner) ?? new Bucket(perSecond, burst);
          models.set(owner, model);
          expect(limit.take(owner, cost).allowed).toBe(model.take(clock.monotonic(), cost));
        }
      },
    );

    fc.assert(run);
  });

  it('says when to come again, and keeps its word', () => {
    const clock = new FakeClock();
    const limit = new RateLimit({ perSecond: 2, burst: 1, now: clock.monotonic });
    expect(limit.take('a')).toEqual({ allowed: true, remaining: 0 });

    const refused = limit.take('a');

    expect(refused).toMatchObject({ allowed: false });
    expect('retryAfterMs' in refused ? refused.retryAfterMs : 0).toBeCloseTo(500);
    clock.advance(499);
    expect(limit.take('a').allowed).toBe(false);
    clock.advance(1);
    expect(limit.take('a').allowed).toBe(true);
    expect(limit.take('a', 2)).toEqual({ allowed: false, retryAfterMs: Infinity });
  });

  it('remembers no more owners than it may, and gives nobody a new bucket for pushing others out', () => {
    const clock = new FakeClock();
    const limit = new RateLimit({ perSecond: 1, burst: 1, maxOwners: 2, now: clock.monotonic });
    expect([limit.take('a').allowed, limit.take('b').allowed]).toEqual([true, true]);

    const strangers = ['c', 'd', 'e'].map((owner) => limit.take(owner).allowed);

    expect(strangers).toEqual([true, false, false]);
    expect([limit.take('a').allowed, limit.owners]).toEqual([false, 2]);
    clock.advance(1000);
    expect(['c', 'd'].map((owner) => limit.take(owner).allowed)).toEqual([true, true]);
    expect(limit.owners).toBe(2);
  });

  it.each([
    { perSecond: 0 },
    { perSecond: Number.NaN },
    { perSecond: 1, burst: 0 },
    { perSecond: 1, maxOwners: 0 },
  ])('refuses %o', (options) => {
    expect(() => new RateLimit(options)).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });

  it('refuses a cost that is none', () => {
    expect(() => new RateLimit({ perSecond: 1 }).take('a', -1)).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });
});
