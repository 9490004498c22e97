import type { BatchSource } from '@perf/contracts';
import { orAborted, throwIfAborted } from '@perf/contracts';
import { disposeSource } from '@perf/export-core';

/** What `open` gives. When the signal is aborted first it rejects at once, and what comes later is closed unread. */
export async function openSource(
  open: () => Promise<BatchSource> | BatchSource,
  signal: AbortSignal,
): Promise<BatchSource> {
  throwIfAborted(signal, 'opening the source');
  const opening = (async () => open())();
  try {
    return await orAborted(opening, signal, 'opening the source');
  } catch (error) {
    // One that failed holds nothing.
    opening.then((late) => disposeSource(late, true)).catch(() => undefined);
    throw error;
  }
}
