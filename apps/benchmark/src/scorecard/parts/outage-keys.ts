import { sharedNow } from '@perf/testkit/cache';
import type { CoherenceReport } from '../nodes/coherence-watch.ts';
import type { NodeGroup } from '../nodes/node-group.ts';

/** When keys are invalidated. */
const TIMES = ['before', 'early', 'middle', 'late'] as const;
const WAYS = ['delete', 'set', 'tag'] as const;
/** Keys for each time, way and node. */
const EACH = 4;
const HOT = 20;
const HANG_MS = 5000;
const OLD = 1;
const NEW = 2;

interface Target {
  readonly key: string;
  readonly tag: string;
  readonly way: (typeof WAYS)[number];
  readonly node: number;
  readonly time: (typeof TIMES)[number];
}

/** Keys that all nodes hold at version 1, and that are invalidated before and in an outage: afterwards version 2 is the truth. */
export class OutageKeys {
  readonly hot: readonly string[] = Array.from({ length: HOT }, (_, i) => `hot-${i}`);
  /** Calls that had not settled after 5 s. */
  hangs = 0;
  /** Invalidations that rejected. */
  failed = 0;
  readonly #group: NodeGroup;
  readonly #targets: readonly Target[];
  /** What the invalidating node itself gave that was old. */
  readonly #ownOld: string[] = [];

  constructor(group: NodeGroup) {
    this.#group = group;
    this.#targets = TIMES.flatMap((time) =>
      group.processes.flatMap((_, node) =>
        WAYS.flatMap((way) =>
          Array.from({ length: EACH }, (__, i) => {
            const key = `${time}-${way}-${node}-${i}`;
            return { key, tag: `tag-${key}`, way, node, time };
          }),
        ),
      ),
    );
  }

  /** How many invalidations there are. */
  get count(): number {
    return this.#targets.length;
  }

  /** Has every node load every key. */
  async warm(): Promise<void> {
    for (const { cache } of this.#group.processes) {
      await Promise.all(this.hot.map((key) => cache.getOrSet(key, async () => ({ key, version: OLD }))));
      await Promise.all(
        this.#targets.map(({ key, tag }) =>
          cache.getOrSet(key, async () => ({ key, version: OLD }), { tags: [tag] }),
        ),
      );
    }
  }

  /** Invalidates the keys of that time on their nodes; each node must obey its own at once. */
  async invalidate(time: Target['time']): Promise<void> {
    await Promise.all(
      this.#targets.filter((target) => target.time === time).map((target) => this.#invalidate(target)),
    );
  }

  /** Has all nodes read all keys until then. */
  watch(until: number): Promise<CoherenceReport[]> {
    const keys = this.#targets.map(({ key }) => key);
    return Promise.all(
      this.#group.processes.map((node) => node.watchCoherence({ keys, version: NEW, until })),
    );
  }

  /** What was old for how long after the return; after `lostMs` it is lost. */
  judge(
    reports: readonly CoherenceReport[],
    returned: number,
    lostMs: number,
  ): { readonly coherentMs: number; readonly lost: readonly string[] } {
    const old = reports.flatMap(({ lastOld }, node) =>
      lastOld.map(([key, at]) => ({ what: `node ${node}, ${key}`, ms: at - returned })),
    );
    this.failed += reports.reduce((sum, { failed }) => sum + failed, 0);
    const lost = old
      .filter(({ ms }) => ms > lostMs)
      .map(({ what, ms }) => `${what}: old ${ms.toFixed(0)} ms after the return`);
    return { coherentMs: Math.max(0, ...old.map(({ ms }) => ms)), lost: [...this.#ownOld, ...lost] };
  }

  async #invalidate(target: Target): Promise<void> {
    const { key, node } = target;
    const cache = this.#group.processes[node]?.cache;
    const start = sharedNow();
    const timer = setTimeout(() => this.hangs++, HANG_MS);
    try {
      await this.#order(target);
    } catch {
      // An invalidation that is not acknowledged promises nothing, and should not happen.
      this.failed++;
      return;
    } finally {
      clearTimeout(timer);
    }
    const value = await cache?.getOrSet(key, async () => ({ key, version: NEW }), { tags: [target.tag] });
    const isNew = typeof value === 'object' && value !== null && 'version' in value && value.version === NEW;
    if (!isNew)
      this.#ownOld.push(
        `node ${node}, ${key}: old on its own node ${(sharedNow() - start).toFixed(0)} ms after`,
      );
  }

  async #order({ key, tag, way, node }: Target): Promise<void> {
    const cache = this.#group.processes[node]?.cache;
    switch (way) {
      case 'delete':
        return cache?.delete?.(key);
      case 'set':
        return cache?.set?.(key, { key, version: NEW }, { tags: [tag] });
      case 'tag':
        return cache?.invalidateTag?.(tag);
    }
  }
}
