import { answerRows, compareAnswers, parseDataType } from '@perf/contracts';
import type { Answer, Field } from '@perf/contracts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

function answer(
  types: readonly string[],
  rows: readonly (readonly unknown[])[],
  names = types.map((_, i) => `c${i}`),
): Answer {
  const fields = types.map((type, i): Field => ({
    name: names[i] ?? '',
    type: parseDataType(type) ?? { kind: 'json' },
    nullable: true,
  }));
  return { schema: { fields }, batches: [{ kind: 'rows', schema: { fields }, layout: 'arrays', rows }] };
}

const differ = (type: string, a: unknown, b: unknown, ordered = true): boolean =>
  compareAnswers(answer([type], [[a]]), answer([type], [[b]]), { ordered }) !== undefined;

describe('answers that are ordered by some columns', () => {
  const by = (rows: unknown[][]) => answer(['int32', 'int32'], rows, ['k', 'v']);

  it('may differ in the order of the others alone', () => {
    const a = by([
      [1, 5],
      [1, 6],
      [2, 7],
    ]);
    const turned = by([
      [1, 6],
      [1, 5],
      [2, 7],
    ]);
    const other = by([
      [1, 6],
      [1, 6],
      [2, 7],
    ]);

    expect(compareAnswers(a, turned, { ordered: [0] })).toBeUndefined();
    expect(compareAnswers(a, turned, { ordered: [0, 1] })).toContain('row 0 differs');
    expect(compareAnswers(a, other, { ordered: [0] })).toContain('one answer only');
  });
});

describe('compareAnswers', () => {
  it('tells sequences from bags', () => {
    const [a, b] = [answer(['int32'], [[1], [2]]), answer(['int32'], [[2], [1]])];

    expect(compareAnswers(a, b, { ordered: false })).toBeUndefined();
    expect(compareAnswers(a, b, { ordered: true })).toBe('row 0 differs: [1] and [2]');
    expect(compareAnswers(a, b, { ordered: [] })).toBeUndefined();
    expect(compareAnswers(a, b, { ordered: [0] })).toBe('row 0 differs: [1] and [2]');
  });

  it('counts duplicates', () => {
    const [a, b] = [answer(['utf8'], [['x'], ['x'], ['y']]), answer(['utf8'], [['x'], ['y'], ['y']])];

    expect(compareAnswers(a, b, { ordered: false })).toBe('a row is in one answer only: ["x"]');
  });

  it('compares names and numbers of rows first', () => {
    expect(
      compareAnswers(answer(['int32'], [], ['a']), answer(['int32'], [], ['b']), { ordered: false }),
    ).toMatch(/^columns differ/);
    expect(
      compareAnswers(answer(['int32', 'int32'], [], ['a', 'b']), answer(['int32'], [], ['a,b']), {
        ordered: false,
      }),
    ).toMatch(/^columns differ/);
    expect(compareAnswers(answer(['int32'], [[1]]), answer(['int32'], []), { ordered: false })).toBe(
      'one has 1 rows, the other 0',
    );
  });

  it.each<[string, unknown, unknown, boolean]>([
    ['float64', 1, 1 + 5e-10, false],
    ['float64', 1, 1 + 2e-9, true],
    ['float64', 1e300, 1e300 * (1 + 5e-10), false],
    ['float64', 0, 1e-300, true],
    ['float64', 0, -0, false],
    ['float64', Number.NaN, Number.NaN, false],
    ['float64', Number.POSITIVE_INFINITY, 1, true],
    ['float64', Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, true],
    ['float64', 1, null, true],
    ['list<float64>', [1, 2], [1, 2 + 1e-10], false],
    ['list<float64>', [1, 2], [1, 2, 3], true],
    ['int32', 2_147_483_647, 2_147_483_646, true],
    ['int64', 1n, 1, true],
    ['int64', 9_007_199_254_740_993n, 9_007_199_254_740_992n, true],
    ['utf8', 'a', 'b', true],
    ['utf8', 'null', null, true],
    ['utf8', null, undefined, false],
    ['utf8', '1', 1, true],
    ['decimal(5,2)', '1.50', '1.5', true],
    ['timestamp(ms)', new Date(5), new Date(5), false],
    ['timestamp(ms)', new Date(5), new Date(5).toISOString(), true],
    ['binary', Uint8Array.of(1, 2), Uint8Array.of(1, 2), false],
    ['binary', Uint8Array.of(1, 2), [1, 2], true],
    ['json', { a: 1, b: [2n] }, { b: [2n], a: 1 }, false],
    ['json', { a: 1n }, { a: '1n' }, true],
    ['json', [1, 2], { 0: 1, 1: 2 }, true],
    ['json', 1, 1 + 1e-10, true],
  ])('says of %s %o and %o that they differ: %s', (type, a, b, expected) => {
    expect([differ(type, a, b), differ(type, a, b, false)]).toEqual([expected, expected]);
  });

  it('pairs floats that lie close together, in any order', () => {
    const row = fc.tuple(
      fc.constantFrom('a', 'b'),
      fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
      fc.option(fc.integer()),
    );

    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 30 }),
        fc.infiniteStream(fc.double({ min: -4e-10, max: 4e-10, noNaN: true })),
        (rows, noise) => {
          const moved = rows
            .map(([text, float, whole]) => [text, float * (1 + (noise.next().value ?? 0)), whole])
            .toReversed();
          const types = ['utf8', 'float64', 'int32'];
          expect(
            compareAnswers(answer(types, rows), answer(types, moved), { ordered: false }),
          ).toBeUndefined();
        },
      ),
    );
  });

  it('compares a hundred thousand rows of floats in reasonable time', () => {
    const rows = Array.from({ length: 100_000 }, (_, i) => [i * 0.1]);
    const started = performance.now();

    expect(
      compareAnswers(answer(['float64'], rows), answer(['float64'], rows.toReversed()), { ordered: false }),
    ).toBeUndefined();
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

describe('answerRows', () => {
  it('gives rows as arrays, whatever the batches are', () => {
    const { schema } = answer(['int32'], []);
    const rows = answerRows({
      schema,
      batches: [
        { kind: 'rows', schema, layout: 'objects', rows: [{ c0: 1 }, {}] },
        { kind: 'columns', schema, length: 1, columns: [{ data: Int32Array.of(3) }] },
      ],
    });

    expect(rows).toEqual([[1], [null], [3]]);
  });
});
