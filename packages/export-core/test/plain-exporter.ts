import type { Exporter, RepeatableSource, Schema } from '@perf/contracts';
import { runExport } from '@perf/export-core';
import { encoderOf, schema } from './plain-encoder.ts';

/** An exporter of the plain form. */
export const plainExporter: Exporter = {
  format: 'plain',
  capabilities: { streaming: true, resumable: true, columnar: true, maxRows: Number.POSITIVE_INFINITY },
  export: async (source, sink, options = {}) =>
    runExport({ format: 'plain', source, sink, options, encoder: (columns: Schema) => encoderOf(columns) }),
};

/** Rows 0 to before `rows`, from a cursor on, 100 a batch. */
export function plainSource(rows: number, after?: unknown, fingerprint = `plain ${rows}`): RepeatableSource {
  const begin = typeof after === 'number' ? after + 1 : 0;
  return {
    schema,
    fingerprint,
    cursorAfter: (batch, index) => {
      const row: unknown = batch.kind === 'rows' ? batch.rows[index] : undefined;
      const id: unknown = Array.isArray(row) ? row[0] : undefined;
      return id;
    },
    async *[Symbol.asyncIterator]() {
      for (let from = begin; from < rows; from += 100) {
        const length = Math.min(100, rows - from);
        const list = Array.from({ length }, (_, i) => [from + i, `text of row ${from + i}`.padEnd(100)]);
        yield { kind: 'rows', schema, layout: 'arrays', rows: list };
      }
    },
  };
}
