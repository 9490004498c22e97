import { NaiveGhost, NaiveSketch } from './naive-memories.ts';

/** A key as a naive cache holds it. */
interface Held {
  readonly key: string;
  readonly hash: number;
  uses: number;
}

/** A cache told plainly: arrays that are searched from end to end. */
export interface NaiveCache {
  /** Uses a key that is there. */
  use(key: string): boolean;
  /** Takes in a key that is not there; gives back the key that left. */
  add(key: string): string | undefined;
  remove(key: string): void;
}

/** SIEVE: oldest first, a hand that is an index. */
export class NaiveSieve implements NaiveCache {
  readonly #queue: Held[] = [];
  readonly #entries: number;
  #hand = 0;

  constructor(entries: number) {
    this.#entries = entries;
  }

  use(key: string): boolean {
    const held = this.#queue.find((item) => item.key === key);
    if (held !== undefined) held.uses = 1;
    return held !== undefined;
  }

  add(key: string): string | undefined {
    const victim = this.#queue.length === this.#entries ? this.#evict() : undefined;
    this.#queue.push({ key, hash: 0, uses: 0 });
    return victim;
  }

  remove(key: string): void {
    const at = this.#queue.findIndex((item) => item.key === key);
    if (at < 0) return;
    this.#queue.splice(at, 1);
    if (at < this.#hand) this.#hand--;
    this.#wrap();
  }

  #evict(): string | undefined {
    for (;;) {
      const held = this.#queue[this.#hand];
      if (held === undefined) return undefined;
      if (held.uses === 0) break;
      held.uses = 0;
      this.#hand++;
      this.#wrap();
    }
    const [victim] = this.#queue.splice(this.#hand, 1);
    // The hand at the end points at nothing yet: what comes in next does not stand under it.
    this.#wrap();
    return victim?.key;
  }

  #wrap(): void {
    if (this.#hand >= this.#queue.length) this.#hand = 0;
  }
}

/** S3-FIFO and W-TinyLFU: two arrays, oldest first. */
export class NaiveTwoQueues implements NaiveCache {
  readonly #entries: number;
  readonly #hashOf: (key: string) => number;
  window: Held[] = [];
  main: Held[] = [];
  mode: 's3-fifo' | 'w-tinylfu';
  windowShare = 0.1;
  #ghost: NaiveGhost | undefined;
  #sketch: NaiveSketch | undefined;
  #madeFor = 0;

  constructor(entries: number, mode: 's3-fifo' | 'w-tinylfu', hashOf: (key: string) => number) {
    this.#entries = entries;
    this.mode = mode;
    this.#hashOf = hashOf;
  }

  /** Keys held, in the order in which an adaptive policy shows them to its shadows. */
  get keys(): string[] {
    return [...this.window, ...this.main].map((held) => held.key);
  }

  use(key: string): boolean {
    const held = this.#find(key);
    if (held !== undefined) held.uses = Math.min(3, held.uses + 1);
    return held !== undefined;
  }

  add(key: string): string | undefined {
    const isFull = this.window.length + this.main.length === this.#entries;
    const victim = isFull ? this.evict() : undefined;
    const held = { key, hash: this.#hashOf(key), uses: 0 };
    this.#sketch?.add(held.hash, 1);
    const isBack = this.#ghost?.take(held.hash) === true;
    (isBack && this.mode === 's3-fifo' ? this.main : this.window).push(held);
    return victim;
  }

  remove(key: string): void {
    this.window = this.window.filter((held) => held.key !== key);
    this.main = this.main.filter((held) => held.key !== key);
  }

  /** Makes the memories when room is first needed, and when the entries have become many more or fewer. */
  fit(): boolean {
    const used = this.window.length + this.main.length;
    if (used <= this.#madeFor * 1.5 && used >= this.#madeFor / 2) return false;
    this.#madeFor = used;
    this.#ghost = new NaiveGhost(used * 0.9);
    this.#sketch = new NaiveSketch(used);
    return true;
  }

  evict(): string | undefined {
    this.fit();
    return this.mode === 's3-fifo' ? this.#evictS3() : this.#evictTinyLfu();
  }

  #evictS3(): string | undefined {
    const wanted = Math.max(1, Math.floor((this.window.length + this.main.length) * this.windowShare));
    if (this.window.length >= wanted || this.main.length === 0)
      for (let held = this.window.shift(); held !== undefined; held = this.window.shift()) {
        const { uses } = held;
        this.#fold(held, uses);
        if (uses <= 1) {
          this.#ghost?.add(held.hash);
          return held.key;
        }
        this.main.push(held);
      }
    for (let held = this.main.shift(); held !== undefined; held = this.main.shift()) {
      if (held.uses === 0) return held.key;
      this.#fold(held, 1);
      this.main.push(held);
    }
    return undefined;
  }

  #evictTinyLfu(): string | undefined {
    const wanted = Math.max(1, Math.floor((this.window.length + this.main.length) * 0.01));
    while (this.window.length > wanted) this.main.push(...this.window.splice(0, 1));
    if (this.window.length < wanted && this.main.length > 0) {
      this.#turnToVictim();
      return this.main.shift()?.key;
    }
    const newcomer = this.window.shift();
    if (newcomer === undefined) return undefined;
    if (this.main.length > 0) {
      this.#turnToVictim();
      const [victim] = this.main;
      if (victim !== undefined && this.#frequency(newcomer) > this.#frequency(victim) + 1) {
        this.main.shift();
        this.main.push(newcomer);
        return victim.key;
      }
    }
    this.#fold(newcomer, newcomer.uses);
    this.#ghost?.add(newcomer.hash);
    return newcomer.key;
  }

