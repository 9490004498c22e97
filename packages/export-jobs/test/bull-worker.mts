/** A process with a worker over BullMQ, to be killed. Is given the URL of Redis, a prefix and a folder; its rows come slowly. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Batch, RepeatableSource } from '@perf/contracts';
import { createCsvExporter } from '@perf/export-csv';
import { createJobWorker, folderOutputs } from '@perf/export-jobs';
import { mixedSource } from '@perf/testkit/measure';
import { adaptersOver, openRedis } from './redis-adapters.ts';

process.on('disconnect', () => process.exit());
const [url = '', prefix = '', folder = ''] = process.argv.slice(2);

function slowRows(rows: number, cursor: unknown): RepeatableSource {
  const source = mixedSource(rows, { after: cursor });
  return {
    ...source,
    async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
      for await (const batch of source) {
        yield batch;
        await delay(40);
      }
    },
  };
}

await createJobWorker({
  ...adaptersOver(await openRedis(url), prefix),
  outputs: folderOutputs(folder),
  sources: { mixed: (params, { cursor }) => slowRows(Number(params), cursor) },
  formats: { csv: () => createCsvExporter() },
});
process.send?.('ready');
