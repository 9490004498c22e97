// What do a limit, a pool and a breaker cost? Groups of 1000 short pieces of work over a limit of 10 against p-limit; groups of 100 over 10
// resources against generic-pool; calls in sequence through a closed breaker against cockatiel's breaker of the same kind, a share of
// failures within 10 s. Default options, work that is one resolved promise.
import { CircuitBreaker, Limit, Pool } from '@perf/resilience';
import type { Batch, Figure } from '@perf/testkit/measure';
import { compareInProcess, figureOf, peerVersion } from '@perf/testkit/measure';
import { SamplingBreaker, circuitBreaker, handleAll } from 'cockatiel';
import { createPool } from 'generic-pool';
import pLimit from 'p-limit';

interface Pair {
  readonly id: string;
  readonly peer: string;
  readonly note: string;
  readonly ours: Batch;
  readonly theirs: Batch;
}

export async function primitives(quick: boolean): Promise<readonly Figure[]> {
  const figures: Figure[] = [];
  for (const { id, peer, note, ours, theirs } of [limits(), pools(), breakers()]) {
    const [rounds, roundMs] = quick ? [7, 60] : [11, 200];
    const comparison = await compareInProcess({ ours, peer: theirs, direction: 'max', rounds, roundMs });
    const { oursNs, peerNs } = comparison;
    const times = `${(oursNs / 1000).toFixed(2)} µs against ${(peerNs / 1000).toFixed(2)} µs an op`;
    const name = peerVersion(peer, import.meta.url);
    figures.push(
      figureOf(id, comparison, { peer: name, note: `${note}, ${times}${quick ? ', quick' : ''}` }),
    );
  }
  return figures;
}

function limits(): Pair {
  const ours = new Limit(10);
  const theirs = pLimit(10);
  return {
    id: 'resilience.limit.vs-p-limit',
    peer: 'p-limit',
    note: '1000 callers over a limit of 10',
    ours: inGroups(1000, (i) => ours.run(async () => i)),
    theirs: inGroups(1000, (i) => theirs(async () => i)),
  };
}

function pools(): Pair {
  const open = (): Promise<object> => Promise.resolve({});
  const ours = new Pool({ max: 10, open, close: () => undefined });
  const theirs = createPool({ create: open, destroy: () => Promise.resolve() }, { max: 10 });
  return {
    id: 'resilience.pool.vs-generic-pool',
    peer: 'generic-pool',
    note: '100 callers over 10 resources',
    ours: inGroups(100, (i) => ours.use(async () => i)),
    theirs: inGroups(100, async (i) => theirs.use(async () => i)),
  };
}

function breakers(): Pair {
  const ours = new CircuitBreaker();
  const breaker = new SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 1 });
  const theirs = circuitBreaker(handleAll, { halfOpenAfter: 1000, breaker });
  return {
    id: 'resilience.breaker.vs-cockatiel',
    peer: 'cockatiel',
    note: 'closed, calls in sequence',
    ours: inSequence((i) => ours.run(async () => i)),
    theirs: inSequence((i) => theirs.execute(async () => i)),
  };
}

function inSequence(call: (i: number) => Promise<number>): Batch {
  return async (iterations) => {
    let sum = 0;
    for (let i = 0; i < iterations; i++) sum += await call(i);
    return sum;
  };
}

function inGroups(size: number, call: (i: number) => Promise<number>): Batch {
  return async (iterations) => {
    let sum = 0;
    for (let done = 0; done < iterations; done += size) {
      const count = Math.min(size, iterations - done);
      const results = await Promise.all(Array.from({ length: count }, (_, i) => call(i)));
      sum += results.length;
    }
    return sum;
  };
}
