import type { Batch, Exporter } from '@perf/contracts';
import { toRows } from '@perf/contracts';
import type { Transform } from '@perf/export-core';
import { runExport } from '@perf/export-core';

/** Writes each batch as a line of JSON, after waiting a while. */
export class JsonTransform implements Transform {
  /** Batches asked for. */
  pulled = 0;
  isClosed = false;

  async *bytes(batches: AsyncIterable<Batch>): AsyncGenerator<Uint8Array> {
    try {
      for await (const batch of batches) {
        this.pulled++;
        await new Promise((resolve) => setImmediate(resolve));
        const { rows } = toRows(batch);
        yield Buffer.from(
          `${JSON.stringify(rows, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value))}\n`,
        );
      }
    } finally {
      this.isClosed = true;
    }
  }

  warnings(): [] {
    return [];
  }
}

/** An exporter over a transform. */
export function transformExporter(create: () => Transform = () => new JsonTransform()): Exporter {
  return {
    format: 'lines',
    capabilities: { streaming: true, resumable: false, columnar: true, maxRows: Number.POSITIVE_INFINITY },
    export: async (source, sink, options = {}) =>
      runExport({ format: 'lines', source, sink, options, encoder: create }),
  };
}
