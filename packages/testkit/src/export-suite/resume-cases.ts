import type { Batch, Checkpoint, CheckpointStore, ExportManifest, Exporter } from '@perf/contracts';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { ExporterSuiteOptions } from '../exporter-suite.ts';
import { mixedSource } from '../measure/mixed-rows.ts';
import { MemorySink } from '../memory-sink.ts';

/** A checkpoint and what the sink held when it was saved. */
interface Moment {
  readonly checkpoint: Checkpoint;
  readonly bytes: Uint8Array;
}

/** An export that was never cut, and all its checkpoints. */
interface Whole {
  readonly manifest: ExportManifest;
  readonly bytes: Uint8Array;
  readonly moments: readonly Moment[];
  readonly isRemoved: boolean;
}

/** How an export goes on after it was cut. */
export function resumeCases({
  create,
  resumeRows = 300_000,
  goldenCheckpoint,
  timeoutMs = 30_000,
}: ExporterSuiteOptions): void {
  if (!create().capabilities.resumable) return;
  describe('resume', () => {
    let whole: Whole;
    beforeAll(async () => {
      whole = await exportWhole(create(), resumeRows);
    }, timeoutMs);

    it('takes checkpoints on its way, and removes the last at the end', () => {
      expect(whole.moments.length).toBeGreaterThanOrEqual(2);
      expect(whole.isRemoved).toBe(true);
      const rows = whole.moments.map(({ checkpoint }) => checkpoint.rows);
      expect(rows).toEqual(rows.toSorted((a, b) => a - b));
      for (const { checkpoint, bytes } of whole.moments) {
        expect(checkpoint.bytes).toBe(bytes.length);
        expect(JSON.parse(JSON.stringify(checkpoint))).toEqual(checkpoint);
      }
    });

    it.each([0, -1])('gives the same bytes and manifest from checkpoint %i on', async (at) => {
      const moment = whole.moments.at(at);
      const sink = new MemorySink(Buffer.concat([moment?.bytes ?? Buffer.alloc(0), Buffer.from('torn')]));

      const manifest = await create().export(
        mixedSource(resumeRows, { after: moment?.checkpoint.cursor, batchRows: 777 }),
        sink,
        {
          resumeFrom: structuredClone(moment?.checkpoint),
        },
      );

      expect(Buffer.compare(sink.bytes, whole.bytes)).toBe(0);
      expect({ ...manifest, elapsedMs: 0 }).toEqual({ ...whole.manifest, elapsedMs: 0 });
    });

    const goldenFiles = goldenCheckpoint === undefined ? [] : [goldenCheckpoint];
    it.each(goldenFiles)('keeps checkpoints in the form of %s', async (file) => {
      // Time stands still, so that only full blocks make a checkpoint due.
      using _ = vi.spyOn(performance, 'now').mockReturnValue(0);

      const { moments } = await exportWhole(create(), resumeRows);

      const text = JSON.stringify(moments[0]?.checkpoint, null, 2);
      await expect(`${text}\n`).toMatchFileSnapshot(file);
    });

    it('takes checkpoints of batches of one row too', async () => {
      const sink = new MemorySink();
      const moments: Moment[] = [];
      const store = storeOf((checkpoint) => moments.push({ checkpoint, bytes: sink.bytes }));

      const source = mixedSource(resumeRows, { batchRows: 1 });
      await create().export(source, sink, { checkpoint: store });

      expect(Buffer.compare(sink.bytes, whole.bytes)).toBe(0);
      expect(moments.length).toBeGreaterThanOrEqual(2);
    });

    it('leaves what an earlier run left when it is aborted before it begins', async () => {
      const [moment] = whole.moments;
      const sink = new MemorySink(moment?.bytes);
      const store = storeOf(() => undefined);

      const source = mixedSource(resumeRows, { after: moment?.checkpoint.cursor });
      const options = {
        checkpoint: store,
        resumeFrom: structuredClone(moment?.checkpoint),
        signal: AbortSignal.abort(),
      };
      await expect(create().export(source, sink, options)).rejects.toMatchObject({
        code: 'ERR_PERF_ABORTED',
      });

      expect(store.isRemoved).toBe(false);
    });

    it('refuses a checkpoint of other columns, of another format, of changed data, of changed bytes', async () => {
      const [moment] = whole.moments;
      if (moment === undefined) throw new Error('there is no checkpoint');
      const { checkpoint, bytes } = moment;
      const flipped = Uint8Array.from(bytes);
      flipped[1000] = (flipped[1000] ?? 0) ^ 1;
      const tries: [Checkpoint, Uint8Array, string][] = [
        [{ ...checkpoint, fingerprint: 'other' }, bytes, 'ERR_PERF_CHECKPOINT_MISMATCH'],
        [{ ...checkpoint, format: 'other' }, bytes, 'ERR_PERF_CHECKPOINT_MISMATCH'],
        [{ ...checkpoint, source: 'other' }, bytes, 'ERR_PERF_SOURCE_CHANGED'],
        [checkpoint, flipped, 'ERR_PERF_CHECKPOINT_MISMATCH'],
      ];
      for (const [resumeFrom, kept, code] of tries) {
        const sink = new MemorySink(kept);
        const source = mixedSource(resumeRows, { after: checkpoint.cursor });
        await expect(create().export(source, sink, { resumeFrom })).rejects.toMatchObject({ code });
        expect(sink.state).not.toBe('committed');
      }
    });

    it('keeps checkpoint and bytes when the source fails, and for a pause, but not for another abort', async () => {
      const failing = new Error('the server went away');
      expect(await endedBy(create(), resumeRows, failing)).toEqual({ isKept: true, isRemoved: false });
      expect(await endedBy(create(), resumeRows, 'pause')).toEqual({ isKept: true, isRemoved: false });
      expect(await endedBy(create(), resumeRows, 'no longer wanted')).toEqual({
        isKept: false,
        isRemoved: true,
      });
    });

    it('removes an old checkpoint when it begins anew, before it writes anything', async () => {
      const sink = new MemorySink();
      let heldThen = -1;
      const checkpoint = {
        ...storeOf(() => undefined),
        remove: async () => void (heldThen = sink.bytes.length),
      };
      const source = { ...mixedSource(10), [Symbol.asyncIterator]: failingBatches };

      await expect(create().export(source, sink, { checkpoint })).rejects.toMatchObject({
        code: 'ERR_PERF_SOURCE_FAILED',
      });

      expect(heldThen).toBe(0);
    });

    it('refuses a source that cannot be opened at a row', async () => {
      const { schema, [Symbol.asyncIterator]: batches } = mixedSource(10);
      const source = { schema, [Symbol.asyncIterator]: batches };
      const checkpoint = storeOf(() => undefined);

      await expect(create().export(source, new MemorySink(), { checkpoint })).rejects.toMatchObject({
        code: 'ERR_PERF_UNSUPPORTED',
      });
    });
  });
}

