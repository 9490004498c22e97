import type { MemoryEntry, SeenTags } from '../memory-entry.ts';
import { isCurrent } from '../tag-slots.ts';
import type { DropListener, EntryKeeper, KeeperBounds } from './entry-keeper.ts';
import type { EvictionPolicy } from './eviction-policy.ts';
import type { KeyHash } from './key-hash.ts';
import type { MarginalHits } from './margins.ts';
import { NumberColumn } from './number-column.ts';
import { NONE, SAMPLED, SlotTable, USES } from './slot-table.ts';

/** Room made at first; doubled as it is used up. */
const FIRST_CAPACITY = 64;

/** The bit of a mark that says its entry expires or has tags, so that a hit must look. The policies leave it alone. */
const MORTAL = 32;
/** A mark with these bits as in QUIET has nothing to count, to check or to tell. Here, as a constant of another module costs seven steps. */
const NOTABLE = USES | SAMPLED | MORTAL;
const QUIET = USES;

/** What a slot keeper needs from outside. */
export interface SlotKeeperOptions extends KeeperBounds {
  readonly createPolicy: (table: SlotTable) => EvictionPolicy;
  readonly hashOf: KeyHash;
  readonly now: () => number;
}

/**
 * Entries in numbered slots: a map from key to slot and one array per property. A hit is a look-up and a count in the slot's
 * mark; nothing is moved, hashed or allocated. Keys are hashed when they come in, and the policy chooses when one must go.
 */
export class SlotKeeper implements EntryKeeper {
  readonly #slots = new Map<string, number>();
  readonly #table = new SlotTable();
  /** The table's own: one step less in each hit. */
  #marks: Uint8Array;
  readonly #policy: EvictionPolicy;
  readonly #hashOf: KeyHash;
  readonly #now: () => number;
  readonly #createdAt: NumberColumn;
  readonly #expiresAt: NumberColumn;
  readonly #sizes = new NumberColumn(0);
  #keys: (string | undefined)[] = [];
  #values: unknown[] = [];
  /** Made with the first tagged entry. */
  #tags: (SeenTags | undefined)[] | undefined;
  #maxEntries = 0;
  #maxBytes = 0;
  bytes = 0;
  hits = 0;
  misses = 0;
  evictions = 0;
  onDrop: DropListener | undefined;

  constructor(options: SlotKeeperOptions) {
    this.#maxEntries = options.maxEntries;
    this.#maxBytes = options.maxBytes;
    this.#hashOf = options.hashOf;
    this.#now = options.now;
    this.#policy = options.createPolicy(this.#table);
    this.#marks = this.#table.marks;
    const epoch = Math.floor(options.now());
    this.#createdAt = new NumberColumn(epoch);
    this.#expiresAt = new NumberColumn(epoch);
  }

  get size(): number {
    return this.#table.used;
  }

  get(key: string): unknown {
    const found = this.#slots.get(key);
    if (found === undefined) return this.#miss();
    // Tells the compiler that it is a small integer, which saves a hit twenty steps.
    const slot = found | 0;
    const mark = this.#marks[slot] ?? 0;
    if ((mark & NOTABLE) !== QUIET && !this.#note(slot, mark)) return this.#miss();
    this.hits++;
    return this.#values[slot];
  }

  read(key: string): MemoryEntry | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined || !this.#note(slot, this.#marks[slot] ?? 0)) return this.#miss();
    this.hits++;
    return this.#entry(slot);
  }

