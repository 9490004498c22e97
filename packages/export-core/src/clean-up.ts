import type { ExportSink } from '@perf/contracts';
import { setTimeout } from 'node:timers/promises';

/** How long an aborted export waits for its clean-up; what hangs goes on unheard. */
const ABORT_GRACE_MS = 50;
/** The same after a failure, where nobody is in a hurry. */
const FAILURE_GRACE_MS = 2000;

/** Aborts the sink and waits a while for it. Its own failure is not reported: the error that led here says more. */
export async function giveUp(
  sink: ExportSink,
  reason: unknown,
  { isAbort, keep }: { readonly isAbort: boolean; readonly keep: boolean },
): Promise<void> {
  await settles(
    call(() => sink.abort(reason, { keep })),
    isAbort ? ABORT_GRACE_MS : FAILURE_GRACE_MS,
  );
}

/** Closes a source that was not read to its end. One that hangs in `next` is told, but not waited for. */
export async function closeSource(
  iterator: AsyncIterator<unknown>,
  isPulling: boolean,
  isAbort: boolean,
): Promise<void> {
  const closing = call(async () => iterator.return?.());
  if (isPulling) {
    closing.catch(ignore);
    return;
  }
  await settles(closing, isAbort ? ABORT_GRACE_MS : FAILURE_GRACE_MS);
}

/** Disposes a source that can be, so that what it holds is given back though nobody read it. */
export async function disposeSource(source: object, isAbort: boolean): Promise<void> {
  if (!isDisposable(source)) return;
  await settles(
    call(async () => source[Symbol.asyncDispose]()),
    isAbort ? ABORT_GRACE_MS : FAILURE_GRACE_MS,
  );
}

function isDisposable(source: object): source is AsyncDisposable {
  return Symbol.asyncDispose in source && typeof source[Symbol.asyncDispose] === 'function';
}

/** Whether `promise` resolves within the grace of an abort. */
export async function settlesSoon(promise: Promise<unknown>): Promise<boolean> {
  return settles(promise, ABORT_GRACE_MS);
}

async function settles(promise: Promise<unknown>, graceMs: number): Promise<boolean> {
  const timer = new AbortController();
  const late = setTimeout(graceMs, false, { signal: timer.signal }).catch(() => false);
  const settled = promise.then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([settled, late]);
  } finally {
    timer.abort();
  }
}

/** A call whose synchronous throw counts as a rejection too. */
async function call<T>(work: () => Promise<T>): Promise<T> {
  return work();
}

/** Nobody is left to hear of it. */
function ignore(): void {}
