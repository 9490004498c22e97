import { abortError } from '@perf/contracts';
import type { CircuitBreakerOptions, CircuitState } from '@perf/resilience';
import { CircuitBreaker } from '@perf/resilience';
import { FakeClock } from '@perf/testkit';
import {
  BrokenCircuitError,
  CircuitState as PeerState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleAll,
} from 'cockatiel';
import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { settle } from './settle.ts';

const failure = new Error('planted: the dependency failed');

function open(options: CircuitBreakerOptions = {}): {
  clock: FakeClock;
  breaker: CircuitBreaker;
  states: CircuitState[];
} {
  const clock = new FakeClock();
  const states: CircuitState[] = [];
  const onChange = (state: CircuitState): void => void states.push(state);
  return { clock, states, breaker: new CircuitBreaker({ now: clock.monotonic, onChange, ...options }) };
}

async function fail(breaker: CircuitBreaker, times = 1): Promise<void> {
  for (let i = 0; i < times; i++)
    await expect(breaker.run(() => Promise.reject(failure))).rejects.toBe(failure);
}

const never = (): Promise<never> => new Promise(() => undefined);

describe('CircuitBreaker', () => {
  it('opens at its share of failures, refuses without a call, and closes after good probes', async () => {
    const { clock, breaker, states } = open({ minCalls: 4, openMs: 1000, probes: 2 });
    await breaker.run(() => 1);
    await breaker.run(() => 1);
    await fail(breaker, 2);

    expect(breaker.state).toBe('open');
    clock.advance(400);
    await expect(breaker.run(() => expect.unreachable())).rejects.toMatchObject({
      code: 'ERR_PERF_CIRCUIT_OPEN',
      retryAfterMs: 600,
    });
    clock.advance(600);
    expect(breaker.state).toBe('half-open');
    await breaker.run(() => 1);
    await breaker.run(() => 1);

    expect(breaker.state).toBe('closed');
    expect(states).toEqual(['open', 'half-open', 'closed']);
  });

  it('forgets what is older than its window', async () => {
    const { clock, breaker } = open({ minCalls: 2, windowMs: 1000 });
    await fail(breaker);

    clock.advance(1001);
    await fail(breaker);
    expect(breaker.state).toBe('closed');
    await fail(breaker);

    expect(breaker.state).toBe('open');
  });

  it('lets no more probes through at once than it may', async () => {
    const { clock, breaker } = open({ minCalls: 1, openMs: 10, probes: 2 });
    await fail(breaker);
    clock.advance(10);
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const probes = gates.map(({ promise }) => breaker.run(() => promise));

    await expect(breaker.run(() => expect.unreachable())).rejects.toMatchObject({
      code: 'ERR_PERF_CIRCUIT_OPEN',
    });
    for (const gate of gates) gate.resolve();
    await Promise.all(probes);

    expect(breaker.state).toBe('closed');
  });

  it('opens again when a probe never settles, and what that probe says later changes nothing', async () => {
    const { clock, breaker } = open({ minCalls: 1, openMs: 10, probes: 1, probeMs: 500 });
    await fail(breaker);
    clock.advance(10);
    const late = Promise.withResolvers<void>();
    const hanging = breaker.run(() => late.promise);

    clock.advance(499);
    await expect(breaker.run(() => 1)).rejects.toMatchObject({ retryAfterMs: 1 });
    clock.advance(1);
    expect(breaker.state).toBe('open');
    clock.advance(10);
    expect(breaker.state).toBe('half-open');
    late.resolve();
    await hanging;

    expect(breaker.state).toBe('half-open');
    await breaker.run(() => 1);
    expect(breaker.state).toBe('closed');
  });

  it('gives the place of a probe back when its caller goes away', async () => {
    const { clock, breaker } = open({ minCalls: 1, openMs: 10, probes: 1 });
    await fail(breaker);
    clock.advance(10);
    const aborted = abortError(AbortSignal.abort(), 'the request');

    await expect(breaker.run(() => Promise.reject(aborted))).rejects.toBe(aborted);

    expect(breaker.state).toBe('half-open');
    await breaker.run(() => 1);
    expect(breaker.state).toBe('closed');
  });

  it('counts an error that says the dependency is well as a good probe', async () => {
    const { clock, breaker } = open({
      minCalls: 1,
      openMs: 10,
      probes: 1,
      outcomeOf: (error) => (error === failure ? 'failure' : 'success'),
    });
    await fail(breaker);
    clock.advance(10);

    await expect(breaker.run(() => Promise.reject(new Error('404')))).rejects.toThrow('404');

    expect(breaker.state).toBe('closed');
  });

  it('is never stuck: whatever happened, a dependency that is back is asked again within openMs + probeMs', async () => {
    const event = fc.oneof(
      fc.constantFrom('good', 'bad', 'abort', 'hang', 'settle-one').map((kind) => ({ kind, ms: 0 })),
      fc.record({ kind: fc.constant('wait'), ms: fc.nat(800) }),
    );
    const run = fc.asyncProperty(
      fc.array(event, { maxLength: 60 }),
      fc.integer({ min: 1, max: 3 }),
      async (events, probes) => {
        const { clock, breaker } = open({ minCalls: 2, openMs: 200, probeMs: 300, probes });
        const hanging: PromiseWithResolvers<void>[] = [];
        const call = (work: () => Promise<void>): void => void breaker.run(work).catch(() => undefined);
        for (const { kind, ms } of events) {
          if (kind === 'good') call(() => Promise.resolve());
          if (kind === 'bad') call(() => Promise.reject(failure));
          if (kind === 'abort') call(() => Promise.reject(abortError(AbortSignal.abort(), 'x')));
          if (kind === 'hang')
            call(() => (hanging.push(Promise.withResolvers()), hanging.at(-1)?.promise ?? never()));
          if (kind === 'settle-one') hanging.shift()?.resolve();
          clock.advance(ms);
          await settle();
        }

        clock.advance(300);
        expect(breaker.state).toBeDefined();
        clock.advance(200);
        for (let i = 0; i < probes; i++) await breaker.run(() => 'well');

        expect(breaker.state).toBe('closed');
      },
    );

    await fc.assert(run);
  });

  it('agrees with cockatiel on calls in sequence', async () => {
    const call = fc.record({ good: fc.boolean(), waitMs: fc.constantFrom(0, 0, 0, 40, 100) });
    const run = fc.asyncProperty(fc.array(call, { maxLength: 40 }), async (calls) => {
      vi.useFakeTimers({ toFake: ['Date'] });
      // A share of 1 over at least 1 call in a row of failures is what both understand: the first failure opens.
      const peer = circuitBreaker(handleAll, { halfOpenAfter: 100, breaker: new ConsecutiveBreaker(1) });
      const clock = new FakeClock();
      const ours = new CircuitBreaker({
        minCalls: 1,
        failureShare: 0.001,
        openMs: 100,
        probes: 1,
        now: clock.monotonic,
      });
      for (const { good, waitMs } of calls) {
        clock.advance(waitMs);
        vi.advanceTimersByTime(waitMs);
        const work = async (): Promise<string> => {
          await Promise.resolve();
          if (!good) throw failure;
          return 'good';
        };
        const [mine, theirs] = await Promise.all([
          ours.run(work).catch((error: unknown) => (error === failure ? 'bad' : 'refused')),
          peer
            .execute(work)
            .catch((error: unknown) => (error instanceof BrokenCircuitError ? 'refused' : 'bad')),
        ]);
        expect(mine).toBe(theirs);
        expect(ours.state === 'closed').toBe(peer.state === PeerState.Closed);
      }
    });

    try {
      await fc.assert(run);
    } finally {
      vi.useRealTimers();
    }
  });

  it.each([
    { failureShare: 0 },
    { failureShare: 1.1 },
    { minCalls: 0 },
    { probes: 0 },
    { probeMs: 0 },
    { openMs: Number.NaN },
    { windowMs: -1 },
  ])('refuses %o', (options) => {
    expect(() => new CircuitBreaker(options)).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });
});
