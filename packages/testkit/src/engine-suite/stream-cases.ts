import { setTimeout as pause } from 'node:timers/promises';
import { batchLength } from '@perf/contracts';
import type { QueryEngine } from '@perf/contracts';
import { describe, expect, it } from 'vitest';
import { readRows } from '../read-rows.ts';
import type { EngineFixture } from './fixture.ts';
import { crossDigits, open, statement } from './fixture.ts';

/** 10^8 rows of about 200 bytes: more than any engine gives before a test ends. */
const ENDLESS = crossDigits(`t0.d AS d, '${'x'.repeat(200)}' AS filler`, 8);
/** Works for hours before its only row. */
const SILENT = crossDigits('sum(t0.d * t1.d + t2.d * t3.d + t4.d) AS total', 12);

/** Streams: pulled, left early, aborted. */
export function streamCases(fixture: EngineFixture): void {
  describe('streams', () => {
    const engine = fixture.engineForGroup();

    it('gives the first batches of an answer far too big to hold, and waits for a slow reader', async () => {
      const before = process.memoryUsage.rss();
      let batches = 0;
      for await (const batch of await open(engine(), ENDLESS)) {
        expect(batchLength(batch)).toBeGreaterThan(0);
        await pause(50);
        if (++batches === 5) break;
      }

      expect((process.memoryUsage.rss() - before) / 2 ** 20).toBeLessThan(200);
    });

    it('is free for the next statement when the loop is left early, every time', async () => {
      for (let time = 0; time < 20; time++) {
        for await (const batch of await open(engine(), ENDLESS)) {
          expect(batchLength(batch)).toBeGreaterThan(0);
          break;
        }
        expect(await fiveFrom(engine())).toEqual([[5n]]);
      }
    });

    it('is free when a stream is disposed unread, also twice', async () => {
      const stream = await open(engine(), ENDLESS);

      await stream[Symbol.asyncDispose]();
      await stream[Symbol.asyncDispose]();

      expect(await fiveFrom(engine())).toEqual([[5n]]);
    });

    it('lets a reader that throws have its own error', async () => {
      const reading = async (): Promise<void> => {
        for await (const batch of await open(engine(), ENDLESS))
          if (batchLength(batch) > 0) throw new RangeError('the reader gave up');
      };

      await expect(reading()).rejects.toThrow(RangeError);
      expect(await fiveFrom(engine())).toEqual([[5n]]);
    });

    it('gives two streams read in turns each its own rows', async () => {
      const [first, second] = await Promise.all([
        readRows(await open(engine(), crossDigits('t0.d AS d', 4))),
        readRows(await open(engine(), crossDigits('t0.d + 100 AS d', 4))),
      ]);

      expect(first.every(([d]) => typeof d === 'bigint' && d < 10n)).toBe(true);
      expect(second.every(([d]) => typeof d === 'bigint' && d >= 100n)).toBe(true);
    });

    it('does not start for a signal that is aborted already', async () => {
      const reason = new Error('changed my mind');
      const run = engine().execute(statement(engine().dialect, 'SELECT d FROM perf_digits'), {
        signal: AbortSignal.abort(reason),
      });

      await expect(run).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED', cause: reason });
      expect(await fiveFrom(engine())).toEqual([[5n]]);
    });

    it('throws ERR_PERF_ABORTED between two batches, and goes on with other statements', async () => {
      const controller = new AbortController();
      const reason = new Error('the client left');
      const reading = async (): Promise<void> => {
        const stream = await engine().execute(statement(engine().dialect, ENDLESS), {
          signal: controller.signal,
        });
        for await (const batch of stream) if (batchLength(batch) > 0) controller.abort(reason);
      };

      await expect(reading()).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED', cause: reason });
      expect(await fiveFrom(engine())).toEqual([[5n]]);
    });

    it.skipIf(fixture.options.interruptsBeforeFirstRow === false)(
      'stops a statement that works without giving rows',
      async () => {
        const controller = new AbortController();
        const options = { signal: controller.signal };
        const reading = engine()
          .execute(statement(engine().dialect, SILENT), options)
          .then(readRows)
          .catch((error: unknown) => error);

        await pause(100);
        controller.abort(new Error('too slow'));

        expect(await reading).toMatchObject({ code: 'ERR_PERF_ABORTED' });
        expect(await fiveFrom(engine())).toEqual([[5n]]);
      },
    );

    it('holds no listener on a signal once the stream has ended', async () => {
      const { signal } = new AbortController();
      let listeners = 0;
      const add = signal.addEventListener.bind(signal);
      const remove = signal.removeEventListener.bind(signal);
      signal.addEventListener = (...args: Parameters<typeof add>) => {
        listeners++;
        add(...args);
      };
      signal.removeEventListener = (...args: Parameters<typeof remove>) => {
        listeners--;
        remove(...args);
      };

      await readRows(
        await engine().execute(statement(engine().dialect, 'SELECT d FROM perf_digits'), { signal }),
      );

      expect(listeners).toBeLessThanOrEqual(0);
    });
  });
}

/** An answer that only a free engine gives. */
async function fiveFrom(engine: QueryEngine): Promise<unknown[][]> {
  return readRows(await open(engine, 'SELECT d FROM perf_digits WHERE d = 5'));
}
