import { createHash } from 'node:crypto';
import type { Batch, Checkpoint } from '@perf/contracts';
import { PerfError } from '@perf/contracts';
import { exportParts, memorySink } from '@perf/export-core';
import type { ExportPartsOptions, MemorySink } from '@perf/export-core';
import { describe, expect, it } from 'vitest';
import { plainExporter, plainSource } from './plain-exporter.ts';

/** The parts of an export, by name, and the checkpoints on its way. */
function parts() {
  const files = new Map<string, MemorySink>();
  const saved: Checkpoint[] = [];
  let isRemoved = false;
  return {
    saved,
    isRemoved: () => isRemoved,
    text: () => Array.from(files.values(), (sink) => Buffer.from(sink.bytes()).toString()),
    options: {
      rowsPerPart: 250,
      part: (number: number) => {
        const sink = memorySink();
        files.set(`part-${number}`, sink);
        return { name: `part-${number}`, sink };
      },
      checkpoint: {
        load: async () => saved.at(-1),
        save: async (checkpoint: Checkpoint) => void saved.push(structuredClone(checkpoint)),
        remove: async () => {
          isRemoved = true;
        },
      },
    } satisfies ExportPartsOptions,
  };
}

describe('exportParts', () => {
  it.each([
    [0, [0]],
    [250, [250]],
    [251, [250, 1]],
    [700, [250, 250, 200]],
  ])('writes %i rows as parts of %o', async (rows, sizes) => {
    const { options, text, isRemoved } = parts();

    const manifest = await exportParts(plainExporter, plainSource(rows), options);

    expect(manifest.parts?.map((part) => part.rows)).toEqual(sizes);
    expect(manifest.rows).toBe(rows);
    expect(manifest.bytes).toBe(text().join('').length);
    for (const [i, part] of (manifest.parts ?? []).entries())
      expect(part.sha256).toBe(
        createHash('sha256')
          .update(text()[i] ?? '')
          .digest('hex'),
      );
    for (const body of text()) expect(body).toMatch(/^<.*>$/);
    expect(isRemoved()).toBe(true);
  });

  it('goes on after its last whole part', async () => {
    const whole = parts();
    const manifest = await exportParts(plainExporter, plainSource(700), whole.options);
    for (const checkpoint of whole.saved) {
      const rest = parts();

      const resumed = await exportParts(plainExporter, plainSource(700, checkpoint.cursor), {
        ...rest.options,
        resumeFrom: checkpoint,
      });

      expect({ ...resumed, elapsedMs: 0 }).toEqual({ ...manifest, elapsedMs: 0 });
      expect(rest.text()).toEqual(whole.text().slice(-rest.text().length));
      expect(rest.text()).toHaveLength(3 - checkpoint.rows / 250);
    }
    expect(whole.saved.map(({ rows }) => rows)).toEqual([250, 500]);
  });

  it('refuses a checkpoint of changed data or of other parts', async () => {
    const whole = parts();
    await exportParts(plainExporter, plainSource(700), whole.options);
    const [resumeFrom] = whole.saved;

    await expect(
      exportParts(plainExporter, plainSource(700, 249, 'other'), { ...parts().options, resumeFrom }),
    ).rejects.toMatchObject({ code: 'ERR_PERF_SOURCE_CHANGED' });
    await expect(
      exportParts(plainExporter, plainSource(700, 249), { ...parts().options, rowsPerPart: 100, resumeFrom }),
    ).rejects.toMatchObject({ code: 'ERR_PERF_CHECKPOINT_MISMATCH' });
  });

  it('refuses a checkpoint of an exporter with other options', async () => {
    const whole = parts();
    await exportParts({ ...plainExporter, shape: { quoted: true } }, plainSource(700), whole.options);
    const [resumeFrom] = whole.saved;

    await expect(
      exportParts({ ...plainExporter, shape: { quoted: false } }, plainSource(700, 249), {
        ...parts().options,
        resumeFrom,
      }),
    ).rejects.toMatchObject({ code: 'ERR_PERF_CHECKPOINT_MISMATCH' });
  });

  it('holds all parts together to its limits, and reports progress over all', async () => {
    const seen: number[] = [];
    const onProgress = ({ rows }: { readonly rows: number }): void => void seen.push(rows);
    await exportParts(plainExporter, plainSource(700), {
      ...parts().options,
      onProgress,
      progressIntervalMs: 0,
    });

    expect(seen.at(-1)).toBe(700);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    await expect(
      exportParts(plainExporter, plainSource(700), { ...parts().options, limits: { rows: 600 } }),
    ).rejects.toMatchObject({ code: 'ERR_PERF_LIMIT_EXCEEDED' });
  });

  it.each([0, 250])('stops when it is aborted while its source hangs after row %i', async (rows) => {
    const controller = new AbortController();
    const source = {
      ...plainSource(rows),
      async *[Symbol.asyncIterator]() {
        yield* plainSource(rows);
        controller.abort();
        await new Promise(() => undefined);
      },
    };
    const { checkpoint: _, ...options } = parts().options;

    const running = exportParts(plainExporter, source, { ...options, signal: controller.signal });

    await expect(running).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
  });

  it('leaves what an earlier run left when it is aborted before it begins', async () => {
    const { options, isRemoved } = parts();

    const running = exportParts(plainExporter, plainSource(700), { ...options, signal: AbortSignal.abort() });

    await expect(running).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
    expect(isRemoved()).toBe(false);
  });

  it('names what failed: the source, or the part of a row', async () => {
    const { checkpoint: _, ...options } = parts().options;
    const { schema } = plainSource(1);
    const broken = {
      schema,
      // oxlint-disable-next-line require-yield -- it fails before it gives anything
      async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
        throw new Error('the server went away');
      },
    };
    await expect(exportParts(plainExporter, broken, options)).rejects.toMatchObject({
      code: 'ERR_PERF_SOURCE_FAILED',
    });
    const refusing = {
      ...plainExporter,
      export: async () => {
        throw new PerfError('ERR_PERF_INVALID_VALUE', 'column id, row 3 (from 0): null does not fit');
      },
    };
    await expect(exportParts(refusing, plainSource(700), options)).rejects.toMatchObject({
      code: 'ERR_PERF_INVALID_VALUE',
      message: 'part part-1, which begins after row 0: column id, row 3 (from 0): null does not fit',
    });
  });

  it('closes its source when a part fails', async () => {
    let isClosed = false;
    const source = plainSource(700);
    const watched = {
      schema: source.schema,
      async *[Symbol.asyncIterator]() {
        try {
          yield* source;
        } finally {
          isClosed = true;
        }
      },
    };
    const { options } = parts();
    const { checkpoint: _, ...rest } = options;
    const failing = {
      ...rest,
      part: (number: number) => {
        const part = options.part(number);
        if (number < 2) return part;
        return {
          ...part,
          sink: {
            ...part.sink,
            canPatch: false,
            canResume: false,
            open: async () => Promise.reject(new Error('no')),
            write: async () => undefined,
            commit: async () => undefined,
            abort: async () => undefined,
          },
        };
      },
    };

    await expect(exportParts(plainExporter, watched, failing)).rejects.toMatchObject({
      code: 'ERR_PERF_SINK_FAILED',
    });

    expect(isClosed).toBe(true);
  });
});
