import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ContentBytes, writeHundredths } from '../src/page/content-bytes.ts';
import { balanceWidths } from '../src/table/balance-widths.ts';
import { fitWidths } from '../src/table/column-widths.ts';
import { PageTree } from '../src/document/page-tree.ts';
import { ObjectTable } from '../src/document/object-table.ts';

describe('writeHundredths', () => {
  it('writes what reads back as the number, in at most two decimals', () => {
    fc.assert(
      fc.property(fc.integer({ min: -150_000_000, max: 150_000_000 }), (hundredths) => {
        const bytes = Buffer.alloc(16);
        const text = bytes.toString('latin1', 0, writeHundredths(bytes, 0, hundredths));
        expect(Number(text)).toBe(hundredths / 100);
        expect(text).toMatch(/^-?\d*(?:\.\d{1,2})?$/);
      }),
    );
  });

  it('stands between spaces in an operator', () => {
    const out = new ContentBytes(Buffer.alloc(64));

    out.operator('m', -50, 84_189);

    expect(out.filled().toString()).toBe('-.5 841.89 m\n');
  });
});

describe('fitWidths', () => {
  const wish = fc.record({
    fixed: fc.constant(undefined),
    low: fc.integer({ min: 500, max: 8000 }),
    reserve: fc.integer({ min: 0, max: 3000 }),
    high: fc.integer({ min: 500, max: 90_000 }),
    stretch: fc.constantFrom(1, 0.2),
    least: fc.integer({ min: 100, max: 900 }),
  });

  it('fills the page exactly, and gives no column less than it needs for a character', () => {
    fc.assert(
      fc.property(fc.array(wish, { minLength: 1, maxLength: 30 }), (wishes) => {
        const widths = fitWidths(wishes, 52_328, true);

        expect(widths.reduce((sum, width) => sum + width, 0)).toBeLessThanOrEqual(52_328);
        expect(widths.reduce((sum, width) => sum + width, 0)).toBeGreaterThan(52_328 - 50);
        for (const [i, width] of widths.entries()) {
          expect(Number.isInteger(width)).toBe(true);
          expect(width).toBeGreaterThanOrEqual((wishes[i]?.least ?? 0) - 1);
        }
      }),
    );
  });

  it('cuts no word while all words fit', () => {
    const wishes = [
      { fixed: undefined, low: 3000, reserve: 500, high: 3500, stretch: 0.2, least: 500 },
      { fixed: undefined, low: 4000, reserve: 0, high: 90_000, stretch: 1, least: 500 },
      { fixed: 2000, low: 0, reserve: 0, high: 0, stretch: 1, least: 0 },
    ];

    expect(fitWidths(wishes, 20_000, true)).toEqual([3500, 14_500, 2000]);
    expect(fitWidths(wishes, 9000, true)).toEqual([3000, 4000, 2000]);
    expect(fitWidths(wishes.slice(0, 1), 20_000, false)).toEqual([3500]);
  });
});

describe('balanceWidths', () => {
  it('keeps the sum, and makes the rows no higher', () => {
    const column = fc.record({
      low: fc.integer({ min: 1000, max: 3000 }),
      high: fc.integer({ min: 3000, max: 60_000 }),
      texts: fc.array(fc.integer({ min: 0, max: 60_000 }), { minLength: 10, maxLength: 10 }),
    });
    fc.assert(
      fc.property(fc.array(column, { minLength: 1, maxLength: 6 }), (columns) => {
        const widths = columns.map(() => 5000);
        const balanced = balanceWidths(columns, widths, 400);

        expect(balanced.reduce((sum, width) => sum + width, 0)).toBe(5000 * columns.length);
        for (const [i, width] of balanced.entries())
          expect(width).toBeGreaterThanOrEqual(Math.min(columns[i]?.low ?? 0, 5000));
      }),
    );
  });
});

describe('PageTree', () => {
  it.each([1, 64, 65, 4096, 4097, 300_000])(
    'holds %i pages in order, no node with more than 64 children',
    (count) => {
      const objects = new ObjectTable();
      const tree = new PageTree(objects, 1);
      const parents = new Map<number, number>();
      const pages = Array.from({ length: count }, () => objects.reserve());
      for (const page of pages) parents.set(page, tree.add(page));

      const { nodes, kids } = tree.build();
      const byId = new Map(nodes.map((node) => [node.id, node]));
      const leaves = (id: number): number[] => {
        const node = byId.get(id);
        if (node === undefined) return [id];
        const found = node.kids.flatMap((kid) => leaves(kid));
        expect(found.length).toBe(node.pages);
        return found;
      };
      const found = kids.flatMap((kid) => leaves(kid));

      expect(found).toEqual(pages);
      expect(Math.max(kids.length, ...nodes.map((node) => node.kids.length))).toBeLessThanOrEqual(64);
      for (const node of nodes)
        for (const kid of node.kids) expect(byId.get(kid)?.parent ?? parents.get(kid)).toBe(node.id);
    },
  );
});
