import { patternFault } from '@perf/contracts';
import { DuckDbEngine } from '@perf/engine-duckdb';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rowsOf } from './open.ts';

let engine: DuckDbEngine;
beforeAll(async () => {
  engine = await DuckDbEngine.open(':memory:', { threads: 2 });
});
afterAll(() => engine[Symbol.asyncDispose]());

/** Wagner and Fischer's distance with the whole table, in code points. */
function distance(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  const table = [...left, ''].map((_, i) => [...right, ''].map((__, j) => (i === 0 ? j : j === 0 ? i : 0)));
  const at = (i: number, j: number): number => table[i]?.[j] ?? 0;
  for (let i = 1; i <= left.length; i++)
    for (let j = 1; j <= right.length; j++) {
      const least = Math.min(
        at(i - 1, j) + 1,
        at(i, j - 1) + 1,
        at(i - 1, j - 1) + (left[i - 1] === right[j - 1] ? 0 : 1),
      );
      table[i]?.splice(j, 1, least);
    }
  return at(left.length, right.length);
}

describe('perf_distance', () => {
  it('counts code points, whatever the text', async () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '漢', '😀', '\u0301', ' '), maxLength: 7 });

    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 20 }), async (pairs) => {
        const rows = pairs.map((_, i) => `($${2 * i + 1}::VARCHAR, $${2 * i + 2}::VARCHAR)`);
        const found = await rowsOf(
          engine,
          `SELECT perf_distance(a, b) FROM (VALUES ${rows.join()}) v(a, b)`,
          pairs.flat(),
        );
        expect(found).toEqual(pairs.map(([a, b]) => [BigInt(distance(a, b))]));
      }),
      { numRuns: 40 },
    );
  });

  it('of null is null', async () => {
    const pairs = "(NULL, 'a'), (NULL, 'é'), ('a', NULL), ('é', NULL), (NULL, NULL)";

    expect(await rowsOf(engine, `SELECT perf_distance(a, b) FROM (VALUES ${pairs}) v(a, b)`)).toEqual(
      Array.from({ length: 5 }, () => [null]),
    );
  });
});

describe('a pattern that contracts accept', () => {
  it('is compiled, and found in the same texts as in JavaScript', async () => {
    const sign = fc.constantFrom(
      'a',
      'b',
      'é',
      '😀',
      '.',
      '^',
      '$',
      '|',
      '(a)',
      '(b|a)',
      '[ab]',
      '[^a-é]',
      '*',
      '+',
      '?',
      '{2}',
      '{1,3}',
      '(',
      ')',
      '\\.',
      '\n',
      'a{30}',
    );
    const pattern = fc
      .array(sign, { minLength: 1, maxLength: 10 })
      .map((signs) => signs.join(''))
      .filter((text) => patternFault(text) === undefined);
    const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀', '.', '\n', 'A'), maxLength: 8 });

    await fc.assert(
      fc.asyncProperty(pattern, fc.array(text, { minLength: 1, maxLength: 10 }), async (one, texts) => {
        const rows = texts.map((_, i) => `($${i + 2}::VARCHAR)`);
        const found = await rowsOf(
          engine,
          `SELECT regexp_matches(t, $1, 's') FROM (VALUES ${rows.join()}) v(t)`,
          [one, ...texts],
        );
        expect(found).toEqual(texts.map((each) => [new RegExp(one, 'su').test(each)]));
      }),
      { numRuns: 200 },
    );
  });
});
