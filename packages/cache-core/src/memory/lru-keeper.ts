import { LRUCache } from 'lru-cache';
import type { MemoryEntry } from '../memory-entry.ts';
import { isCurrent } from '../tag-slots.ts';
import type { DropListener, EntryKeeper, KeeperBounds } from './entry-keeper.ts';

/** Entries in an lru-cache: the least recently used goes first. */
export class LruKeeper implements EntryKeeper {
  readonly #now: () => number;
  #lru: LRUCache<string, MemoryEntry>;
  hits = 0;
  misses = 0;
  evictions = 0;
  onDrop: DropListener | undefined;

  constructor(bounds: KeeperBounds, now: () => number) {
    this.#now = now;
    this.#lru = this.#create(bounds);
  }

  get size(): number {
    return this.#lru.size;
  }

  get bytes(): number {
    return this.#lru.calculatedSize;
  }

  get(key: string): unknown {
    return this.read(key)?.value;
  }

  read(key: string): MemoryEntry | undefined {
    const entry = this.#lru.get(key);
    if (entry === undefined || this.#isDead(key, entry)) {
      this.misses++;
      return undefined;
    }
    this.hits++;
    return entry;
  }

  put(key: string, { value, tags, createdAt, expiresAt, bytes }: MemoryEntry): void {
    this.#lru.set(key, { value, tags, createdAt, expiresAt, bytes }, { size: bytes });
  }

  remove(key: string): void {
    this.#lru.delete(key);
  }

  clear(): void {
    this.#lru.clear();
  }

  keys(): Iterable<string> {
    return this.#lru.keys();
  }

  /** An lru-cache keeps the bounds it was made with, so the entries move into a new one, the oldest first. */
  marginalHits(): undefined {
    return undefined;
  }

  resize(bounds: KeeperBounds): void {
    const entries: [string, MemoryEntry][] = [];
    for (const key of this.#lru.rkeys()) {
      const entry = this.#lru.peek(key);
      if (entry !== undefined) entries.push([key, entry]);
    }
    this.#lru = this.#create(bounds);
    for (const [key, entry] of entries) {
      if (entry.bytes <= bounds.maxBytes) this.#lru.set(key, entry, { size: entry.bytes });
      else this.#dropped(entry, 'evict');
    }
  }

  /** Whether an entry may not be served any more; it is dropped then. */
  #isDead(key: string, { expiresAt, tags }: MemoryEntry): boolean {
    const isLive =
      (expiresAt === Infinity || expiresAt > this.#now()) && (tags === undefined || isCurrent(tags));
    if (!isLive) this.#lru.delete(key);
    return !isLive;
  }

  #create({ maxEntries, maxBytes }: KeeperBounds): LRUCache<string, MemoryEntry> {
    return new LRUCache({
      max: maxEntries,
      maxSize: maxBytes,
      dispose: (entry, _, reason) => this.#dropped(entry, reason),
    });
  }

  #dropped(entry: MemoryEntry, reason: LRUCache.DisposeReason): void {
    if (reason === 'evict') this.evictions++;
    this.onDrop?.(entry, reason === 'evict');
  }
}
