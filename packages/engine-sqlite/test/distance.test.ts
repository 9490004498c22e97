import { SqliteEngine } from '@perf/engine-sqlite';
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rowsOf } from './open.ts';

let engine: SqliteEngine;
beforeAll(async () => {
  engine = await SqliteEngine.open(':memory:');
});
afterAll(() => engine[Symbol.asyncDispose]());

/** The distance by its definition: what the first signs leave to do. */
function distance(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return a.length + b.length;
  const [[head, ...rest], [other, ...others]] = [a, b];
  if (head === other) return distance(rest, others);
  return 1 + Math.min(distance(rest, b), distance(a, others), distance(rest, others));
}

it('perf_distance counts code points, whatever the text', async () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '漢', '😀', '\u0301'), maxLength: 5 });

  await fc.assert(
    fc.asyncProperty(text, text, async (a, b) => {
      const found = await rowsOf(engine, 'SELECT perf_distance(?1, ?2)', [a, b]);
      expect(found).toEqual([[BigInt(distance(Array.from(a), Array.from(b)))]]);
    }),
    { numRuns: 200 },
  );
});
