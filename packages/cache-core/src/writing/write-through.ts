import type { EntryOptions, InvalidationReceipt } from '@perf/contracts';

/** The part of a cache that writers use. */
export interface WritableCache {
  set<T>(key: string, value: T, options?: EntryOptions): Promise<InvalidationReceipt>;
  delete(key: string): Promise<InvalidationReceipt>;
}

/**
 * Sets that go to the source first: the cache never holds what the source refused. When the source fails, nobody knows what it holds,
 * so the key is emptied, and the error thrown.
 *
 * @example
 * const save = writeThrough(cache, (key, user: User) => database.saveUser(user));
 * await save(`user:${user.id}`, user, { tags: ['users'] });
 */
export function writeThrough<T>(
  cache: WritableCache,
  write: (key: string, value: T) => Promise<unknown>,
): (key: string, value: T, options?: EntryOptions) => Promise<InvalidationReceipt> {
  return async (key, value, options) => {
    try {
      await write(key, value);
    } catch (error) {
      await cache.delete(key);
      throw error;
    }
    return cache.set(key, value, options);
  };
}
