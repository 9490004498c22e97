import { setTimeout as delay } from 'node:timers/promises';
import type { BusFaults, CacheNodes, CacheUnderTest } from './cache-under-test.ts';
import { Source } from './source.ts';
import type { ScenarioResult } from './verdict.ts';
import { Found, judged, settled } from './verdict.ts';

/** Ms after an acknowledgement from which another node must obey. */
export const OTHER_NODE_MS = 250;

/** A scenario: something to do to a cache, and what must be seen then. */
export interface Scenario {
  /** As in `R1`. */
  readonly id: string;
  /** What must hold, in the present tense. */
  readonly claim: string;
  /** Methods it needs besides `getOrSet`. */
  readonly needs: readonly (keyof CacheUnderTest)[];
  /** Nodes it needs. @default 1 */
  readonly nodes?: number;
  /** Whether it needs `faults`. @default false */
  readonly needsFaults?: boolean;
  /** Throws `Found` when it does not hold. */
  run(stage: Stage): Promise<void>;
}

/** How an invalidation is made. */
export type Way = 'delete' | 'tag' | 'set' | 'clear';

/** The method that each way needs. */
export const METHOD_OF: Readonly<Record<Way, keyof CacheUnderTest>> = {
  delete: 'delete',
  tag: 'invalidateTag',
  set: 'set',
  clear: 'clear',
};

/** What one run of a scenario works with: nodes, a source, a key of its own. */
export class Stage {
  readonly source: Source = new Source();
  readonly key: string;
  readonly tag: string;
  readonly #nodes: CacheNodes;

  constructor(nodes: CacheNodes, name: string) {
    this.#nodes = nodes;
    this.key = `${name}-key`;
    this.tag = `${name}-tag`;
  }

  /** The node at `place`; the first is 0. */
  node(place: number): CacheUnderTest {
    const node = this.#nodes.nodes[place];
    if (node === undefined) throw new Found('n/a', `there is no node ${place + 1}`);
    return node;
  }

  /** How many nodes there are. */
  get size(): number {
    return this.#nodes.nodes.length;
  }

  get faults(): BusFaults {
    if (this.#nodes.faults === undefined) throw new Found('n/a', 'messages cannot be disturbed here');
    return this.#nodes.faults;
  }

  /** A read of the key, whose load takes `loadMs`. A source that fails or a caller that is refused rejects. */
  read(place: number, loadMs = 0, key: string = this.key): Promise<unknown> {
    const call = { tags: [this.tag] };
    return settled(this.node(place).getOrSet(key, this.source.load(key, loadMs), call), 'a read');
  }

  /** As `read`, and refuses a value that is older than the source. */
  async expectNew(place: number, when: string, key: string = this.key): Promise<void> {
    const version = this.source.version(key);
    const value = await this.read(place, 0, key);
    // The source changes by the scenario's own steps only, so it still has the version of before the read.
    if (version === this.source.version(key)) this.source.expectNew(value, key, when);
  }

  /** Changes the source of `key` and invalidates it on a node; resolves with the acknowledgement. */
  async invalidate(place: number, way: Way, key: string = this.key): Promise<void> {
    const node = this.node(place);
    this.source.raise(key);
    const work = async (): Promise<void> => {
      switch (way) {
        case 'delete':
          return node.delete?.(key);
        case 'tag':
          return node.invalidateTag?.(this.tag);
        case 'set':
          return node.set?.(key, this.source.value(key), { tags: [this.tag] });
        case 'clear':
          return node.clear?.();
      }
    };
    await settled(work(), `the ${way}`);
  }

  pause(ms: number): Promise<void> {
    return delay(ms);
  }
}

let runs = 0;

/** Runs one scenario on keys of its own. Never rejects. */
export async function runScenario(scenario: Scenario, nodes: CacheNodes): Promise<ScenarioResult> {
  const { id, needs, nodes: count = 1, needsFaults = false } = scenario;
  const na = (detail: string): ScenarioResult => ({ scenario: id, verdict: 'n/a', detail });
  const missing = needs.filter((method) => nodes.nodes.some((node) => node[method] === undefined));
  if (missing.length > 0) return na(`has no ${missing.join(', ')}`);
  if (nodes.nodes.length < count) return na(`needs ${count} nodes`);
  if (needsFaults && nodes.faults === undefined) return na('messages cannot be disturbed here');
  const name = `${id.replace(/\W/g, '-')}-${process.pid}-${++runs}`;
  return judged(id, () => scenario.run(new Stage(nodes, name)));
}
