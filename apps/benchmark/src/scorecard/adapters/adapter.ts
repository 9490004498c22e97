import type { CacheUnderTest } from '@perf/testkit/cache';

/** Caches that can be put to the test: ours, and its peers. */
export const ADAPTERS = [
  'perf',
  'bentocache',
  'cacheable',
  'cache-manager',
  'async-cache-dedupe',
  'layered-loader',
] as const;

/** Name of a cache that can be put to the test. */
export type AdapterName = (typeof ADAPTERS)[number];

/** Where a node finds its backend. */
export interface NodePlace {
  /** URLs of one Redis, or of the nodes of a Cluster. */
  readonly urls: readonly [string, ...string[]];
  /** Whether they are those of a Cluster; ours alone knows those. */
  readonly isCluster: boolean;
  /** Begins the names of all that is stored. */
  readonly prefix: string;
}

/** A cache on a node, ready to be asked. Its process ends when it is done with it, so nothing is closed. */
export type OpenCache = (place: NodePlace) => Promise<CacheUnderTest>;

/** Host and port of the first URL. */
export function hostAndPort({ urls: [first] }: NodePlace): { readonly host: string; readonly port: number } {
  const { hostname, port } = new URL(first);
  return { host: hostname, port: Number(port === '' ? 6379 : port) };
}
