import type { Batch, RepeatableSource } from '@perf/contracts';
import { mixedSource } from '@perf/testkit/measure';

/** Made-up rows of 10 columns, from any row on; the name is an address in every third of them. @param after the cursor */
export function chaosRows(rows: number, after: unknown): RepeatableSource {
  const source = mixedSource(rows, { after });
  return {
    ...source,
    async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
      for await (const batch of source)
        yield batch.kind === 'rows' && batch.layout === 'objects'
          ? { ...batch, rows: batch.rows.map(withAddress) }
          : batch;
    },
  };
}

function withAddress(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const id = Number(row['id']);
  return id % 3 === 0 ? { ...row, name: `https://example.org/${id}?from=chaos&to=order` } : row;
}
