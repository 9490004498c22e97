import type { PerfMetrics } from '../create-metrics.ts';
import type { Registry } from '../registry.ts';

/** What is used of a client: `ioredis` fits. */
export interface RedisInfo {
  info(): Promise<string>;
}

/** A Redis that takes longer, in ms, counts as gone for the scrape. */
const PATIENCE_MS = 500;

/**
 * Shows at each reading what a Redis says of itself: memory, clients, commands, look-ups. While it does not answer within half a
 * second its gauges are left out and its counters stand. Disposing ends it; the client stays open.
 * @param server names it in labels; an address with a password is no name
 */
export function watchRedis(
  registry: Registry,
  metrics: PerfMetrics,
  server: string,
  redis: RedisInfo,
): Disposable {
  const labels = { server };
  const forget = (): void => {
    metrics.redisMemoryUsage.remove(labels);
    metrics.redisConnectedClients.remove(labels);
  };
  return registry.onCollect(async () => {
    const late = setTimeout(forget, PATIENCE_MS);
    try {
      tell(metrics, labels, readFacts(await redis.info()));
    } catch (error) {
      forget();
      throw error;
    } finally {
      clearTimeout(late);
    }
  });
}

function tell(
  metrics: PerfMetrics,
  labels: { readonly server: string },
  facts: ReadonlyMap<string, string>,
): void {
  const number = (name: string, use: (value: number) => void): void => {
    const value = Number(facts.get(name) ?? Number.NaN);
    if (Number.isFinite(value)) use(value);
  };
  number('used_memory', (value) => metrics.redisMemoryUsage.with(labels).set(value));
  number('connected_clients', (value) => metrics.redisConnectedClients.with(labels).set(value));
  number('total_commands_processed', (value) => metrics.redisOperations.with(labels).follow(value));
  number('keyspace_hits', (value) => metrics.redisKeyspaceHits.with(labels).follow(value));
  number('keyspace_misses', (value) => metrics.redisKeyspaceMisses.with(labels).follow(value));
}

/** Lines of `name:value`. */
function readFacts(info: string): ReadonlyMap<string, string> {
  const lines = info.split(/\r?\n/).filter((line) => line.includes(':'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}
