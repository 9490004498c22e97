/** What the bench asks of bentocache. */
export interface Bento<T> {
  set(options: { key: string; value: T }): Promise<boolean>;
  getOrSet(options: { key: string; factory: () => T }): Promise<T>;
  disconnectAll(): Promise<void>;
}

interface BentoModule<T> {
  readonly BentoCache: new (options: object) => Bento<T>;
  readonly bentostore: () => { useL1Layer(driver: unknown): unknown };
}

interface MemoryDriverModule {
  readonly memoryDriver: (options: { maxItems: number }) => unknown;
}

/**
 * bentocache with its memory tier alone, an hour of ttl (as ours has) and its defaults otherwise. Its declarations import the types of every database it knows,
 * which are not installed, so it is loaded by its address, which the compiler does not follow.
 */
export async function openBento<T>(maxItems: number): Promise<Bento<T>> {
  const { BentoCache, bentostore } = (await import(import.meta.resolve('bentocache'))) as BentoModule<T>;
  const { memoryDriver } = (await import(
    import.meta.resolve('bentocache/drivers/memory')
  )) as MemoryDriverModule;
  const memory = bentostore().useL1Layer(memoryDriver({ maxItems }));
  return new BentoCache({ default: 'memory', ttl: '1h', stores: { memory } });
}
