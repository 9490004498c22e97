import { PerfError } from '@perf/contracts';
import type { RetryOptions } from '@perf/resilience';
import { Retry, RetryBudget } from '@perf/resilience';
import { FakeClock } from '@perf/testkit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failureOf } from './failure-of.ts';
import { settle } from './settle.ts';

const passing = new Error('passing');
const lasting = new Error('lasting');

function retry(options: Partial<RetryOptions> = {}): { retry: Retry; delays: number[]; clock: FakeClock } {
  const clock = new FakeClock();
  const delays: number[] = [];
  const after: RetryOptions['after'] = (ms, action) => {
    delays.push(ms);
    return clock.after(ms, action);
  };
  const made = new Retry({ isRetryable: (error) => error !== lasting, random: () => 0.5, after, ...options });
  return { retry: made, delays, clock };
}

/** Lets all waits pass. */
async function pass(clock: FakeClock): Promise<void> {
  for (let i = 0; i < 10; i++) {
    await settle();
    clock.advance(100_000);
  }
}

describe('Retry', () => {
  it('tries again with growing waits, and gives the first good result', async () => {
    const { retry: retries, delays, clock } = retry({ attempts: 4, baseMs: 100, maxMs: 150 });
    const run = retries.run((attempt) => (attempt < 4 ? Promise.reject(passing) : attempt));

    await pass(clock);

    await expect(run).resolves.toBe(4);
    expect(delays).toEqual([50, 75, 75]);
  });

  it('gives the last error unchanged after the last try, and at once one that is not retryable', async () => {
    const { retry: retries, delays, clock } = retry({ attempts: 2 });
    const tried = failureOf(retries.run(() => Promise.reject(passing)));
    await pass(clock);
    await expect(tried).resolves.toBe(passing);

    await expect(retries.run(() => Promise.reject(lasting))).rejects.toBe(lasting);

    expect(delays).toHaveLength(1);
  });

  it('waits at least as long as the error asks', async () => {
    const { retry: retries, delays, clock } = retry({ attempts: 2 });
    const error = new PerfError('ERR_PERF_OVERLOADED', 'later', { retryAfterMs: 7000 });
    const run = failureOf(retries.run(() => Promise.reject(error)));

    await pass(clock);
    await expect(run).resolves.toBe(error);

    expect(delays).toEqual([7000]);
  });

  it('stops its wait when the signal is aborted, and begins no further try', async () => {
    const { retry: retries, clock } = retry();
    const controller = new AbortController();
    let tries = 0;
    const work = (): Promise<never> => ((tries += 1), Promise.reject(passing));
    const run = failureOf(retries.run(work, { signal: controller.signal }));
    await settle();

    controller.abort();

    await expect(run).resolves.toMatchObject({ code: 'ERR_PERF_ABORTED' });
    expect([tries, clock.pending]).toEqual([1, 0]);
  });

  it('adds no more to the load of a dead dependency than its budget allows', async () => {
    const run = fc.asyncProperty(fc.integer({ min: 1, max: 200 }), fc.nat(10), async (calls, tenths) => {
      const budget = new RetryBudget({ share: tenths / 10, most: 5 });
      const { retry: retries } = retry({
        budget,
        attempts: 10,
        after: (_, action) => (action(), { cancel: () => undefined }),
      });
      let tries = 0;
      const work = (): Promise<never> => ((tries += 1), Promise.reject(passing));
      for (let i = 0; i < calls; i++) await expect(retries.run(work)).rejects.toBe(passing);

      expect(tries - calls).toBeLessThanOrEqual(5 + (calls * tenths) / 10 + 1e-6);
      expect(tries - calls).toBeGreaterThanOrEqual(Math.min(5, calls * 9));
    });

    await fc.assert(run, { numRuns: 50 });
  });

  it.each([{ attempts: 0 }, { baseMs: -1 }, { baseMs: 100, maxMs: 50 }])('refuses %o', (options) => {
    expect(() => retry(options)).toThrow(expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }));
  });

  it.each([{ share: -1 }, { share: 2 }, { most: 0 }])('refuses a budget of %o', (options) => {
    expect(() => new RetryBudget(options)).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });
});
