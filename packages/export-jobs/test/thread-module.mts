/** What the thread of a job works with: rows, and sources that block their thread, for ever or for longer than a lock lasts. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Batch } from '@perf/contracts';
import { createCsvExporter } from '@perf/export-csv';
import type { JobFormat, JobSource } from '@perf/export-jobs';
import { folderOutputs, jobThread } from '@perf/export-jobs';
import { mixedSource } from '@perf/testkit/measure';

const folder = process.env['PERF_JOBS_TEST_FOLDER'] ?? 'nowhere';
const outputs = folderOutputs(folder);
const formats: Record<string, JobFormat> = { csv: () => createCsvExporter() };
const sources: Record<string, JobSource> = {
  mixed: (params, { cursor }) => mixedSource(Number(params), { after: cursor }),
  blocking: (_params, { cursor }) => {
    const source = mixedSource(100_000, { after: cursor });
    return {
      ...source,
      async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
        for await (const batch of source) {
          yield batch;
          writeFileSync(join(folder, 'blocked'), '');
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
        }
      },
    };
  },
  sleepy: (_params, { cursor }) => {
    const source = mixedSource(10_000, { after: cursor });
    return {
      ...source,
      async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
        for await (const batch of source) {
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);
          yield batch;
        }
      },
    };
  },
  failing: () => {
    throw new Error('no way in');
  },
};

jobThread({ sources, formats, outputs });
