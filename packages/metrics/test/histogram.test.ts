import { Counter, Gauge, Histogram } from '@perf/metrics';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const refused: unknown = expect.objectContaining({ code: 'ERR_PERF_INVALID_VALUE' });
const bounds = fc.uniqueArray(fc.double({ min: -100, max: 100, noNaN: true }), {
  minLength: 1,
  maxLength: 30,
});

describe('Histogram', () => {
  it('counts each value in the first bucket whose bound is not below it', () => {
    fc.assert(
      fc.property(bounds, fc.array(fc.double({ min: 0, max: 200, noNaN: true })), (unsorted, loose) => {
        // 0 and −0 are one bound.
        const buckets = [...new Set(unsorted.map((bound) => bound + 0))].toSorted((a, b) => a - b);
        // Values at the bounds themselves are the ones that go wrong.
        const values = [...loose, ...buckets.filter((bound) => bound >= 0)];
        const series = new Histogram({ name: 'h', help: 'h', buckets }).with();

        for (const value of values) series.observe(value);

        const cumulated = buckets.map((bound) => values.filter((value) => value <= bound).length);
        let sum = 0;
        const counted = [...series.counts].map((count) => (sum += count));
        expect(counted).toEqual([...cumulated, values.length]);
        expect(series.sum).toBe(values.reduce((total, value) => total + value, 0));
      }),
    );
  });

  it.each([Number.NaN, Infinity, -Infinity, -1])('refuses %s and counts nothing', (value) => {
    const series = new Histogram({ name: 'h', help: 'h', buckets: [1] }).with();

    expect(() => series.observe(value)).toThrow(refused);

    expect([...series.counts, series.sum]).toEqual([0, 0, 0]);
  });

  it.each([[[]], [[1, 1]], [[2, 1]], [[Number.NaN]], [[1, Infinity]]])(
    'refuses the buckets %j',
    (buckets) => {
      expect(() => new Histogram({ name: 'h', help: 'h', buckets })).toThrow(
        expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
      );
    },
  );
});

describe('Counter', () => {
  it('never decreases, whatever it is given', () => {
    const step = fc.tuple(fc.constantFrom('add' as const, 'follow' as const), fc.double());
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const series = new Counter({ name: 'c_total', help: 'c' }).with();

        for (const [how, amount] of steps) {
          const before = series.value;
          const isGood = amount >= 0 && amount < Infinity;
          let isTaken = true;
          try {
            series[how](amount);
          } catch {
            // What is refused must leave the value alone.
            isTaken = false;
          }
          expect(isTaken).toBe(isGood);
          expect(isGood ? series.value >= before : series.value === before).toBe(true);
        }
      }),
    );
  });

  it('follows a total, and counts all of it when its source began again', () => {
    const series = new Counter({ name: 'c_total', help: 'c' }).with();

    for (const total of [10, 10, 15, 4, 6]) series.follow(total);

    expect(series.value).toBe(15 + 6);
  });
});

describe('Gauge', () => {
  it.each([Number.NaN, Infinity])('refuses %s and keeps what it held', (value) => {
    const series = new Gauge({ name: 'g', help: 'g' }).with();
    series.set(3);

    expect(() => series.set(value)).toThrow(refused);

    expect(series.value).toBe(3);
  });
});
