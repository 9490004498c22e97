import type { Redis } from 'ioredis';

/** What the bench asks of bentocache. */
export interface Bento<T> {
  set(options: { key: string; value: T }): Promise<boolean>;
  getOrSet(options: { key: string; factory: () => T }): Promise<T>;
}

interface BentoModule<T> {
  readonly BentoCache: new (options: object) => Bento<T>;
  readonly bentostore: () => { useL2Layer(driver: unknown): unknown };
}

interface RedisDriverModule {
  readonly redisDriver: (options: { connection: Redis }) => unknown;
}

/**
 * bentocache with its Redis tier alone, an hour of ttl (as ours has) and its defaults otherwise. Its declarations import the types
 * of every database it knows, which are not installed, so it is loaded by its address, which the compiler does not follow.
 */
export async function openBento<T>(connection: Redis): Promise<Bento<T>> {
  const { BentoCache, bentostore } = (await import(import.meta.resolve('bentocache'))) as BentoModule<T>;
  const { redisDriver } = (await import(
    import.meta.resolve('bentocache/drivers/redis')
  )) as RedisDriverModule;
  const redis = bentostore().useL2Layer(redisDriver({ connection }));
  return new BentoCache({ default: 'redis', ttl: '1h', stores: { redis } });
}
