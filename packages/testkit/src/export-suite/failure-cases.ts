import type { BatchSource } from '@perf/contracts';
import { describe, expect, it } from 'vitest';
import type { ExporterSuiteOptions } from '../exporter-suite.ts';
import { FaultySink } from '../faulty-sink.ts';
import { MemorySink } from '../memory-sink.ts';
import { SCHEMA, sampleRows, sourceOf } from './sample-rows.ts';

/** What happens when something fails: nothing is committed, the sink is aborted, the source is closed. */
export function failureCases({ create }: ExporterSuiteOptions): void {
  describe('failures', () => {
    it('does not begin for a signal that is aborted already', async () => {
      const sink = new MemorySink();
      const reason = new Error('changed my mind');

      await expect(
        create().export(sourceOf(sampleRows(10)), sink, { signal: AbortSignal.abort(reason) }),
      ).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED', cause: reason });
      expect(['new', 'aborted']).toContain(sink.state);
      expect(sink.bytes).toHaveLength(0);
    });

    it('stops in the middle for its signal, closes the source and aborts the sink', async () => {
      const [sink, controller, reason] = [
        new MemorySink(),
        new AbortController(),
        new Error('the client left'),
      ];
      const { source, closed } = watched(async (batch) => {
        if (batch === 2) controller.abort(reason);
      });

      await expect(create().export(source, sink, { signal: controller.signal })).rejects.toMatchObject({
        code: 'ERR_PERF_ABORTED',
        cause: reason,
      });
      expect(sink.state).toBe('aborted');
      expect(closed()).toBe(true);
    });

    it('stops while the source gives nothing', async () => {
      const [sink, controller] = [new MemorySink(), new AbortController()];
      const { source } = watched((batch) => {
        if (batch < 2) return Promise.resolve();
        setTimeout(() => controller.abort(new Error('too slow')), 10);
        return new Promise(() => undefined);
      });

      await expect(create().export(source, sink, { signal: controller.signal })).rejects.toMatchObject({
        code: 'ERR_PERF_ABORTED',
      });
      expect(sink.state).toBe('aborted');
    });

    it.each([0, 1, 3])('aborts the sink when the source fails at batch %i', async (failing) => {
      const sink = new MemorySink();
      const cause = new RangeError('the server went away');
      const { source } = watched(async (batch) => {
        if (batch === failing) throw cause;
      });

      await expect(create().export(source, sink)).rejects.toMatchObject({
        code: 'ERR_PERF_SOURCE_FAILED',
        cause,
      });
      expect(sink.state).toBe('aborted');
    });

    it.each(['open', 'write', 'commit'] as const)('aborts a sink that fails to %s', async (method) => {
      const memory = new MemorySink();
      const sink = new FaultySink(memory);
      const cause = new Error('no space left on device');
      sink.failNext(method, cause);

      await expect(create().export(sourceOf(sampleRows(200)), sink)).rejects.toMatchObject({
        code: 'ERR_PERF_SINK_FAILED',
        cause,
      });
      expect(memory.state).toBe('aborted');
      expect(sink.calls('abort')).toBeGreaterThan(0);
    });

    it('aborts a sink that takes a part of the bytes and fails', async () => {
      const memory = new MemorySink();
      const sink = new FaultySink(memory);
      sink.failHalfway('write', new Error('no space left on device'));

      await expect(create().export(sourceOf(sampleRows(200)), sink)).rejects.toMatchObject({
        code: 'ERR_PERF_SINK_FAILED',
      });
      expect(memory.state).toBe('aborted');
    });

    it('closes the source when the sink fails', async () => {
      const sink = new FaultySink(new MemorySink());
      sink.failNext('write', new Error('no space left on device'));
      const { source, closed } = watched(async () => undefined);

      await expect(create().export(source, sink)).rejects.toMatchObject({ code: 'ERR_PERF_SINK_FAILED' });
      expect(closed()).toBe(true);
    });

    it('says what failed first when the abort fails too', async () => {
      const sink = new FaultySink(new MemorySink());
      sink.failNext('commit', new Error('no space left on device'));
      sink.failNext('abort', new Error('still no space'));

      await expect(create().export(sourceOf(sampleRows(5)), sink)).rejects.toMatchObject({
        code: 'ERR_PERF_SINK_FAILED',
        cause: { message: 'no space left on device' },
      });
    });
  });
}

/** A source that calls `before` ahead of each batch (from 0), goes on for 50,000 of them, and knows whether it was closed. */
function watched(before: (batch: number) => Promise<void>): { source: BatchSource; closed: () => boolean } {
  let closed = false;
  const rows = sampleRows(100);
  const source: BatchSource = {
    schema: SCHEMA,
    async *[Symbol.asyncIterator]() {
      try {
        for (let batch = 0; batch < 50_000; batch++) {
          await before(batch);
          yield { kind: 'rows', schema: SCHEMA, layout: 'arrays', rows };
        }
      } finally {
        closed = true;
      }
    },
  };
  return { source, closed: () => closed };
}
