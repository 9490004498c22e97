import type { CacheCall, CacheUnderTest, CalmNodes } from '@perf/testkit/cache';

/** What a little cluster can be made without. */
export type Protection =
  | 'flight fence'
  | 'lease'
  | 'tags'
  | 'clear'
  | 'bus'
  | 'gap detection'
  | 'journal'
  | 'single flight'
  | 'fall-back';

interface Entry {
  readonly value: unknown;
  readonly tags: readonly string[];
}

type Matches = (key: string, tags: readonly string[]) => boolean;

interface Flight {
  readonly tags: readonly string[];
  readonly result: Promise<unknown>;
}

/** Two nodes with a memory each over one backend, all in this process: right, unless it is made without a protection. */
export class LittleCluster implements CalmNodes {
  readonly entries = new Map<string, Entry>();
  readonly leases = new Map<string, Flight>();
  readonly nodes: readonly LittleNode[];
  readonly without: Protection | undefined;
  isDown = false;
  /** Messages so far. */
  sequence = 0;
  #fault: 'hold' | 'lose' | undefined;
  #held: Matches[] = [];

  constructor(without?: Protection) {
    this.without = without;
    this.nodes = [new LittleNode(this), new LittleNode(this)];
  }

  readonly faults = {
    hold: async (): Promise<void> => void (this.#fault = 'hold'),
    lose: async (): Promise<void> => void (this.#fault = 'lose'),
    deliver: async (): Promise<void> => {
      this.#fault = undefined;
      for (const matches of this.#held.splice(0)) this.nodes[1]?.hear(matches);
    },
  };

  async stop(): Promise<void> {
    this.isDown = true;
  }

  async resume(): Promise<void> {
    this.isDown = false;
    for (const node of this.nodes) node.replay();
  }

  async close(): Promise<void> {}

  /** Drops what matches everywhere. */
  broadcast(from: LittleNode, matches: Matches): void {
    for (const [key, { tags }] of this.entries) if (matches(key, tags)) this.entries.delete(key);
    for (const [key, { tags }] of this.leases) if (matches(key, tags)) this.leases.delete(key);
    if (this.without === 'bus') return;
    this.sequence++;
    from.heard++;
    for (const [place, node] of this.nodes.entries()) {
      if (node === from) continue;
      if (place === 1 && this.#fault === 'hold') this.#held.push(matches);
      else if (place !== 1 || this.#fault !== 'lose') node.hear(matches);
    }
  }
}

class LittleNode implements CacheUnderTest {
  heard = 0;
  readonly #cluster: LittleCluster;
  readonly #memory = new Map<string, Entry>();
  readonly #flights = new Map<string, Flight>();
  readonly #journal: Matches[] = [];

  constructor(cluster: LittleCluster) {
    this.#cluster = cluster;
  }

  async getOrSet(key: string, load: () => Promise<unknown>, { tags = [] }: CacheCall = {}): Promise<unknown> {
    const cluster = this.#cluster;
    if (this.heard !== cluster.sequence && cluster.without !== 'gap detection') {
      this.#memory.clear();
      this.heard = cluster.sequence;
    }
    if (cluster.without === 'fall-back' && cluster.isDown) return new Promise(() => undefined);
    const found = this.#memory.get(key) ?? (cluster.isDown ? undefined : cluster.entries.get(key));
    if (found !== undefined) {
      this.#memory.set(key, found);
      return found.value;
    }
    const running = this.#flights.get(key) ?? (cluster.isDown ? undefined : cluster.leases.get(key));
    if (running !== undefined && cluster.without !== 'single flight') return running.result;
    return this.#load(key, load, tags);
  }

  async get(key: string): Promise<unknown> {
    return this.#memory.get(key)?.value;
  }

  async set(key: string, value: unknown, { tags = [] }: CacheCall = {}): Promise<void> {
    this.#invalidate((other) => other === key);
    this.#memory.set(key, { value, tags });
    if (!this.#cluster.isDown) this.#cluster.entries.set(key, { value: structuredClone(value), tags });
  }

  async delete(key: string): Promise<void> {
    this.#invalidate((other) => other === key);
  }

  async invalidateTag(tag: string): Promise<void> {
    if (this.#cluster.without !== 'tags') this.#invalidate((_, tags) => tags.includes(tag));
  }

  async clear(): Promise<void> {
    if (this.#cluster.without !== 'clear') this.#invalidate(() => true);
    else this.#memory.clear();
  }

  hear(matches: Matches): void {
    this.heard++;
    this.#drop(matches);
  }

  replay(): void {
    if (this.#cluster.without !== 'journal')
      for (const matches of this.#journal) this.#cluster.broadcast(this, matches);
    this.#journal.length = 0;
  }

  #invalidate(matches: Matches): void {
    this.#drop(matches);
    if (this.#cluster.isDown) this.#journal.push(matches);
    else this.#cluster.broadcast(this, matches);
  }

  #drop(matches: Matches): void {
    for (const [key, { tags }] of this.#memory) if (matches(key, tags)) this.#memory.delete(key);
    if (this.#cluster.without === 'flight fence') return;
    for (const [key, { tags }] of this.#flights) if (matches(key, tags)) this.#flights.delete(key);
  }

  #load(key: string, load: () => Promise<unknown>, tags: readonly string[]): Promise<unknown> {
    const cluster = this.#cluster;
    const result = load().then((value) => {
      const entry = { value, tags };
      if (this.#flights.get(key) === flight) {
        this.#flights.delete(key);
        if (value !== undefined) this.#memory.set(key, entry);
      }
      const isLeased = cluster.leases.get(key) === flight;
      if (isLeased) cluster.leases.delete(key);
      if (value !== undefined && !cluster.isDown && (isLeased || cluster.without === 'lease'))
        cluster.entries.set(key, structuredClone(entry));
      return value;
    });
    const flight: Flight = { tags, result };
    result.catch(() => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
      if (cluster.leases.get(key) === flight) cluster.leases.delete(key);
    });
    this.#flights.set(key, flight);
    if (!cluster.isDown) cluster.leases.set(key, flight);
    return result;
  }
}
