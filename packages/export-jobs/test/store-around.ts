import type { JobStore } from '@perf/contracts';

/** A store whose updates go through the test first. */
export function storeAround(store: JobStore, update: JobStore['update']): JobStore {
  return {
    create: (record) => store.create(record),
    get: (id) => store.get(id),
    take: (id, change, condition) => store.take(id, change, condition),
    remove: (id) => store.remove(id),
    list: (owner, page) => store.list(owner, page),
    count: (owner, since) => store.count(owner, since),
    expiredBefore: (instant, limit) => store.expiredBefore(instant, limit),
    update,
  };
}
