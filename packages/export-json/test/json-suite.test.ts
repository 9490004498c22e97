import { createJsonExporter } from '@perf/export-json';
import type { ReadBack } from '@perf/testkit';
import { exporterSuite } from '@perf/testkit';
import { describe } from 'vitest';

/** Numbers as their own text, so that no digit is lost on the way back. */
function exactNumbers(_key: string, value: unknown, context?: { readonly source: string }): unknown {
  return typeof value === 'number' ? context?.source : value;
}

function rowOf(parsed: unknown): unknown[] {
  return typeof parsed === 'object' && parsed !== null ? Object.values(parsed) : [parsed];
}

function namesOf(parsed: unknown): string[] | undefined {
  return typeof parsed === 'object' && parsed !== null ? Object.keys(parsed) : undefined;
}

function readJson(bytes: Uint8Array): ReadBack {
  const parsed: unknown = JSON.parse(Buffer.from(bytes).toString(), exactNumbers);
  const rows: unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  return { names: namesOf(rows[0]), rows: rows.map(rowOf) };
}

function readNdjson(bytes: Uint8Array): ReadBack {
  const lines = Buffer.from(bytes).toString().split('\n').slice(0, -1);
  const rows = lines.map((line): unknown => JSON.parse(line, exactNumbers));
  return { names: namesOf(rows[0]), rows: rows.map(rowOf) };
}

function shown(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : (value ?? null);
}

describe('createJsonExporter', () => {
  exporterSuite({ create: () => createJsonExporter(), read: readJson, shown });
});

describe('createJsonExporter for NDJSON', () => {
  exporterSuite({
    create: () => createJsonExporter({ format: 'ndjson', bigNumbers: 'string', hashOn: 'caller' }),
    read: readNdjson,
    shown,
    goldenCheckpoint: 'golden/checkpoint-v1.json',
  });
});
