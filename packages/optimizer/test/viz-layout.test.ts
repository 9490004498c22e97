import type { ExecutionPlan } from '@perf/contracts';
import { array, assert, nat, property } from 'fast-check';
import { planSvg } from '@perf/optimizer';
import { describe, expect, it } from 'vitest';

interface Box {
  readonly at: number;
  readonly parent: number;
  readonly depth: number;
  readonly x: number;
  readonly y: number;
}

const BOX = 264;
const GAP = 22;

/** Where the boxes of a picture stand. */
function boxesOf(plan: ExecutionPlan): readonly Box[] {
  const found = planSvg(plan).matchAll(
    /data-n="(\d+)" data-p="(-?\d+)" data-d="(\d+)"[^>]*transform="translate\((-?\d+) (-?\d+)\)"/g,
  );
  return [...found].map(([, at, parent, depth, x, y]) => ({
    at: Number(at),
    parent: Number(parent),
    depth: Number(depth),
    x: Number(x),
    y: Number(y),
  }));
}

/** A tree of which each node hangs below one before it. */
function treeOf(above: readonly number[]): ExecutionPlan {
  const nodes: { operator: string; detail: string; children: ExecutionPlan[] }[] = [
    { operator: 'step', detail: '', children: [] },
  ];
  for (const number of above) {
    const node = { operator: 'step', detail: '', children: [] };
    nodes[number % nodes.length]?.children.push(node);
    nodes.push(node);
  }
  return nodes[0] ?? { operator: '', detail: '', children: [] };
}

const chain = (length: number): ExecutionPlan => treeOf(Array.from({ length: length - 1 }, (_, i) => i));

describe('the layout of a plan', () => {
  it('lets no two boxes touch, keeps parents over the middle of their children, and wastes nothing at the left', () => {
    expect.hasAssertions();
    assert(
      property(array(nat(), { maxLength: 60 }), (above) => {
        const boxes = boxesOf(treeOf(above));

        expect(boxes).toHaveLength(above.length + 1);
        expect(Math.min(...boxes.map(({ x }) => x))).toBe(16);
        for (const level of Map.groupBy(boxes, ({ depth }) => depth).values()) {
          const sorted = level.map(({ x }) => x);
          for (const [i, x] of sorted.entries())
            expect(x - (sorted[i - 1] ?? -Infinity)).toBeGreaterThanOrEqual(BOX + GAP - 1);
        }
        for (const [parent, children] of Map.groupBy(boxes, (box) => box.parent)) {
          const outer = boxes[parent];
          const [first, last] = [children[0], children.at(-1)];
          const middle = ((first?.x ?? 0) + (last?.x ?? 0)) / 2;
          expect(Math.abs((outer?.x ?? middle) - middle)).toBeLessThanOrEqual(1);
          expect((first?.y ?? 0) - (outer?.y ?? (first?.y ?? 0) - 126)).toBe(126);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('draws equal subtrees equally, wherever they stand', () => {
    const twig: ExecutionPlan = {
      operator: 'join',
      detail: '',
      children: [chain(2), { operator: 'join', detail: '', children: [chain(1), chain(3), chain(1)] }],
    };
    const boxes = boxesOf({ operator: 'join', detail: '', children: [twig, chain(1), twig] });
    const size = (boxes.length - 2) / 2;
    const shape = (from: number): unknown =>
      boxes.slice(from, from + size).map(({ x, y }) => [x - (boxes[from]?.x ?? 0), y]);

    expect(shape(1)).toEqual(shape(size + 2));
  });

  it('spreads a small subtree between two large ones evenly', () => {
    const large: ExecutionPlan = { operator: 'join', detail: '', children: [chain(1), chain(1), chain(1)] };
    const boxes = boxesOf({ operator: 'join', detail: '', children: [large, chain(1), chain(1), large] });
    const [a = 0, b = 0, c = 0, d = 0] = boxes.filter(({ depth }) => depth === 1).map(({ x }) => x);

    expect(Math.abs(b - a - (c - b))).toBeLessThanOrEqual(1);
    expect(Math.abs(c - b - (d - c))).toBeLessThanOrEqual(1);
  });

  it('places a chain of the deepest kind, and 20,000 leaves, without overflow', () => {
    expect(boxesOf(chain(1000))).toHaveLength(1000);
    expect(boxesOf(treeOf(Array.from({ length: 15_000 }, () => 0)))).toHaveLength(15_001);
    expect(() => planSvg(chain(1002))).toThrow(/1000 levels/);
  });
});
