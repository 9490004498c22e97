import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TieredCacheOptions } from '@perf/cache-core';
import { TieredCache } from '@perf/cache-core';
import type { DiskStoreOptions } from '@perf/cache-disk';
import { DiskStore } from '@perf/cache-disk';
import { describeWith } from '@perf/services/vitest';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { nodesAt } from './nodes.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perf-tiers-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A cache on the disk, as a process has it that begins now. */
async function process(options: TieredCacheOptions = {}) {
  const disk = await DiskStore.open(folder);
  const cache = new TieredCache({ ...options, tiers: [disk] });
  return {
    cache,
    disk,
    [Symbol.asyncDispose]: async () => {
      await cache[Symbol.asyncDispose]();
      await disk[Symbol.asyncDispose]();
    },
  };
}

describe('a cache on a disk alone', () => {
  it('finds after a restart what it loaded before, with its rules', async () => {
    {
      await using first = await process();
      const load = (): string => 'loaded';
      await first.cache.getOrSet('k', load, { tags: ['t'], staleWhileRevalidateMs: 1000 });
    }

    await using second = await process();

    expect(await second.cache.get('k')).toMatchObject({ value: 'loaded', tier: 'disk', tags: ['t'] });
    expect(await second.cache.get('k')).toMatchObject({ value: 'loaded', tier: 'memory' });
  });

  it.each(['tag', 'key', 'prefix', 'clear', 'namespace'])(
    'remembers an invalidation by %s over a restart',
    async (by) => {
      {
        await using first = await process();
        const part = first.cache.namespace('part');
        await part.set('k', 'old', { tags: ['t'] });
        if (by === 'tag') await first.cache.invalidateTags(['t']);
        else if (by === 'key') await part.delete('k');
        else if (by === 'prefix') await first.cache.invalidatePrefix('part:');
        else if (by === 'clear') await first.cache.clear();
        else await part.clear();
      }

      await using second = await process();

      expect(await second.cache.namespace('part').get('k')).toBeUndefined();
    },
  );

  it('reads nothing from a disk that fails, and loads instead', async () => {
    await using first = await process();
    await first.disk[Symbol.asyncDispose]();

    expect(await first.cache.getOrSet('k', () => 'loaded')).toBe('loaded');
    expect(first.cache.getStatistics().tiers[1]?.errors).toBeGreaterThan(0);
  });

  it('keeps private values encrypted, and secret ones nowhere', async () => {
    const privacy = {
      classify: (key: string) => (key === 'secret' ? ('secret' as const) : ('pii' as const)),
      encryptionKey: Buffer.alloc(32, 1),
    };
    await using first = await process({ memory: false, privacy });
    await first.cache.set('pii', 'Ada Lovelace');
    await first.cache.getOrSet('secret', () => 'token');
    await first.cache.flush();

    const [pii, secret] = await first.disk.getMany(['pii', 'secret']);
    expect(Buffer.from(pii?.value ?? []).includes('Lovelace')).toBe(false);
    expect(secret).toBeUndefined();
    expect((await first.cache.get('pii'))?.value).toBe('Ada Lovelace');
    expect(await first.cache.getOrSet('secret', () => 'another')).toBe('another');
  });

  it('keeps private values for a short time where there is no key', async () => {
    const privacy = { classify: () => 'pii' as const, piiTtlMs: 20 };
    await using first = await process({ privacy });
    await first.cache.set('k', 'Ada Lovelace', { ttlMs: 60_000 });

    await vi.waitFor(async () => expect(await first.cache.get('k')).toBeUndefined());
  });
});

describeWith('redis', 'a cache on a disk and Redis', (url) => {
  async function filled(options: DiskStoreOptions) {
    {
      await using alone = await process();
      await alone.cache.set('k', 'from an earlier run');
    }
    return DiskStore.open(folder, options);
  }

  it('begins with an empty disk: what was kept missed invalidations', async () => {
    await using disk = await filled({});
    await using nodes = await nodesAt(url, { tiers: [disk] });

    expect(await nodes.a.cache.get('k')).toBeUndefined();
    await vi.waitFor(() => expect(disk.statistics.entries).toBe(0));
  });

  it('hears on its disk what others invalidate', async () => {
    await using disk = await DiskStore.open(folder);
    await using nodes = await nodesAt(url);
    await using alone = await nodesAt(url, { tiers: [disk], memory: false }, nodes.prefix);
    await alone.a.cache.getOrSet('k', () => 'old', { tags: ['t'] });
    await alone.a.cache.flush();
    await vi.waitFor(async () => expect((await disk.getMany(['k']))[0]).toBeDefined());

    await nodes.b.cache.delete('k');

    await vi.waitFor(async () => expect((await disk.getMany(['k']))[0]).toBeUndefined());
    expect(await alone.a.cache.getOrSet('k', () => 'new')).toBe('new');
  });
});
