import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { TieredCache } from '@perf/cache-core';
import { RedisStore, redisOptions } from '@perf/cache-redis';
import type { BusListener, Invalidation } from '@perf/contracts';
import { describeWith } from '@perf/services/vitest';
import { Redis } from 'ioredis';
import { expect, it, vi } from 'vitest';

const SLOW_TAG = 'slow';

/** A store whose messages, and the counter of one tag, come as late as the test wants. */
class LateStore extends RedisStore {
  /** Messages that wait to be heard. */
  readonly late: Invalidation[] = [];
  readonly #trusted = Promise.withResolvers<void>();
  readonly #counted = Promise.withResolvers<void>();
  #hear: ((invalidation: Invalidation) => void) | undefined;

  override subscribe(listener: BusListener): Promise<AsyncDisposable> {
    this.#hear = (invalidation) => listener.invalidated(invalidation);
    return super.subscribe({
      invalidated: (invalidation) => void this.late.push(invalidation),
      landed: (key) => listener.landed(key),
      stateChanged: (state) => {
        listener.stateChanged(state);
        if (state === 'trusted') this.#trusted.resolve();
      },
    });
  }

  /** Resolves when it listens. */
  trusted(): Promise<void> {
    return this.#trusted.promise;
  }

  override async generations(names: readonly string[]): Promise<readonly number[]> {
    if (names.some((name) => name.endsWith(SLOW_TAG))) await this.#counted.promise;
    return super.generations(names);
  }

  hearAll(): void {
    for (const invalidation of this.late.splice(0)) this.#hear?.(invalidation);
  }

  count(): void {
    this.#counted.resolve();
  }
}

describeWith('redis', 'a set that has to ask for its counters', (url) => {
  it('outdoes an older one of another node, though the message of that comes late', async () => {
    const prefix = `${randomUUID()}:`;
    const clients = [new Redis(url, redisOptions), new Redis(url, redisOptions)] as const;
    await Promise.all(clients.map((client) => once(client, 'ready')));
    await using other = new TieredCache({ tiers: [new RedisStore(clients[0], { prefix })] });
    const store = new LateStore(clients[1], { prefix });
    await using cache = new TieredCache({ tiers: [store] });
    await store.trusted();
    await other.set('k', 'older', { tags: ['t'] });
    await vi.waitFor(() => expect(store.late).toHaveLength(1));

    const setting = cache.set('k', 'set', { tags: ['t', SLOW_TAG] });
    store.hearAll();
    const during = await cache.getOrSet('k', () => 'loaded', { tags: ['t'] });
    store.count();
    await setting;

    expect(during).toBe('loaded');
    expect(await cache.getOrSet('k', () => 'loaded again', { tags: ['t'] })).not.toBe('older');
    for (const client of clients) client.disconnect();
  });
});
