import { setTimeout as delay } from 'node:timers/promises';

/** Resolves when `check` holds; throws when it does not within `withinMs`. For what sends no event. */
export async function eventually(claim: string, check: () => boolean, withinMs = 15_000): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!check()) {
    if (performance.now() > deadline) throw new Error(`not within ${withinMs} ms: ${claim}`);
    await delay(10);
  }
}
