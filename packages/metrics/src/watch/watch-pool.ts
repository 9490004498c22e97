import type { PerfMetrics } from '../create-metrics.ts';
import type { Registry } from '../registry.ts';

/** How a pool of connections stands now. */
export interface PoolUse {
  /** Connections in use. */
  readonly active: number;
  /** The most that it may open. */
  readonly max: number;
}

/**
 * Shows at each reading how many connections of a pool are in use. Disposing ends it.
 *
 * @example
 * watchPool(registry, metrics, 'flights', () => ({ active: pool.totalCount - pool.idleCount, max: pool.options.max }));
 */
export function watchPool(
  registry: Registry,
  metrics: PerfMetrics,
  name: string,
  read: () => PoolUse,
): Disposable {
  return registry.onCollect(() => {
    const { active, max } = read();
    metrics.dbConnectionsActive.with({ pool: name }).set(active);
    metrics.dbConnectionsMax.with({ pool: name }).set(max);
  });
}