  put(key: string, entry: MemoryEntry): void {
    const found = this.#slots.get(key);
    if (found === undefined) return this.#insert(key, entry);
    const slot = found | 0;
    if (this.onDrop !== undefined || !this.#sizes.has(slot, entry.bytes))
      return this.#replace(slot, key, entry);
    this.#write(slot, entry);
    const mark = this.#marks[slot] ?? 0;
    if ((mark & NOTABLE) !== QUIET) this.#use(slot, mark);
  }

  remove(key: string): void {
    const slot = this.#slots.get(key);
    if (slot !== undefined) this.#drop(slot, false);
  }

  clear(): void {
    const dropped =
      this.onDrop === undefined ? [] : Array.from(this.#slots.values(), (slot) => this.#entry(slot));
    this.#slots.clear();
    this.#policy.clear();
    this.#table.clear();
    this.#marks = this.#table.marks;
    this.#keys = [];
    this.#values = [];
    this.#tags = undefined;
    for (const column of [this.#createdAt, this.#expiresAt, this.#sizes]) column.clear();
    this.bytes = 0;
    for (const entry of dropped) this.onDrop?.(entry, false);
  }

  keys(): Iterable<string> {
    return this.#slots.keys();
  }

  resize({ maxEntries, maxBytes }: KeeperBounds): void {
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
    while (this.#table.used > maxEntries || this.bytes > maxBytes) this.#evict();
  }

  /** Throws when map, slots, queues and bytes do not agree: for tests. */
  validate(): void {
    this.#policy.validate();
    if (this.#slots.size !== this.#table.used)
      throw new RangeError(`${this.#slots.size} keys, ${this.#table.used} slots taken`);
    let bytes = 0;
    for (const [key, slot] of this.#slots) {
      if (this.#keys[slot] !== key) throw new RangeError(`slot ${slot} holds another key than ${key}`);
      if (this.#table.hashes[slot] !== this.#hashOf(key))
        throw new RangeError(`slot ${slot} has a wrong hash`);
      bytes += this.#sizes.at(slot);
    }
    if (bytes !== this.bytes) throw new RangeError(`${bytes} bytes held, ${this.bytes} counted`);
    if (this.#table.used > this.#maxEntries || bytes > this.#maxBytes) throw new RangeError('above a bound');
    const kept = this.#keys.filter((key) => key !== undefined).length;
    if (kept !== this.#slots.size) throw new RangeError(`${kept} keys kept, ${this.#slots.size} in use`);
  }

  /** Whether the entry of a slot may not be served any more; it is dropped then. */
  #isDead(slot: number): boolean {
    const expiresAt = this.#expiresAt.at(slot);
    const tags = this.#tags?.[slot];
    if ((expiresAt === Infinity || expiresAt > this.#now()) && (tags === undefined || isCurrent(tags)))
      return false;
    this.#drop(slot, false);
    return true;
  }

  /** Counts a use of a slot, when its entry may be served; otherwise drops it and says so. */
  #note(slot: number, mark: number): boolean {
    if ((mark & MORTAL) !== 0 && this.#isDead(slot)) return false;
    this.#use(slot, mark);
    return true;
  }

  #use(slot: number, mark: number): void {
    if ((mark & USES) !== USES) this.#marks[slot] = mark + 1;
    if (mark >= SAMPLED) this.#policy.sampledUse(slot);
  }

  #miss(): undefined {
    this.misses++;
    return undefined;
  }

  #insert(key: string, entry: MemoryEntry): void {
    while (this.#table.used >= this.#maxEntries || this.bytes + entry.bytes > this.#maxBytes) this.#evict();
    if (this.#table.used === this.#table.capacity) this.#grow();
    const slot = this.#table.take(this.#hashOf(key));
    this.#slots.set(key, slot);
    this.#keys[slot] = key;
    this.bytes += entry.bytes;
    this.#sizes.set(slot, entry.bytes);
    this.#write(slot, entry);
    this.#policy.add(slot);
  }

  /** Puts an entry where there is one, with all that may follow. */
  #replace(slot: number, key: string, entry: MemoryEntry): void {
    const bytes = this.bytes - this.#sizes.at(slot) + entry.bytes;
    if (bytes > this.#maxBytes) {
      // Room must not be made by dropping what is put in: it leaves, and comes in as a new one.
      this.#drop(slot, false);
      return this.#insert(key, entry);
    }
    const replaced = this.onDrop === undefined ? undefined : this.#entry(slot);
    this.bytes = bytes;
    this.#sizes.set(slot, entry.bytes);
    this.#write(slot, entry);
    this.#use(slot, this.#marks[slot] ?? 0);
    if (replaced !== undefined) this.onDrop?.(replaced, false);
  }

  /** Writes all but the size. */
  #write(slot: number, entry: MemoryEntry): void {
    this.#values[slot] = entry.value;
    this.#createdAt.set(slot, entry.createdAt);
    this.#expiresAt.set(slot, entry.expiresAt);
    if (this.#tags !== undefined || entry.tags !== undefined) this.#setTags(slot, entry.tags);
    const mark = this.#marks[slot] ?? 0;
    const isMortal = entry.expiresAt !== Infinity || entry.tags !== undefined;
    if (isMortal !== ((mark & MORTAL) !== 0)) this.#marks[slot] = mark ^ MORTAL;
  }

  #setTags(slot: number, tags: SeenTags | undefined): void {
    this.#tags ??= room(this.#table.capacity);
    this.#tags[slot] = tags;
  }

  marginalHits(): MarginalHits | undefined {
    return this.#policy.marginalHits?.();
  }

  #entry(slot: number): MemoryEntry {
    return {
      value: this.#values[slot],
      createdAt: this.#createdAt.at(slot),
      expiresAt: this.#expiresAt.at(slot),
      bytes: this.#sizes.at(slot),
      tags: this.#tags?.[slot],
    };
  }

  #evict(): void {
    const slot = this.#policy.evict();
    if (slot === NONE) throw new RangeError('nothing is left to evict');
    this.evictions++;
    this.#release(slot, true);
  }

  #drop(slot: number, evicted: boolean): void {
    this.#policy.remove(slot);
    this.#release(slot, evicted);
  }

  /** Empties a slot that stands in no queue any more. */
  #release(slot: number, evicted: boolean): void {
    const entry = this.onDrop === undefined ? undefined : this.#entry(slot);
    this.bytes -= this.#sizes.at(slot);
    this.#slots.delete(this.#keys[slot] ?? '');
    this.#keys[slot] = undefined;
    this.#values[slot] = undefined;
    if (this.#tags !== undefined) this.#tags[slot] = undefined;
    this.#table.free(slot);
    if (entry !== undefined) this.onDrop?.(entry, evicted);
  }

  #grow(): void {
    const capacity = Math.min(this.#maxEntries, Math.max(FIRST_CAPACITY, this.#table.capacity * 2));
    this.#table.grow(capacity);
    this.#marks = this.#table.marks;
    this.#keys = room(capacity, this.#keys);
    this.#values = room(capacity, this.#values);
    if (this.#tags !== undefined) this.#tags = room(capacity, this.#tags);
    for (const column of [this.#createdAt, this.#expiresAt, this.#sizes]) column.grow(capacity);
  }
}

/** An array of exactly `capacity` places that begins with `items`: one that grows by itself takes half as much again. */
function room<T>(capacity: number, items: readonly (T | undefined)[] = []): (T | undefined)[] {
  const grown = Array.from<T | undefined>({ length: 0 });
  grown.length = capacity;
  grown.fill(undefined);
  for (let i = 0; i < items.length; i++) grown[i] = items[i];
  return grown;
}
