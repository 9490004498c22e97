import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { clusterOptions, redisOptions, RedisStore, type RedisStoreOptions } from '@perf/cache-redis';
import { Cluster, Redis } from 'ioredis';
import { Redis as Redis6 } from 'ioredis-6';

/** A machine that others share may take seconds for an answer. */
const patient = { commandTimeout: 15_000, socketTimeout: 15_000 } as const;

/** How a test's client differs from the recommended options. */
type Patience = Partial<Record<keyof typeof patient, number>>;

/** The clients that a store must work over, by name. */
export const openers: Readonly<
  Record<'ioredis 5' | 'ioredis 6', (url: string, patience?: Patience) => Promise<Redis | Redis6>>
> = {
  'ioredis 5': openRedis,
  'ioredis 6': async (url, patience = patient) => {
    const client = new Redis6(url, { ...redisOptions, ...patience });
    client.on('error', () => undefined);
    await once(client, 'ready');
    return client;
  },
};

/** A client with the recommended options but for its patience, ready. */
export async function openRedis(url: string, patience: Patience = patient): Promise<Redis> {
  const client = new Redis(url, { ...redisOptions, ...patience });
  client.on('error', () => undefined);
  await once(client, 'ready');
  return client;
}

/** The same for a Cluster. */
export async function openCluster(urls: string): Promise<Cluster> {
  const cluster = new Cluster(urls.split(','), {
    ...clusterOptions,
    slotsRefreshTimeout: 15_000,
    redisOptions: { ...clusterOptions.redisOptions, ...patient },
  });
  cluster.on('error', () => undefined);
  await once(cluster, 'ready');
  return cluster;
}

/** A prefix that nobody else uses. */
export function ownPrefix(): string {
  return `test-${randomUUID()}:`;
}

/** A store with a prefix of its own, unless told. */
export function storeOver(
  client: ConstructorParameters<typeof RedisStore>[0],
  options: RedisStoreOptions = {},
): RedisStore {
  return new RedisStore(client, { prefix: ownPrefix(), onWarning: () => undefined, ...options });
}
