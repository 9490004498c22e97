import type { DataType, TemplateTotal } from '@perf/contracts';
import { Totals } from '@perf/export-core';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const AGGREGATES = ['sum', 'avg', 'min', 'max', 'count'] as const;

function totalsOf(
  type: DataType,
  aggregates: readonly TemplateTotal['aggregate'][],
  isMasked = false,
): Totals {
  return new Totals(
    aggregates.map((aggregate) => ({ field: 'x', aggregate })),
    [{ field: { name: 'x', type, nullable: true }, isMasked }],
  );
}

function sumOf(values: readonly number[]): unknown {
  const totals = totalsOf({ kind: 'float64' }, ['sum']);
  for (const value of values) totals.add(0, value);
  const [cell] = totals.lines()[0]?.cells ?? [];
  return cell?.kind === 'value' ? cell.value : undefined;
}

describe('sums of doubles', () => {
  it('are the double nearest to the true sum, whatever the order', () => {
    // Whole multiples of 2^-40, so that a bigint knows the true sum.
    const value = fc
      .bigInt({ min: -(2n ** 80n), max: 2n ** 80n })
      .map((units) => Number(BigInt.asIntN(53, units)) * 2 ** Number((units % 60n) - 40n < 0n ? -40n : 20n));
    fc.assert(
      fc.property(fc.array(value, { maxLength: 50 }), (values) => {
        const sum = sumOf(values);
        const backwards = sumOf(values.toReversed());

        const units = values.reduce((total, one) => total + unitsOf(one), 0n);
        expect(sum).toBe(Number(units) / 2 ** 40);
        expect(Object.is(sum, backwards) || sum === 0).toBe(true);
      }),
    );
  });

  it('let the smallest part decide where two doubles are equally near', () => {
    expect(sumOf([1e16, 1, 2 ** -60])).toBe(1e16 + 2);
  });

  it('pass infinities and NaN on', () => {
    expect(sumOf([1, Number.POSITIVE_INFINITY])).toBe(Number.POSITIVE_INFINITY);
    expect(sumOf([1, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])).toBeNaN();
  });
});

describe('Totals', () => {
  it.each<[DataType, fc.Arbitrary<unknown>]>([
    [{ kind: 'float64' }, fc.double()],
    [{ kind: 'int32' }, fc.integer()],
    [{ kind: 'int64' }, fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })],
    [{ kind: 'decimal', precision: 9, scale: 2 }, fc.integer().map((units) => (units / 100).toFixed(2))],
  ])('of %o go on from a state as if they had never stopped', (type, value) => {
    fc.assert(
      fc.property(fc.array(value), fc.array(value), (before, after) => {
        const [whole, first, second] = [0, 1, 2].map(() => totalsOf(type, AGGREGATES));
        for (const one of [...before, ...after]) whole?.add(0, one);
        for (const one of before) first?.add(0, one);

        const state: unknown = JSON.parse(JSON.stringify(first?.state()));
        second?.resume(state);
        for (const one of after) second?.add(0, one);

        expect(second?.lines()).toEqual(whole?.lines());
      }),
    );
  });

  it('of instants go on from a state too', () => {
    const type: DataType = { kind: 'timestamp', unit: 'ms' };
    const [first, second] = [0, 1].map(() => totalsOf(type, ['max']));
    first?.add(0, new Date(5));
    second?.resume(first?.state());
    second?.add(0, new Date(4));

    expect(second?.lines()).toEqual([{ aggregate: 'max', cells: [{ kind: 'value', value: new Date(5) }] }]);
  });

  it('of a masked column keep nothing of its values but their count', () => {
    const totals = totalsOf({ kind: 'int32' }, ['sum', 'count'], true);
    totals.add(0, 4711);

    expect(totals.lines().map(({ cells }) => cells[0])).toEqual([
      { kind: 'masked' },
      { kind: 'value', value: 1 },
    ]);
    expect(JSON.stringify(totals.state())).not.toContain('4711');
  });

  it('refuse the state of other totals', () => {
    const totals = totalsOf({ kind: 'int32' }, ['sum']);

    expect(() => totals.resume([])).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_CHECKPOINT_MISMATCH' }),
    );
  });
});

/** A double as a whole count of 2^-40. */
function unitsOf(value: number): bigint {
  return BigInt(value * 2 ** 40);
}
