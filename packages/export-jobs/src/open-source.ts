import type { BatchSource, RepeatableSource } from '@perf/contracts';
import { abortError } from '@perf/contracts';

/** How long a source may take to close when the job is to end; one that hangs goes on unheard. */
const ABORT_GRACE_MS = 50;
/** The same where nobody is in a hurry. */
const GRACE_MS = 2000;

/** What `open` gives. When the signal is aborted first it rejects at once, and what comes later is closed unread. */
export async function openSource(
  open: () => Promise<BatchSource> | BatchSource,
  signal: AbortSignal,
): Promise<BatchSource> {
  const aborted = Promise.withResolvers<never>();
  const stop = (): void => aborted.reject(abortError(signal, 'opening the source'));
  if (signal.aborted) throw abortError(signal, 'opening the source');
  signal.addEventListener('abort', stop, { once: true });
  const opening = call(open);
  try {
    return await Promise.race([opening, aborted.promise]);
  } catch (error) {
    opening.then((late) => closeSource(late, signal)).catch(ignore);
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Gives back what a source holds, as a connection, also when nobody has asked it for a row. Waits a while; its failure is not heard. */
export async function closeSource(source: BatchSource, signal: AbortSignal): Promise<void> {
  if (!isDisposable(source)) return;
  const late = Promise.withResolvers<void>();
  const timer = setTimeout(late.resolve, signal.aborted ? ABORT_GRACE_MS : GRACE_MS);
  const closing = call(() => source[Symbol.asyncDispose]()).catch(ignore);
  await Promise.race([closing, late.promise]).finally(() => clearTimeout(timer));
}

/** Says whether a source can be opened again at a row. */
export function isRepeatable(source: BatchSource): source is RepeatableSource {
  return 'fingerprint' in source && 'cursorAfter' in source && typeof source.cursorAfter === 'function';
}

function isDisposable(source: object): source is AsyncDisposable {
  return Symbol.asyncDispose in source && typeof source[Symbol.asyncDispose] === 'function';
}

/** A call whose synchronous throw counts as a rejection too. */
async function call<T>(work: () => PromiseLike<T> | T): Promise<T> {
  return work();
}

/** The export is over: nobody is left to hear of it. */
function ignore(): void {}
