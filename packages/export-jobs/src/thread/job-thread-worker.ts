/** The thread of one run: exports, asks before each step that counts whether the job is still its own, and ends. */
import { parentPort, workerData } from 'node:worker_threads';
import { PerfError, isPerfError } from '@perf/contracts';
import type { JobModule } from '../job-parts.ts';
import { runRequest } from '../run-request.ts';
import type { FromThread, ThreadOrder, ToThread } from './thread-messages.ts';

const { module: url, record } = orderIn(workerData);
const stop = new AbortController();
let answer: PromiseWithResolvers<void> | undefined;

parentPort?.on('message', (message: ToThread) => {
  switch (message.what) {
    case 'ours':
      if (message.isOurs) answer?.resolve();
      else answer?.reject(new Error('the job is no longer of this run'));
      return;
    case 'stop':
      stop.abort(message.isPause ? 'pause' : new Error('the job was cancelled'));
  }
});

try {
  const module = await moduleAt(url);
  const manifest = await runRequest(module, record.request, {
    output: await module.outputs.open(record),
    signal: stop.signal,
    mustBeOurs: () => {
      answer = Promise.withResolvers();
      tell({ what: 'ask' });
      return answer.promise;
    },
    onProgress: (progress) => tell({ what: 'progress', progress: { ...progress } }),
  });
  tell({ what: 'done', manifest });
} catch (error) {
  const message = error instanceof Error ? error.message : String(error);
  tell({ what: 'failed', code: isPerfError(error) ? error.code : undefined, message });
}
parentPort?.close();

async function moduleAt(href: string): Promise<JobModule> {
  const loaded: unknown = await import(href);
  if (isJobModule(loaded)) return loaded;
  throw new PerfError('ERR_PERF_INVALID_OPTION', `${href} must export sources, formats and outputs`);
}

function isJobModule(value: unknown): value is JobModule {
  return (
    isObject(value) && ['sources', 'formats', 'outputs'].every((name) => isObject(Reflect.get(value, name)))
  );
}

function orderIn(data: unknown): ThreadOrder {
  if (isOrder(data)) return data;
  throw new PerfError('ERR_PERF_INVALID_OPTION', 'this file runs in a thread of a job worker');
}

function isOrder(data: unknown): data is ThreadOrder {
  return isObject(data) && 'module' in data && 'record' in data;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function tell(message: FromThread): void {
  parentPort?.postMessage(message);
}
