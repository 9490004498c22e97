export { DiskStore } from './disk-store.ts';
export type { DiskStatistics } from './disk-store.ts';
export type { DiskStoreOptions } from './disk-store-options.ts';
