import type { NodePlace } from './adapter.ts';

interface KeyvRedis {
  on(event: string, listener: () => void): unknown;
}

interface KeyvRedisModule {
  readonly default: new (url: string, options: object) => KeyvRedis;
}

/** Redis as a store of Keyv 5, with the client's defaults. */
export async function keyvRedis({ urls: [url], prefix }: NodePlace): Promise<object> {
  const { default: KeyvRedis } = (await import(import.meta.resolve('@keyv/redis'))) as KeyvRedisModule;
  const store = new KeyvRedis(url, { namespace: prefix });
  store.on('error', () => undefined);
  return store;
}
