import type { StatisticValue } from '@perf/contracts';
import { HyperLogLog, TableStatisticsBuilder } from '@perf/optimizer';
import { seededRandom } from '@perf/testkit';
import { array, assert, integer, option, property } from 'fast-check';
import { describe, expect, it } from 'vitest';

/** Of 4,096 registers. */
const STANDARD_ERROR = 1.04 / 64;

describe('HyperLogLog', () => {
  it('counts sets of every size within five standard errors, and all together within one and a half', () => {
    const sizes = [0, 1, 2, 10, 100, 1000, 3000, 5000, 10_000, 20_000, 100_000];
    const counted = sizes.flatMap((size) =>
      Array.from({ length: size > 10_000 ? 3 : 12 }, (_, round) => {
        const sketch = new HyperLogLog();
        for (let i = 0; i < size; i++)
          for (let twice = 0; twice < 2; twice++) sketch.add(`${round}:${i * 7}`);
        return { size, distinct: sketch.distinct };
      }),
    );

    for (const { size, distinct } of counted)
      expect(Math.abs(distinct - size), `${size}`).toBeLessThan(1.1 + 5 * STANDARD_ERROR * size);
    const large = counted.filter(({ size }) => size >= 5000).map(({ size, distinct }) => distinct / size - 1);
    const meanSquare = large.reduce((sum, error) => sum + error ** 2, 0) / large.length;
    expect(Math.sqrt(meanSquare)).toBeLessThan(1.5 * STANDARD_ERROR);
  });

  it('tells texts apart that differ in one place', () => {
    const sketch = new HyperLogLog();
    for (let i = 0; i < 2000; i++) sketch.add(`${'x'.repeat(i % 40)}|${String.fromCodePoint(0x4e00 + i)}`);

    expect(sketch.distinct).toBeGreaterThan(1850);
    expect(sketch.distinct).toBeLessThan(2150);
  });
});

const INT = { name: 'n', type: { kind: 'int32' } } as const;

describe('TableStatisticsBuilder', () => {
  it('gives nulls, distinct and common values as counting them does', () => {
    assert(
      property(
        array(option(integer({ min: -8, max: 8 }), { nil: null, freq: 4 }), {
          minLength: 1,
          maxLength: 300,
        }),
        (values) => {
          const builder = new TableStatisticsBuilder([INT]);
          for (const value of values) builder.add([value]);

          const { rows, sampledRows, columns } = builder.finish();
          const found = columns.get('n');

          const present = values.filter((value) => value !== null);
          const counts = Map.groupBy(present, (value) => value);
          expect({ rows, sampledRows }).toEqual({ rows: values.length, sampledRows: values.length });
          expect(found?.nullFraction).toBeCloseTo(1 - present.length / values.length, 12);
          expect(found?.distinct).toBe(present.length === 0 ? undefined : counts.size);
          for (const { value, fraction } of found?.commonValues ?? [])
            expect(fraction).toBeCloseTo((counts.get(Number(value))?.length ?? 0) / values.length, 12);
          expect(found?.commonValues?.length ?? 0).toBe(counts.size);
        },
      ),
    );
  });

  it('cuts a long column into buckets of equal numbers of rows', () => {
    const random = seededRandom(5);
    const values = Array.from({ length: 40_000 }, () => Math.round(1e6 * random.next() ** 3));
    const builder = new TableStatisticsBuilder([INT]);
    for (const value of values) builder.add([value]);

    const borders: readonly StatisticValue[] = builder.finish().columns.get('n')?.histogram ?? [];

    expect(borders.length).toBe(65);
    const inBuckets = borders
      .slice(1)
      .map((high, i) => values.filter((value) => value > Number(borders[i]) && value <= Number(high)).length);
    // 156 sampled rows of a bucket stand for 625.
    for (const rows of inBuckets.slice(8)) expect(Math.abs(rows / 625 - 1)).toBeLessThan(0.45);
  });

  it('counts nulls and distinct values of all rows, also of those outside of the sample', () => {
    const builder = new TableStatisticsBuilder([INT], { sampleRows: 100 });
    for (let i = 0; i < 30_000; i++) builder.add([i % 3 === 0 ? null : i]);

    const { rows, sampledRows, columns } = builder.finish();
    const found = columns.get('n');

    expect({ rows, sampledRows }).toEqual({ rows: 30_000, sampledRows: 100 });
    expect(found?.nullFraction).toBeCloseTo(1 / 3, 12);
    expect(found?.distinct).toBeGreaterThan(18_500);
    expect(found?.distinct).toBeLessThanOrEqual(20_000);
  });

  it('refuses a sample of no rows', () => {
    expect(() => new TableStatisticsBuilder([INT], { sampleRows: 0 })).toThrow('sampleRows');
  });
});
