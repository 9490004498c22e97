import type { Figure } from '@perf/testkit/measure';

/** What a figure must keep to. */
type Bound = { readonly max: number } | { readonly min: number };

const BOUNDS: Readonly<Record<string, Bound>> = {
  'cache.stale-reads': { max: 0 },
  'cache.outage.hangs': { max: 0 },
  'cache.outage.lost-invalidations': { max: 0 },
  'cache.outage.l1-hit-p99-ms': { max: 1 },
  'cache.outage.coherent-s': { max: 1 },
  'cache.outage.unhandled': { max: 0 },
  'cache.outage.cold-over-load-ms': { max: 50 },
  'cache.stampede.loads': { max: 1 },
  'cache.stampede.killed-holder-loads': { max: 2 },
  'cache.kit.broken-copies-missed': { max: 0 },
  'cache.kit.peers-missed': { max: 0 },
};

/** A sentence for each figure that breaks its bound. */
export function brokenBounds(figures: readonly Figure[]): readonly string[] {
  return figures.flatMap(({ id, value }) => {
    const bound = BOUNDS[id];
    if (bound === undefined) return [];
    if ('max' in bound)
      return value <= bound.max ? [] : [`${id} is ${value}, at most ${bound.max} is allowed`];
    return value >= bound.min ? [] : [`${id} is ${value}, at least ${bound.min} is needed`];
  });
}
