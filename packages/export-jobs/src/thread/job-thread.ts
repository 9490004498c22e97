import { parentPort, workerData } from 'node:worker_threads';
import { PerfError, isPerfError } from '@perf/contracts';
import type { JobThreadOptions } from '../job-parts.ts';
import { runRequest } from '../run-request.ts';
import type { FromThread, ThreadOrder, ToThread } from './thread-messages.ts';

/**
 * Makes the calling module the thread of a worker (see `JobWorkerOptions.thread`): exports one job, and asks before each step that counts
 * whether the job is still its own. Throws `ERR_PERF_INVALID_OPTION` elsewhere.
 *
 * @example
 * jobThread({ sources, formats, outputs: folderOutputs('/shared/exports') });
 */
export function jobThread(options: JobThreadOptions): void {
  const order: unknown = workerData;
  if (parentPort === null || !isOrder(order))
    throw new PerfError(
      'ERR_PERF_INVALID_OPTION',
      'jobThread runs in a thread that a job worker has started',
    );
  const port = parentPort;
  const tell = (message: FromThread): void => port.postMessage(message);
  const stop = new AbortController();
  let answer: PromiseWithResolvers<void> | undefined;
  port.on('message', (message: ToThread) => {
    switch (message.what) {
      case 'ours':
        if (message.isOurs) answer?.resolve();
        else answer?.reject(new Error('the job is no longer of this run'));
        return;
      case 'stop':
        stop.abort(message.isPause ? 'pause' : new Error('the job was cancelled'));
    }
  });
  const mustBeOurs = (): Promise<void> => {
    answer = Promise.withResolvers();
    tell({ what: 'ask' });
    return answer.promise;
  };
  run(options, order, { signal: stop.signal, mustBeOurs, tell })
    .catch((error: unknown) => {
      const message = error instanceof Error ? error.message : String(error);
      tell({ what: 'failed', code: isPerfError(error) ? error.code : undefined, message });
    })
    .finally(() => port.close());
}

async function run(
  { sources, formats, outputs }: JobThreadOptions,
  { record }: ThreadOrder,
  use: {
    readonly signal: AbortSignal;
    readonly mustBeOurs: () => Promise<void>;
    readonly tell: (message: FromThread) => void;
  },
): Promise<void> {
  const manifest = await runRequest({ sources, formats }, record.request, {
    ...use,
    output: await outputs.open(record),
    onProgress: (progress) => use.tell({ what: 'progress', progress: { ...progress } }),
  });
  use.tell({ what: 'done', manifest });
}

function isOrder(data: unknown): data is ThreadOrder {
  return typeof data === 'object' && data !== null && 'record' in data;
}
