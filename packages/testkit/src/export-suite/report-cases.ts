import { createHash } from 'node:crypto';
import type { Checkpoint, CheckpointStore, Progress } from '@perf/contracts';
import { describe, expect, it } from 'vitest';
import type { ExporterSuiteOptions } from '../exporter-suite.ts';
import { MemorySink } from '../memory-sink.ts';
import { SCHEMA, sampleRows, sourceOf } from './sample-rows.ts';

/** What an export says of itself. */
export function reportCases({ create }: ExporterSuiteOptions): void {
  describe('reports', () => {
    it.each([0, 1, 350])('gives a true manifest of %i rows', async (count) => {
      const [exporter, sink] = [create(), new MemorySink()];

      const manifest = await exporter.export(sourceOf(sampleRows(count)), sink);

      expect(manifest).toMatchObject({
        format: exporter.format,
        version: 1,
        schema: SCHEMA,
        rows: count,
        bytes: sink.bytes.length,
        sha256: createHash('sha256').update(sink.bytes).digest('hex'),
      });
      expect(manifest.elapsedMs).toBeGreaterThanOrEqual(0);
    });

    it('reports progress that never goes back and ends with the manifest', async () => {
      const seen: Progress[] = [];
      const manifest = await create().export(sourceOf(sampleRows(500), 10), new MemorySink(), {
        onProgress: (progress) => seen.push(progress),
        progressIntervalMs: 1,
        totalRows: 500,
      });

      expect(seen.map(({ rows }) => rows)).toEqual(seen.map(({ rows }) => rows).toSorted((a, b) => a - b));
      expect(seen.map(({ bytes }) => bytes)).toEqual(
        seen.map(({ bytes }) => bytes).toSorted((a, b) => a - b),
      );
      expect(seen.at(-1)).toMatchObject({ rows: manifest.rows, bytes: manifest.bytes, totalRows: 500 });
    });

    it('says what it can do', () => {
      const { capabilities, format } = create();

      expect(format).not.toBe('');
      expect(capabilities.maxRows).toBeGreaterThan(0);
    });

    if (create().capabilities.resumable) return;
    it('refuses a checkpoint, as it cannot resume', async () => {
      const sink = new MemorySink();
      const checkpoint: CheckpointStore = {
        load: async (): Promise<Checkpoint | undefined> => undefined,
        save: async () => undefined,
        remove: async () => undefined,
      };

      await expect(create().export(sourceOf(sampleRows(1)), sink, { checkpoint })).rejects.toMatchObject({
        code: 'ERR_PERF_UNSUPPORTED',
      });
      expect(sink.state).not.toBe('committed');
    });
  });
}
