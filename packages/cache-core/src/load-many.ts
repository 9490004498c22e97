import type { Load, LoadContext } from '@perf/contracts';

/** Loads many keys at once. A key that is not in the map it gives has no value. */
export type LoadMany<T> = (
  keys: readonly string[],
  context: Pick<LoadContext, 'signal'>,
) => ReadonlyMap<string, T> | Promise<ReadonlyMap<string, T>>;

/**
 * Asks for each key alone, and gathers the loads that come of it into one. A key counts as decided when its value was found, when
 * somebody else loads it, or when its load was called; the one load begins when all are.
 * @param ask the value of one key; calls `load` when it is to be loaded here, and `onHeld` when somebody else is at it
 */
export async function loadMany<T>(
  keys: readonly string[],
  load: LoadMany<T>,
  ask: (key: string, load: Load<T | undefined>, onHeld: () => void) => unknown,
): Promise<ReadonlyMap<string, T | undefined>> {
  const asked = [...new Set(keys)];
  const decided = new Set<string>();
  let batch = new Batch<T>();
  const decide = (key: string): void => {
    decided.add(key);
    if (decided.size < asked.length) return;
    // What is called for after this (another process failed to load it) is loaded in a batch of its own.
    const full = batch;
    batch = new Batch<T>();
    full.run(load);
  };
  const values = asked.map((key) => {
    const value = ask(
      key,
      (context) => {
        const loaded = batch.add(key, context.signal);
        decide(key);
        return loaded;
      },
      () => decide(key),
    );
    return Promise.resolve(value).finally(() => decide(key));
  });
  const settled = await Promise.all(values);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what a key holds is what its callers put there
  return new Map(asked.map((key, i) => [key, settled[i] as T | undefined]));
}

/** Keys that are loaded together. */
class Batch<T> {
  readonly #loads = new Map<string, PromiseWithResolvers<T | undefined>>();
  readonly #signals: AbortSignal[] = [];

  add(key: string, signal: AbortSignal): Promise<T | undefined> {
    const loading = Promise.withResolvers<T | undefined>();
    this.#loads.set(key, loading);
    this.#signals.push(signal);
    return loading.promise;
  }

  /** Nothing when no key is to be loaded. */
  run(load: LoadMany<T>): void {
    if (this.#loads.size > 0) void this.#run(load);
  }

  async #run(load: LoadMany<T>): Promise<void> {
    try {
      const values = await load([...this.#loads.keys()], { signal: allOf(this.#signals) });
      for (const [key, { resolve }] of this.#loads) resolve(values.get(key));
    } catch (error) {
      for (const { reject } of this.#loads.values()) reject(error);
    }
  }
}

/** Aborted when all are. */
function allOf(signals: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController();
  let left = signals.length;
  for (const signal of signals) {
    const gone = (): void => {
      if (--left === 0) controller.abort(signal.reason);
    };
    if (signal.aborted) gone();
    else signal.addEventListener('abort', gone, { once: true });
  }
  return controller.signal;
}
