import type { ArrowOptions } from '@perf/export-arrow';
import { createArrowExporter } from '@perf/export-arrow';
import { exporterSuite } from '@perf/testkit';
import { describe } from 'vitest';
import { readArrow } from './read-arrow.ts';

const shapes: readonly (readonly [name: string, options: ArrowOptions])[] = [
  ['a stream', { format: 'stream' }],
  ['a file', { format: 'file' }],
  ['a compressed stream with dictionaries', { format: 'stream', dictionary: 'auto', compression: 'zstd' }],
  ['a file with dictionaries', { dictionary: 'auto', hashOn: 'caller' }],
];

describe.each(shapes)('createArrowExporter, writing %s', (_, options) => {
  exporterSuite({
    create: () => createArrowExporter(options),
    read: readArrow,
    resumeRows: options.compression === undefined ? 600_000 : 1_200_000,
    timeoutMs: 60_000,
  });
});
