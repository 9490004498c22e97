/**
 * A process that runs export jobs, and is killed while it does so.
 */
import diagnostics from 'node:diagnostics_channel';
import type { ChannelMessages } from '@perf/contracts';
import { channels } from '@perf/contracts';
import { createJobWorker, folderOutputs } from '@perf/export-jobs';
import { CHAOS_FORMATS } from './chaos-formats.ts';
import { openJobsHouse, pacedRows } from './jobs-house.ts';
import type { FromJobsWorker, JobsWorkerOrder } from './jobs-messages.ts';

process.on('disconnect', () => process.exit());
// A Ctrl-C reaches all processes of the terminal; the parent ends this one itself.
process.on('SIGINT', () => undefined);
process.on('message', (order: JobsWorkerOrder) => {
  work(order).then(
    () => tell({ event: 'ready' }),
    (error: unknown) =>
      tell({
        event: 'broken',
        reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
      }),
  );
});

async function work({ url, folder, concurrency }: JobsWorkerOrder): Promise<void> {
  diagnostics.subscribe(channels.job, (message) => {
    if (isJobMessage(message) && message.event !== 'progress')
      tell({ event: 'job', job: message.job, what: message.event });
  });
  const { queue, store } = await openJobsHouse(url);
  await createJobWorker({
    queue,
    store,
    outputs: folderOutputs(folder),
    sources: { mixed: (params, { cursor }) => pacedRows(params, cursor) },
    formats: Object.fromEntries(
      Object.entries(CHAOS_FORMATS).map(([name, { exporter }]) => [name, exporter]),
    ),
    concurrency,
  });
}

function isJobMessage(message: unknown): message is ChannelMessages['job'] {
  return typeof message === 'object' && message !== null && 'job' in message && 'event' in message;
}

function tell(message: FromJobsWorker): void {
  process.send?.(message);
}
