import type { ArrowOptions } from '@perf/export-arrow';
import { createArrowExporter } from '@perf/export-arrow';
import { exporterSuite } from '@perf/testkit';
import { describe } from 'vitest';
import { readArrow } from './read-arrow.ts';

const shapes: readonly (readonly [name: string, options: ArrowOptions, goldenCheckpoint: string])[] = [
  ['a stream', { format: 'stream' }, 'golden/stream-checkpoint-v1.json'],
  ['a file', { format: 'file' }, 'golden/file-checkpoint-v1.json'],
  [
    'a compressed stream with dictionaries',
    { format: 'stream', dictionary: 'auto', compression: 'zstd' },
    'golden/packed-stream-checkpoint-v1.json',
  ],
  ['a file packed by lz4', { compression: 'lz4' }, 'golden/lz4-file-checkpoint-v1.json'],
  [
    'a file with dictionaries',
    { dictionary: 'auto', hashOn: 'caller' },
    'golden/dictionary-file-checkpoint-v1.json',
  ],
];

describe.each(shapes)('createArrowExporter, writing %s', (_, options, goldenCheckpoint) => {
  exporterSuite({
    create: () => createArrowExporter(options),
    read: readArrow,
    resumeRows: options.compression === undefined ? 600_000 : 1_200_000,
    goldenCheckpoint,
    timeoutMs: 60_000,
  });
});
