import type { PerfMetrics } from '../create-metrics.ts';
import type { Registry } from '../registry.ts';

/** What is used of a client: `ioredis` fits. */
export interface RedisInfo {
  info(): Promise<string>;
}

/**
 * Shows at each reading what a Redis says of itself: memory, clients, commands, look-ups. While it does not answer, its gauges are
 * left out and its counters stand. Disposing ends it; the client stays open.
 * @param server names it in labels; an address with a password is no name
 */
export function watchRedis(
  registry: Registry,
  metrics: PerfMetrics,
  server: string,
  redis: RedisInfo,
): Disposable {
  const labels = { server };
  return registry.onCollect(async () => {
    // A reading does not wait for ever; what is old meanwhile is not shown as if it were new.
    metrics.redisMemoryUsage.remove(labels);
    metrics.redisConnectedClients.remove(labels);
    const facts = readFacts(await redis.info());
    const number = (name: string, use: (value: number) => void): void => {
      const value = Number(facts.get(name) ?? Number.NaN);
      if (Number.isFinite(value)) use(value);
    };
    number('used_memory', (value) => metrics.redisMemoryUsage.with(labels).set(value));
    number('connected_clients', (value) => metrics.redisConnectedClients.with(labels).set(value));
    number('total_commands_processed', (value) => metrics.redisOperations.with(labels).follow(value));
    number('keyspace_hits', (value) => metrics.redisKeyspaceHits.with(labels).follow(value));
    number('keyspace_misses', (value) => metrics.redisKeyspaceMisses.with(labels).follow(value));
  });
}

/** Lines of `name:value`. */
function readFacts(info: string): ReadonlyMap<string, string> {
  const lines = info.split(/\r?\n/).filter((line) => line.includes(':'));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]));
}
