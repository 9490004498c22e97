import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CostWarning } from '@perf/optimizer';
import { COST_LIMITS, CostGuard, bigQueryDollars, bytesForDollars } from '@perf/optimizer';

const secret = 'a secret of more than sixteen bytes';
const HOUR = 60 * 60 * 1000;

/** A guard whose clock stands where the test puts it. */
function guardAt(options: Partial<ConstructorParameters<typeof CostGuard>[0]> = {}) {
  const clock = { now: 1_700_000_000_000 };
  const warnings: CostWarning[] = [];
  const guard = new CostGuard({
    secret,
    now: () => clock.now,
    onWarning: (warning) => void warnings.push(warning),
    ...options,
  });
  const ask = (usd: number, token?: string) =>
    guard.admit({
      caller: 'reports',
      resource: 'bigquery',
      fingerprint: 'f',
      usd,
      ...(token === undefined ? {} : { token }),
    });
  return { guard, clock, warnings, ask };
}

const refused: unknown = expect.objectContaining({ code: 'ERR_PERF_LIMIT_EXCEEDED' });

describe('dollars of BigQuery', () => {
  it('are those of the price list', () => {
    expect(bigQueryDollars(1024 ** 4)).toBe(6.25);
    expect(bigQueryDollars(1024 ** 4, { usdPerTib: 8 })).toBe(8);
    expect(bytesForDollars(1) / 1024 ** 3).toBeCloseTo(163.84);
  });
});

describe('one query', () => {
  it('above the limit needs an approval of its own', () => {
    const { guard, clock, ask } = guardAt();
    const token = guard.approve('f', { maxUsd: 2, ttlMs: HOUR });

    expect(() => ask(1.01)).toThrow(refused);
    expect(() => ask(1)).not.toThrow();
    expect(() => ask(2, token)).not.toThrow();
    expect(() => ask(2.01, token)).toThrow('is for $2.00 at most');
    expect(() => ask(2, guard.approve('g', { maxUsd: 9 }))).toThrow('is for another query');
    clock.now += HOUR;
    expect(() => ask(2, token)).toThrow('has expired');
  });

  it('is refused with a token that somebody has made or changed', () => {
    const { guard, ask } = guardAt();
    const token = guard.approve('f', { maxUsd: 2 });
    const other = new CostGuard({ secret: 'another secret of sixteen bytes' }).approve('f', { maxUsd: 9 });
    const [body = '', signature = ''] = token.split('.');
    const forged = `${Buffer.from('["f",99,9e15]').toString('base64url')}.${signature}`;

    for (const bad of [other, forged, body, `${body}.`, `${token}.x`, '', '.', 'é.é'])
      expect(() => ask(0.5, bad)).toThrow('was not made here');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: token.length - 1 }), fc.string({ minLength: 1 }), (at, sign) => {
        const changed = token.slice(0, at) + sign + token.slice(at + 1);
        fc.pre(changed !== token);
        expect(() => ask(0.5, changed)).toThrow(refused);
      }),
    );
  });
});

describe('means of a caller', () => {
  it('are kept under the limit from the tenth query on', () => {
    const { guard, ask } = guardAt();
    for (let i = 0; i < 9; i++) ask(0.1);

    expect(() => ask(0.11)).toThrow(refused);
    // What costs less than the mean may always run.
    ask(0.05);
    const { meanUsd, queries } = guard.meanOf('reports', 'bigquery');
    expect(meanUsd).toBeCloseTo(0.095);
    expect(queries).toBe(10);
    expect(guard.meanOf('others', 'bigquery')).toEqual({ meanUsd: 0, queries: 0 });
  });

  it('never pass it, whatever is asked', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 200 }), (prices) => {
        const { guard, ask } = guardAt({ leastQueries: 1 });
        for (const usd of prices) {
          try {
            ask(usd);
          } catch {
            continue;
          }
          expect(guard.meanOf('reports', 'bigquery').meanUsd).toBeLessThanOrEqual(0.1 + 1e-12);
        }
      }),
    );
  });

  it('forget what is older than the window', () => {
    const { guard, clock, ask } = guardAt({ windowMs: HOUR });
    for (let i = 0; i < 12; i++) ask(0.1);
    clock.now += HOUR / 2;
    ask(0.01);
    clock.now += HOUR / 2 + 1;

    expect(guard.meanOf('reports', 'bigquery')).toEqual({ meanUsd: 0.01, queries: 1 });
    clock.now -= 10 * HOUR;
    ask(0.03);
    expect(guard.meanOf('reports', 'bigquery')).toEqual({ meanUsd: 0.02, queries: 2 });
  });

  it('go by what a query cost in truth', () => {
    const { guard, ask } = guardAt();
    const admission = ask(0.9);
    admission.settle(0.3);
    admission.settle(0.1);

    expect(guard.meanOf('reports', 'bigquery').meanUsd).toBeCloseTo(0.3);
  });

  it('are warned of once when they pass the goal, and again after they were below', () => {
    const { guard, warnings } = guardAt();
    const spend = (usd: number, times: number) => {
      for (let i = 0; i < times; i++) guard.report({ caller: 'chat', resource: 'language-model', usd });
    };

    spend(0.015, 15);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ resource: 'language-model', caller: 'chat', goalUsd: 0.01 });
    expect(warnings[0]?.meanUsd).toBeCloseTo(0.015);
    spend(0, 30);
    spend(0.05, 30);
    expect(warnings).toHaveLength(2);
  });

  it('of silent callers are forgotten when there are too many', () => {
    const { guard } = guardAt({ mostCallers: 2 });
    for (const caller of ['a', 'b', 'c']) guard.report({ caller, resource: 'bigquery', usd: 0.1 });

    expect(guard.meanOf('a', 'bigquery').queries).toBe(0);
    expect(guard.meanOf('c', 'bigquery').queries).toBe(1);
  });
});

describe('what makes no sense', () => {
  it('is refused', () => {
    const invalid: unknown = expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' });
    const { guard, ask } = guardAt();
    expect(() => new CostGuard({ secret: 'short' })).toThrow(invalid);
    expect(() => new CostGuard({ windowMs: 0 })).toThrow(invalid);
    expect(() => new CostGuard({ limits: { x: { meanUsd: -1, goalUsd: 0 } } })).toThrow(invalid);
    expect(() => new CostGuard().approve('f', { maxUsd: 1 })).toThrow('need a secret');
    for (const usd of [NaN, -1, Infinity]) expect(() => ask(usd)).toThrow(invalid);
    expect(() => guard.report({ caller: 'a', resource: 'toString', usd: 1 })).toThrow(invalid);
    expect(COST_LIMITS['bigquery']).toEqual({ meanUsd: 0.1, goalUsd: 0.05, singleUsd: 1 });
  });
});
