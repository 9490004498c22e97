import { seededRandom } from '@perf/testkit';
import { describe, expect, it } from 'vitest';

function draw(seed: number): number[] {
  return Array.from({ length: 5 }, seededRandom(seed).next);
}

describe('seededRandom', () => {
  it('gives the same numbers for the same seed and others for another', () => {
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('spreads evenly between 0 and 1', () => {
    const { next } = seededRandom(3);
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 100_000; i++) {
      const tenth = Math.floor(next() * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }

    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(400);
  });

  it('draws whole numbers with both ends', () => {
    const { int } = seededRandom(4);

    const drawn = new Set(Array.from({ length: 200 }, () => int(-1, 2)));

    expect([...drawn].toSorted((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
  });

  it('picks and shuffles without losing anything', () => {
    const random = seededRandom(5);
    const items = ['a', undefined, 'c', 'd', 'e', 'f'];

    const mixed = random.shuffle(items);

    expect(items).toContain(random.pick(items));
    expect(mixed).not.toEqual(items);
    expect(new Set(mixed)).toEqual(new Set(items));
    expect(() => random.pick([])).toThrow(expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }));
  });

  it('draws zipf ranks with the weights of the law', () => {
    const rank = seededRandom(6).zipf(1000, 1);
    const counts = new Map<number, number>();
    for (let i = 0; i < 200_000; i++) {
      const drawn = rank();
      counts.set(drawn, (counts.get(drawn) ?? 0) + 1);
    }

    const first = counts.get(0) ?? 0;
    expect(first / (counts.get(1) ?? 1)).toBeCloseTo(2, 0);
    expect(first / (counts.get(9) ?? 1)).toBeGreaterThan(9);
    expect(first / (counts.get(9) ?? 1)).toBeLessThan(11);
    expect(Math.max(...counts.keys())).toBeLessThan(1000);
    expect(() => seededRandom(6).zipf(0, 1)).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }),
    );
  });
});
