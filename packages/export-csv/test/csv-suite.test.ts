import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { createCsvExporter, createTsvExporter } from '@perf/export-csv';
import type { ReadBack } from '@perf/testkit';
import { exporterSuite } from '@perf/testkit';
import { describe } from 'vitest';
import { parseCsv } from './parse-csv.ts';

function reader(delimiter: string): (bytes: Uint8Array) => ReadBack {
  return (bytes) => {
    const [header = [], ...lines] = parseCsv(Buffer.from(bytes).toString(), delimiter);
    return {
      names: header.map(({ text }) => text),
      rows: lines.map((cells) => cells.map(({ text, isQuoted }) => (text === '' && !isQuoted ? null : text))),
    };
  };
}

function shown(value: unknown): unknown {
  if (value === null || value === undefined) return null;
  if (value instanceof Date) return value.toISOString();
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return String(value);
  return value;
}

describe('createCsvExporter', () => {
  exporterSuite({
    create: () => createCsvExporter({ formulaGuard: false }),
    read: reader(','),
    shown,
    goldenCheckpoint: 'golden/checkpoint-v1.json',
  });
});

describe('createCsvExporter with its strangest options', () => {
  exporterSuite({
    create: () =>
      createCsvExporter({
        formulaGuard: false,
        quoteAll: true,
        lineEnding: '\r\n',
        finalNewline: false,
        hashOn: 'caller',
      }),
    read: reader(','),
    shown,
  });
});

describe('createTsvExporter', () => {
  exporterSuite({ create: () => createTsvExporter({ formulaGuard: false }), read: reader('\t'), shown });
});

describe('createCsvExporter with gzip', () => {
  exporterSuite({
    create: () => createCsvExporter({ formulaGuard: false, compression: 'gzip' }),
    read: (bytes) => reader(',')(gunzipSync(bytes)),
    shown,
    goldenCheckpoint: 'golden/gzip-checkpoint-v1.json',
  });
});

describe('createCsvExporter with zstd', () => {
  exporterSuite({
    create: () => createCsvExporter({ formulaGuard: false, compression: { format: 'zstd', level: 3 } }),
    read: (bytes) => reader(',')(zstdDecompressSync(bytes)),
    shown,
    goldenCheckpoint: 'golden/zstd-checkpoint-v1.json',
  });
});
