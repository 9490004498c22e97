import { parseDataType, sampleStatistics, statisticValue } from '@perf/contracts';
import type { DataType, StatisticValue } from '@perf/contracts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const typeNamed = (text: string): DataType => parseDataType(text) ?? { kind: 'json' };
const int32 = typeNamed('int32');

function ascends(
  values: readonly StatisticValue[],
  order: (a: StatisticValue, b: StatisticValue) => number,
): boolean {
  return values.every((value, i) => i === 0 || order(values[i - 1] ?? value, value) <= 0);
}
const byNumber = (a: StatisticValue, b: StatisticValue): number => Number(a) - Number(b);
const byBytes = (a: StatisticValue, b: StatisticValue): number =>
  Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));

describe('sampleStatistics', () => {
  it('is exact when the sample is the table', () => {
    fc.assert(
      fc.property(
        fc.array(fc.option(fc.integer({ min: 0, max: 60 })), { minLength: 1, maxLength: 400 }),
        (values) => {
          const present = values.filter((value) => value !== null);
          const statistics = sampleStatistics(int32, values, values.length);

          expect(statistics.nullFraction).toBeCloseTo(1 - present.length / values.length, 12);
          expect(statistics.distinct).toBe(present.length === 0 ? undefined : new Set(present).size);
          for (const { value, fraction } of statistics.commonValues ?? [])
            expect(fraction).toBeCloseTo(
              values.filter((other) => other === value).length / values.length,
              12,
            );
          expect(ascends(statistics.histogram ?? [], byNumber)).toBe(true);
        },
      ),
    );
  });

  it('holds equal numbers of the remaining rows between its borders', () => {
    const values = Array.from({ length: 6401 }, (_, i) => (i * 7919) % 6401);
    const { histogram = [], commonValues } = sampleStatistics(int32, values, 6401);

    expect(commonValues).toBeUndefined();
    expect(histogram).toHaveLength(65);
    expect([histogram[0], histogram.at(-1)]).toEqual([0, 6400]);
    expect(histogram.slice(1).map((border, i) => Number(border) - Number(histogram[i]))).toEqual(
      Array.from({ length: 64 }, () => 100),
    );
  });

  it('keeps the most common values, most common first, and out of the histogram', () => {
    const values = [
      ...Array.from({ length: 500 }, () => 7),
      ...Array.from({ length: 200 }, () => 9),
      ...Array.from({ length: 300 }, (_, i) => 1000 + i),
    ];
    const { commonValues = [], histogram = [] } = sampleStatistics(int32, values, values.length);

    expect(commonValues.slice(0, 2)).toEqual([
      { value: 7, fraction: 0.5 },
      { value: 9, fraction: 0.2 },
    ]);
    expect(histogram).not.toContain(7);
  });

  it('estimates distinct values of the whole between what it saw and all rows', () => {
    const unique = sampleStatistics(
      int32,
      Array.from({ length: 100 }, (_, i) => i),
      10_000,
    );
    const few = sampleStatistics(
      int32,
      Array.from({ length: 1000 }, (_, i) => i % 10),
      1_000_000,
    );

    expect(unique.distinct).toBe(10_000);
    expect(few.distinct).toBe(10);
  });

  it('orders text by code points, as databases do', () => {
    const texts = ['a', '\u{1f600}', '\uffee', '\ud7ff', 'z', 'ab', ''];
    const values = Array.from({ length: 70 }, (_, i) => `${texts[i % 7]}${i}`);
    const { histogram = [] } = sampleStatistics(typeNamed('utf8'), values, 70);

    expect(histogram.length).toBeGreaterThan(2);
    expect(ascends(histogram, byBytes)).toBe(true);
  });

  it('does not take values without an order for nulls', () => {
    expect(sampleStatistics(typeNamed('json'), [{ a: 1 }, 'x', null, 5], 4)).toEqual({ nullFraction: 0.25 });
    expect(sampleStatistics(typeNamed('list<int32>'), [[1]], 1)).toEqual({ nullFraction: 0 });
    expect(sampleStatistics(typeNamed('float64'), [Number.NaN, 1, 2], 3)).toMatchObject({
      nullFraction: 0,
      distinct: 2,
    });
  });

  it('says nothing of an empty sample', () => {
    expect(sampleStatistics(int32, [], 0)).toEqual({ nullFraction: 0 });
    expect(sampleStatistics(int32, [null], 10)).toEqual({ nullFraction: 1 });
  });

  it('counts bytes of text as UTF-8', () => {
    expect(sampleStatistics(typeNamed('utf8'), ['é', 'abcd'], 2).averageBytes).toBe(3);
  });
});

describe('statisticValue', () => {
  it.each<[string, unknown, StatisticValue | undefined]>([
    ['date', '1970-01-02', 86_400_000],
    ['timestamp(ms)', new Date(5), 5],
    ['timestamp(us)', 5000n, 5],
    ['timestamp(ns)', 5_000_000n, 5],
    ['timestamp(us)', '1970-01-01 00:00:01', 1000],
    ['decimal(5,2)', '1.50', 1.5],
    ['int64', 5n, 5n],
    ['utf8', 'x', 'x'],
    ['bool', true, true],
    ['binary', Uint8Array.of(1), undefined],
    ['json', 'x', undefined],
    ['float64', Number.NaN, undefined],
    ['utf8', null, undefined],
  ])('of %s %o is %o', (type, value, expected) => {
    expect(statisticValue(typeNamed(type), value)).toBe(expected);
  });
});
