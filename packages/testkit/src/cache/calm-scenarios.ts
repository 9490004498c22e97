import { setTimeout as delay } from 'node:timers/promises';
import type { CacheNodes } from './cache-under-test.ts';
import type { Way } from './scenario.ts';
import { METHOD_OF, Stage } from './scenario.ts';
import { versionIn } from './source.ts';
import type { ScenarioResult } from './verdict.ts';
import { Found, judged, settled } from './verdict.ts';

/** Nodes whose backend can be taken away. */
export interface CalmNodes extends CacheNodes {
  /** The backend is gone when it resolves. */
  stop(): Promise<void>;
  /** The backend answers again when it resolves. */
  resume(): Promise<void>;
}

/** How an outage is made. */
export interface CalmOptions {
  /** Length of the outage in ms; longer when calls hang. @default 2500 */
  readonly outageMs?: number;
  /** Invalidations made in the outage. `clear` drops the others' keys too, so give it alone. @default those that the nodes have of delete, tag and set */
  readonly ways?: readonly Way[];
}

/** Most that a hit in memory may take, the way to a node in another process included. */
const HIT_MS = 50;
/** Most that a cold key may take above its load once the backend counts as down: more than a tier should, for busy machines. */
const COLD_MS = 150;
const LOAD_MS = 20;
/** So long after the outage began it is known to all. */
const OPENED_MS = 1200;
const COHERENT_MS = 1000;
const WATCH_MS = 3000;
const CALLERS = 50;

let runs = 0;

/**
 * Takes the backend away for a while and judges what nodes do meanwhile and afterwards:
 * C1 a hot key, C2 a cold key, C3 own invalidations obeyed at once, C4 all nodes coherent within a second of the return,
 * C5 one load on a node for many callers. Never rejects, and always brings the backend back.
 */
export async function runCalmScenarios(
  nodes: CalmNodes,
  { outageMs = 2500, ways = usable(nodes) }: CalmOptions = {},
): Promise<readonly ScenarioResult[]> {
  const stage = new Stage(nodes, `calm-${process.pid}-${++runs}`);
  const keyOf = (way: Way): string => `${stage.key}-${way}`;
  const hot = `${stage.key}-hot`;
  // The tag covers the key of its own way only.
  const warm = await judged('C0', async () => {
    for (let place = 0; place < stage.size; place++) {
      await untagged(stage, place, hot);
      for (const way of ways)
        await (way === 'tag' ? stage.read(place, 0, keyOf(way)) : untagged(stage, place, keyOf(way)));
    }
  });
  if (warm.verdict !== 'ok') return [warm];
  const results: ScenarioResult[] = [];
  const began = performance.now();
  await nodes.stop();
  try {
    const [hit, cold] = await Promise.all([
      judged('C1', () => hotKey(stage, hot)),
      judged('C2', () => coldKey(stage)),
    ]);
    results.push(hit, cold);
    results.push(await judged('C3', () => ownInvalidations(stage, ways, keyOf)));
    results.push(await judged('C5', () => oneLoad(stage)));
    await delay(Math.max(0, began + outageMs - performance.now()));
  } finally {
    await nodes.resume();
  }
  if (ways.length === 0)
    return [...results, { scenario: 'C4', verdict: 'n/a', detail: 'nothing to invalidate with' }];
  results.push(await judged('C4', () => coherent(stage, ways.map(keyOf))));
  return results;
}

function usable({ nodes }: CacheNodes): readonly Way[] {
  const ways: readonly Way[] = ['delete', 'tag', 'set'];
  return ways.filter((way) => nodes.every((node) => node[METHOD_OF[way]] !== undefined));
}

function untagged(stage: Stage, place: number, key: string, loadMs = 0): Promise<unknown> {
  return settled(stage.node(place).getOrSet(key, stage.source.load(key, loadMs)), 'a read');
}

async function hotKey(stage: Stage, key: string): Promise<string> {
  const times: number[] = [];
  for (let i = 0; i < 20; i++)
    for (let place = 0; place < stage.size; place++) {
      const start = performance.now();
      await untagged(stage, place, key);
      times.push(performance.now() - start);
    }
  const middle = times.toSorted((a, b) => a - b)[times.length >> 1] ?? 0;
  if (stage.source.loads(key) > stage.size) throw new Found('repeated', 'what memory held was loaded again');
  if (middle > HIT_MS) throw new Found('slow', `half of the hits took more than ${middle.toFixed(1)} ms`);
  return `median ${middle.toFixed(2)} ms`;
}

async function coldKey(stage: Stage): Promise<string> {
  const began = performance.now();
  let worst = 0;
  for (let i = 0; i < 10 || performance.now() - began < OPENED_MS + 500; i++)
    for (let place = 0; place < stage.size; place++) {
      const start = performance.now();
      await untagged(stage, place, `${stage.key}-cold-${i}-${place}`, LOAD_MS);
      if (start - began > OPENED_MS) worst = Math.max(worst, performance.now() - start - LOAD_MS);
    }
  if (worst > COLD_MS) throw new Found('slow', `${worst.toFixed(0)} ms above the load`);
  return `${worst.toFixed(0)} ms above the load`;
}

/** All at the same time: those that hang, hang together. */
async function ownInvalidations(
  stage: Stage,
  ways: readonly Way[],
  keyOf: (way: Way) => string,
): Promise<void> {
  if (ways.length === 0) throw new Found('n/a', 'nothing to invalidate with');
  await Promise.all(
    ways.map(async (way) => {
      await stage.invalidate(0, way, keyOf(way));
      const value = await untagged(stage, 0, keyOf(way));
      stage.source.expectNew(value, keyOf(way), `the deleting node, in the outage, after the ${way}`);
    }),
  );
}

async function oneLoad(stage: Stage): Promise<void> {
  const key = `${stage.key}-crowd`;
  const calls = Array.from({ length: CALLERS }, () =>
    stage.node(0).getOrSet(key, stage.source.load(key, 100)),
  );
  await settled(Promise.all(calls), 'a read in a crowd');
  const loads = stage.source.loads(key);
  if (loads > 1) throw new Found('repeated', `${loads} loads for ${CALLERS} callers on one node`);
}

/** Watches all nodes from the return of the backend on. */
async function coherent(stage: Stage, keys: readonly string[]): Promise<string> {
  const returned = performance.now();
  const seen = new Map<string, number>();
  while (performance.now() - returned < WATCH_MS) {
    await Promise.all(
      keys.flatMap((key) =>
        Array.from({ length: stage.size }, async (_, place) => {
          const start = performance.now();
          const value = await untagged(stage, place, key);
          if (versionIn(value, key) < stage.source.version(key))
            seen.set(`node ${place + 1}, ${key}`, start - returned);
        }),
      ),
    );
    await delay(25);
  }
  const last = Math.max(0, ...seen.values());
  const who = [...seen].filter(([, ms]) => ms > COHERENT_MS).map(([what]) => what);
  if (last > WATCH_MS - 300) throw new Found('lost', `${who.join('; ')} still old after ${WATCH_MS} ms`);
  if (last > COHERENT_MS) throw new Found('late', `${who.join('; ')} old for ${last.toFixed(0)} ms`);
  return `coherent after ${last.toFixed(0)} ms`;
}