// oxlint-disable-next-line require-yield -- it fails before it gives anything
async function* failingBatches(): AsyncGenerator<Batch> {
  throw new Error('the server went away');
}

async function exportWhole(exporter: Exporter, rows: number): Promise<Whole> {
  const sink = new MemorySink();
  const moments: Moment[] = [];
  const store = storeOf((checkpoint) => moments.push({ checkpoint, bytes: sink.bytes }));
  const manifest = await exporter.export(mixedSource(rows), sink, { checkpoint: store });
  return { manifest, bytes: sink.bytes, moments, isRemoved: store.isRemoved };
}

/** Ends an export after its first checkpoint: by an error of the source, or by an abort for a reason. */
async function endedBy(
  exporter: Exporter,
  rows: number,
  end: Error | string,
): Promise<{ readonly isKept: boolean; readonly isRemoved: boolean }> {
  const sink = new MemorySink();
  const controller = new AbortController();
  let isEnding = false;
  const store = storeOf(() => {
    isEnding = true;
    if (typeof end === 'string') controller.abort(end);
  });
  const source = mixedSource(rows);
  const ending = {
    ...source,
    async *[Symbol.asyncIterator]() {
      for await (const batch of source) {
        if (isEnding && end instanceof Error) throw end;
        yield batch;
      }
    },
  };
  const running = exporter.export(ending, sink, { checkpoint: store, signal: controller.signal });
  await expect(running).rejects.toMatchObject({
    code: end instanceof Error ? 'ERR_PERF_SOURCE_FAILED' : 'ERR_PERF_ABORTED',
  });
  return { isKept: sink.kept && sink.bytes.length > 0, isRemoved: store.isRemoved };
}

function storeOf(
  onSave: (checkpoint: Checkpoint) => void,
): CheckpointStore & { readonly isRemoved: boolean } {
  let isRemoved = false;
  return {
    get isRemoved() {
      return isRemoved;
    },
    load: async () => undefined,
    save: async (checkpoint) => {
      isRemoved = false;
      onSave(checkpoint);
    },
    remove: async () => {
      isRemoved = true;
    },
  };
}
