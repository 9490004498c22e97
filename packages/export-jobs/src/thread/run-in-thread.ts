import { Worker } from 'node:worker_threads';
import type { ExportManifest, JobRecord } from '@perf/contracts';
import type { RequestUse } from '../run-request.ts';
import type { FromThread, ThreadOrder, ToThread } from './thread-messages.ts';

/** How long a thread may take to end in good order before it is ended: it may be blocked. */
const STOP_MS = 1000;

/** As `runRequest`, in a thread of its own, by a module that calls `jobThread`. */
export async function runInThread(
  module: URL,
  record: JobRecord,
  { signal, mustBeOurs, onProgress }: RequestUse,
): Promise<ExportManifest> {
  signal.throwIfAborted();
  const workerData: ThreadOrder = { record };
  const thread = new Worker(module, { workerData, name: 'perf-export-job' });
  const say = (message: ToThread): void => thread.postMessage(message);
  const ended = Promise.withResolvers<ExportManifest>();
  let isOver = false;
  thread.on('message', (message: FromThread) => {
    switch (message.what) {
      case 'ask':
        mustBeOurs().then(
          () => say({ what: 'ours', isOurs: true }),
          (error: unknown) => {
            ended.reject(error);
            say({ what: 'ours', isOurs: false });
          },
        );
        return;
      case 'progress':
        onProgress(message.progress);
        return;
      case 'done':
        isOver = true;
        ended.resolve(message.manifest);
        return;
      case 'failed':
        isOver = true;
        ended.reject(errorOf(message));
    }
  });
  thread.on('error', ended.reject);
  thread.on('messageerror', ended.reject);
  const exited = new Promise<void>((resolve) => {
    thread.on('exit', (code) => {
      ended.reject(
        new Error(
          `the thread of the export ended with exit code ${code} before it was done; its module must call jobThread`,
        ),
      );
      resolve();
    });
  });
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => {
    say({ what: 'stop', isPause: signal.reason === 'pause' });
    timer = setTimeout(() => void thread.terminate(), STOP_MS);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await ended.promise;
  } finally {
    // Whoever lets the job go must know that nobody writes any more.
    if (isOver) await thread.terminate();
    else if (!signal.aborted) stop();
    await exited;
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** The error as it was, but for its cause and its stack. */
function errorOf({ code, message }: Extract<FromThread, { what: 'failed' }>): Error {
  const error = new Error(message);
  return code === undefined ? error : Object.assign(error, { name: 'PerfError', code });
}
