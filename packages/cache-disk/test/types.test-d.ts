import type { CacheStore, CounterStore } from '@perf/contracts';
import { DiskStore } from '@perf/cache-disk';

export const opened: Promise<CacheStore<Uint8Array> & CounterStore> = DiskStore.open('/tmp/x', {
  maxBytes: 1,
  driver: 'sqlite',
  readOnly: true,
});

// @ts-expect-error a store is opened, never made
export const made = new DiskStore();

// @ts-expect-error there is no such driver
export const unknown = DiskStore.open('/tmp/x', { driver: 'leveldb' });