  /** Turns the main queue until an unused key is its first. */
  #turnToVictim(): void {
    for (let held = this.main[0]; held !== undefined && held.uses > 0; held = this.main[0]) {
      this.#fold(held, held.uses);
      this.main.push(...this.main.splice(0, 1));
    }
  }

  #frequency({ hash, uses }: Held): number {
    return (this.#sketch?.estimate(hash) ?? 0) + uses;
  }

  #fold(held: Held, uses: number): void {
    held.uses -= uses;
    this.#sketch?.add(held.hash, uses);
  }

  #find(key: string): Held | undefined {
    return this.window.find((held) => held.key === key) ?? this.main.find((held) => held.key === key);
  }
}

/** The adaptive policy of a store of under 256 entries, where every key is followed. */
export class NaiveAdaptive implements NaiveCache {
  readonly #real: NaiveTwoQueues;
  readonly #entries: number;
  readonly #hashOf: (key: string) => number;
  #shadows: readonly [NaiveTwoQueues, NaiveTwoQueues] | undefined;
  #score = 0;
  #followed = 0;
  #lag = 0;
  #lags = false;

  constructor(entries: number, hashOf: (key: string) => number) {
    this.#entries = entries;
    this.#hashOf = hashOf;
    this.#real = new NaiveTwoQueues(entries, 'w-tinylfu', hashOf);
  }

  use(key: string): boolean {
    const isHit = this.#real.use(key);
    if (isHit) this.#observe(key, 1);
    return isHit;
  }

  add(key: string): string | undefined {
    const { length } = this.#real.keys;
    if (length === this.#entries && this.#real.fit()) this.#follow(length);
    const shape = this.#shadows?.[1];
    if (length === this.#entries)
      this.#real.windowShare =
        shape !== undefined && this.#lags
          ? Math.max(0.1, shape.window.length / Math.max(1, shape.keys.length))
          : 0.1;
    const victim = this.#real.add(key);
    this.#observe(key, 0);
    return victim;
  }

  remove(key: string): void {
    if (!this.#real.keys.includes(key)) return;
    this.#real.remove(key);
    for (const shadow of this.#shadows ?? []) shadow.remove(key);
  }

  #follow(entries: number): void {
    this.#followed = entries;
    this.#score = 0;
    this.#lag = 0;
    this.#lags = false;
    this.#shadows = [
      new NaiveTwoQueues(entries, 'w-tinylfu', this.#hashOf),
      new NaiveTwoQueues(entries, 's3-fifo', this.#hashOf),
    ];
    for (const key of this.#real.keys) for (const shadow of this.#shadows) shadow.add(key);
  }

  #observe(key: string, real: number): void {
    if (this.#shadows === undefined) return;
    const [first, second] = this.#shadows.map((shadow) => {
      const isHit = shadow.use(key);
      if (!isHit) shadow.add(key);
      return isHit ? 1 : 0;
    });
    const memory = 10 * this.#followed;
    this.#score += (second ?? 0) - (first ?? 0) - this.#score / memory;
    const lead = Math.max(4, 0.005 * memory);
    if (this.#score > lead) this.#real.mode = 's3-fifo';
    if (this.#score < -lead) this.#real.mode = 'w-tinylfu';
    if (this.#real.mode === 'w-tinylfu') {
      this.#lag = 0;
      this.#lags = false;
    }
    this.#lag += (second ?? 0) - real - this.#lag / memory;
    const farLead = Math.max(4, 0.05 * memory);
    if (this.#lag > farLead) this.#lags = true;
    if (this.#lag < -farLead) this.#lags = false;
  }
}
