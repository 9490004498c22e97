import { once } from 'node:events';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:http';
import type { Batch, BatchSource } from '@perf/contracts';
import { batchSource } from '@perf/contracts';
import type { CsvOptions } from '@perf/export-csv';
import { exportCsv, httpSink } from '@perf/export-csv';
import { mixedRowBatches, mixedSchema } from '@perf/testkit/measure';
import { describe, expect, it } from 'vitest';

/** Runs `work` against a server of its own. */
async function serving(listener: RequestListener, work: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  try {
    await work(`http://127.0.0.1:${address.port}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const shapes: readonly CsvOptions[] = [{}, { compression: 'gzip' }, { compression: 'zstd' }];

describe.each(shapes)('a download of CSV with %o', (options) => {
  it('has not begun when the source fails at once, so that the answer may be an error', async () => {
    const source: BatchSource = {
      schema: mixedSchema,
      // oxlint-disable-next-line require-yield -- it fails before it gives anything
      async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
        throw new Error('the server went away');
      },
    };
    const listener: RequestListener = (_request, response) => {
      exportCsv(source, httpSink(response, { fileName: 'a.csv' }), options).catch(() => {
        response.writeHead(500).end('no');
      });
    };
    await serving(listener, async (url) => {
      const response = await fetch(url);

      expect([response.status, await response.text()]).toEqual([500, 'no']);
    });
  });

  it('shows its first bytes while a slow source works on', async () => {
    const wake = Promise.withResolvers<void>();
    const source = batchSource(
      mixedSchema,
      (async function* () {
        yield* mixedRowBatches(300);
        await wake.promise;
      })(),
    );
    const listener: RequestListener = (_request, response) =>
      void exportCsv(source, httpSink(response, { fileName: 'a.csv' }), options).catch(() => undefined);
    await serving(listener, async (url) => {
      const response = await fetch(url);
      const reader = response.body?.getReader();

      const first = await reader?.read();

      expect(first?.value?.length).toBeGreaterThan(1000);
      wake.resolve();
      await reader?.cancel();
    });
  });
});
