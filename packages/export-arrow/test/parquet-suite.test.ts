import type { Field } from '@perf/contracts';
import type { ParquetOptions } from '@perf/export-arrow';
import { createParquetExporter } from '@perf/export-arrow';
import { exporterSuite } from '@perf/testkit';
import { describe } from 'vitest';
import { readByDuckDb } from './duckdb.ts';

/** DuckDB counts instants in µs. */
function shown(value: unknown, { type }: Field): unknown {
  if (value === undefined) return null;
  return type.kind === 'timestamp' && value instanceof Date ? BigInt(value.getTime()) * 1000n : value;
}

const shapes: readonly (readonly [name: string, options: ParquetOptions])[] = [
  ['by default', {}],
  [
    'by zstd on the calling thread',
    { encodeOn: 'caller', compression: 'zstd', statistics: 'none', dictionary: false, rowGroupRows: 1024 },
  ],
];

describe.each(shapes)('createParquetExporter, writing %s', (_, options) => {
  exporterSuite({
    create: () => createParquetExporter(options),
    read: readByDuckDb,
    shown,
    timeoutMs: 60_000,
  });
});
