// What does a hit cost? The synchronous path of getOrSet against a bare lru-cache `get`: 100,000 live keys, small values.
// The awaited one against bentocache's getOrSet on its memory tier: 10,000 live keys, answers of 20 rows; and the same with
// small values. Keys are `query:<16 hex>`, read in random order; default options on both sides. Then the memory store by itself,
// see memory-cases.ts and bytes-case.ts.
import { TieredCache } from '@perf/cache-core';
import { seededRandom } from '@perf/testkit';
import type { Batch, Figure } from '@perf/testkit/measure';
import {
  compareInProcess,
  figureOf,
  parseBenchArgs,
  peerVersion,
  printFigures,
  writeFigures,
} from '@perf/testkit/measure';
import { LRUCache } from 'lru-cache';
import type { Bento } from './bento-peer.ts';
import { openBento } from './bento-peer.ts';
import { memoryFigures } from './memory-figures.ts';

interface Answer {
  readonly id: number;
  readonly rows: readonly object[];
}

const args = parseBenchArgs();
const rounds = args.quick ? 7 : 15;
const roundMs = args.quick ? 60 : 200;
const quick = args.quick ? ', quick' : '';
const random = seededRandom(1);
const lruName = `${peerVersion('lru-cache', import.meta.url)} get`;
const bentoName = `${peerVersion('bentocache', import.meta.url)} getOrSet`;

const many = keysOf(100_000);
const some = keysOf(10_000);
const small = async (): Promise<Figure[]> => {
  const ours = new TieredCache();
  const lru = new LRUCache<string, Answer>({ max: many.length });
  const bento = await openBento<Answer>(many.length);
  await fill(many, 0, async (key, answer) => {
    await ours.cacheResult(key, answer);
    lru.set(key, answer);
    await bento.set({ key, value: answer });
  });
  const order = randomOrder(many);
  const note = `100,000 live keys, random order, all hits, values { id, rows: [] }${quick}`;
  const sync = await compareInProcess({
    ours: readSync(ours, order),
    peer: readLru(lru, order),
    direction: 'max',
    rounds,
    roundMs,
  });
  const awaited = await compareInProcess({
    ours: readAwaited(ours, order),
    peer: readBento(bento, order),
    direction: 'min',
    rounds,
    roundMs,
  });
  await close(ours, bento);
  return [
    figureOf('cache.get-or-set.sync.vs-lru-cache-get', sync, { peer: lruName, note }),
    { id: 'cache.get-or-set.sync.ns', value: sync.oursNs, unit: 'ns', n: sync.n, note },
    { id: 'cache.lru-cache-get.ns', value: sync.peerNs, unit: 'ns', n: sync.n, note },
    figureOf('cache.get-or-set.small.vs-bentocache', awaited, { peer: bentoName, note }),
  ];
};
const answers = async (): Promise<Figure[]> => {
  const ours = new TieredCache();
  const bento = await openBento<Answer>(some.length);
  await fill(some, 20, async (key, answer) => {
    await ours.cacheResult(key, answer);
    await bento.set({ key, value: answer });
  });
  const order = randomOrder(some);
  const note = `10,000 live keys, random order, all hits, answers of 20 rows${quick}`;
  const awaited = await compareInProcess({
    ours: readAwaited(ours, order),
    peer: readBento(bento, order),
    direction: 'min',
    rounds,
    roundMs,
  });
  await close(ours, bento);
  return [
    figureOf('cache.get-or-set.vs-bentocache', awaited, { peer: bentoName, note }),
    { id: 'cache.get-or-set.awaited.ns', value: awaited.oursNs, unit: 'ns', n: awaited.n, note },
    { id: 'cache.bentocache.get-or-set.ns', value: awaited.peerNs, unit: 'ns', n: awaited.n, note },
  ];
};

const figures = [...(await small()), ...(await answers()), ...(await memoryFigures(args.quick))];
printFigures(figures);
if (args.json !== undefined) writeFigures(args.json, figures);

/** Sets every key on both sides, to answers of their own. */
async function fill(
  keys: readonly string[],
  rowCount: number,
  set: (key: string, answer: Answer) => Promise<void>,
): Promise<void> {
  for (const [id, key] of keys.entries()) {
    const rows = Array.from({ length: rowCount }, (_, row) => ({ id: row, origin: 'SFO', delay: row * 1.5 }));
    await set(key, { id, rows });
  }
}

function readSync(cache: TieredCache, order: readonly string[]): Batch {
  const mask = order.length - 1;
  return (iterations) => {
    let sum = 0;
    for (let i = 0; i < iterations; i++) {
      const answer = cache.getOrSet(order[i & mask] ?? '', missing);
      if (!(answer instanceof Promise)) sum += answer.id;
    }
    return sum;
  };
}

function readLru(cache: LRUCache<string, Answer>, order: readonly string[]): Batch {
  const mask = order.length - 1;
  return (iterations) => {
    let sum = 0;
    for (let i = 0; i < iterations; i++) sum += cache.get(order[i & mask] ?? '')?.id ?? 0;
    return sum;
  };
}

function readAwaited(cache: TieredCache, order: readonly string[]): Batch {
  const mask = order.length - 1;
  return async (iterations) => {
    let sum = 0;
    for (let i = 0; i < iterations; i++) sum += (await cache.getOrSet(order[i & mask] ?? '', missing)).id;
    return sum;
  };
}

function readBento(bento: Bento<Answer>, order: readonly string[]): Batch {
  const mask = order.length - 1;
  return async (iterations) => {
    let sum = 0;
    for (let i = 0; i < iterations; i++)
      sum += (await bento.getOrSet({ key: order[i & mask] ?? '', factory: missing })).id;
    return sum;
  };
}

/** Ends a run, which is invalid when a read was no hit. */
async function close(cache: TieredCache, bento: Bento<Answer>): Promise<void> {
  const { cacheMisses, evictions } = cache.getStatistics();
  if (cacheMisses > 0 || evictions > 0)
    throw new Error(`invalid run: ${cacheMisses} misses, ${evictions} evictions`);
  await cache[Symbol.asyncDispose]();
  await bento.disconnectAll();
}

function missing(): Answer {
  throw new Error('invalid run: a key is missing');
}

function keysOf(count: number): string[] {
  return Array.from({ length: count }, () => `query:${hex8()}${hex8()}`);
}

function hex8(): string {
  return random
    .int(0, 2 ** 32 - 1)
    .toString(16)
    .padStart(8, '0');
}

/** One long random order, a power of two, walked round and round. */
function randomOrder(keys: readonly string[]): string[] {
  return Array.from({ length: 2 ** 20 }, () => random.pick(keys));
}
