import { createHash } from 'node:crypto';
import type { Progress } from '@perf/contracts';
import { memorySink } from '@perf/export-core';
import { FaultySink, MemorySink } from '@perf/testkit';
import { describe, expect, it } from 'vitest';
import { JsonTransform, transformExporter } from './json-transform.ts';
import { plainSource } from './plain-exporter.ts';

describe('runExport with a transform', () => {
  it('writes what the transform gives, in pieces of any size, under a true manifest', async () => {
    const sink = memorySink();
    const seen: Progress[] = [];

    const manifest = await transformExporter().export(plainSource(40_000), sink, {
      onProgress: (progress) => seen.push(progress),
      progressIntervalMs: 0,
    });

    const text = Buffer.from(sink.bytes()).toString();
    const rows = text
      .trimEnd()
      .split('\n')
      .flatMap((line): unknown[] => JSON.parse(line));
    expect(rows).toHaveLength(40_000);
    expect(text.length).toBeGreaterThan(2 * 1024 * 1024);
    expect(manifest).toMatchObject({
      rows: 40_000,
      bytes: text.length,
      sha256: createHash('sha256').update(text).digest('hex'),
    });
    expect(seen.at(-1)).toMatchObject({ rows: 40_000, bytes: text.length });
  });

  it('writes an empty source as nothing', async () => {
    const sink = memorySink();

    expect(await transformExporter().export(plainSource(0), sink)).toMatchObject({ rows: 0, bytes: 0 });
  });

  it('does not read the source again when it is asked for more than there is', async () => {
    const sink = memorySink();
    const greedy = transformExporter(() => ({
      warnings: () => [],
      async *bytes(batches) {
        const reader = batches[Symbol.asyncIterator]();
        while ((await reader.next()).done !== true);
        yield Buffer.from(JSON.stringify(await reader.next()));
      },
    }));

    const { rows } = await greedy.export(plainSource(300), sink);

    expect(rows).toBe(300);
    expect(Buffer.from(sink.bytes()).toString()).toBe('{"done":true}');
  });

  it('pulls no faster than the transform does', async () => {
    let pulled = 0;
    const source = plainSource(100_000);
    const counted = {
      ...source,
      async *[Symbol.asyncIterator]() {
        for await (const batch of source) {
          pulled++;
          yield batch;
        }
      },
    };
    const ahead: number[] = [];
    const transform = new JsonTransform();
    const watching = transformExporter(() => ({
      warnings: () => [],
      async *bytes(batches) {
        for await (const piece of transform.bytes(batches)) {
          ahead.push(pulled - transform.pulled);
          yield piece;
        }
      },
    }));

    await watching.export(counted, memorySink());

    expect(Math.max(...ahead)).toBeLessThanOrEqual(1);
  });

  it('stops for its signal while the transform hangs', async () => {
    const controller = new AbortController();
    const sink = new MemorySink();
    const hanging = transformExporter(() => ({
      warnings: () => [],
      // oxlint-disable-next-line require-yield -- it hangs before its first piece
      async *bytes() {
        setTimeout(() => controller.abort(new Error('too slow')), 10);
        await new Promise(() => undefined);
      },
    }));

    const exporting = hanging.export(plainSource(10), sink, { signal: controller.signal });

    await expect(exporting).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
    expect(sink.state).toBe('aborted');
  });

  it('leaves the transform when the sink fails', async () => {
    const transform = new JsonTransform();
    const sink = new FaultySink(new MemorySink());
    sink.failNext('write', new Error('no space left on device'));

    const exporting = transformExporter(() => transform).export(plainSource(100_000), sink);

    await expect(exporting).rejects.toMatchObject({ code: 'ERR_PERF_SINK_FAILED' });
    await expect.poll(() => transform.isClosed).toBe(true);
  });

  it.each([
    ['rows', { rows: 150 }],
    ['bytes', { bytes: 3_000_000 }],
  ])('holds to a limit of %s', async (_, limits) => {
    const exporting = transformExporter().export(plainSource(100_000), memorySink(), { limits });

    await expect(exporting).rejects.toMatchObject({ code: 'ERR_PERF_LIMIT_EXCEEDED' });
  });
});
