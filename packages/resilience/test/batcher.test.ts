import type { BatcherOptions } from '@perf/resilience';
import { Batcher } from '@perf/resilience';
import { FakeClock } from '@perf/testkit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { settle } from './settle.ts';

interface Scene {
  readonly clock: FakeClock;
  readonly batches: (readonly number[])[];
  readonly batcher: Batcher<number, number>;
}

function scene(
  options: BatcherOptions = {},
  run?: (items: readonly number[]) => Promise<readonly number[]>,
): Scene {
  const clock = new FakeClock();
  const batches: (readonly number[])[] = [];
  const work = async (items: readonly number[]): Promise<readonly number[]> => {
    batches.push(items);
    return run === undefined ? items.map((item) => item * 2) : run(items);
  };
  const after: BatcherOptions['after'] = (ms, action) => clock.after(ms, action);
  return { clock, batches, batcher: new Batcher(work, { after, ...options }) };
}

describe('Batcher', () => {
  it('hands over every item once, in order, in batches that are not too big nor too late', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('add'), count: fc.integer({ min: 1, max: 12 }) }),
      fc.record({ kind: fc.constant('wait'), count: fc.nat(700) }),
      fc.record({ kind: fc.constant('flush'), count: fc.constant(0) }),
    );
    const run = fc.asyncProperty(
      fc.integer({ min: 1, max: 5 }),
      fc.nat(300),
      fc.array(step),
      async (maxItems, workMs, steps) => {
        let running = 0;
        const { clock, batches, batcher } = scene({ maxItems, maxWaitMs: 500 }, async (items) => {
          expect((running += 1)).toBe(1);
          if (workMs > 0) await clock.sleep(workMs);
          running -= 1;
          if (items.includes(13)) throw new Error('planted');
          return items.map((item) => item * 2);
        });
        const added: Promise<number>[] = [];
        for (const { kind, count } of steps) {
          for (let i = 0; i < (kind === 'add' ? count : 0); i++) {
            added.push(batcher.add(added.length));
            added.at(-1)?.catch(() => undefined);
          }
          if (kind === 'flush') void batcher.flush();
          if (kind === 'wait') await clock.advanceAndSettle(count);
          await settle();
        }
        const disposal = batcher[Symbol.asyncDispose]();
        while (batcher.pending > 0) await clock.advanceAndSettle(300);
        await disposal;

        expect(batches.flat()).toEqual(added.map((_, i) => i));
        expect(batches.every((batch) => batch.length <= maxItems)).toBe(true);
        const failed = new Set(batches.find((batch) => batch.includes(13)));
        for (const [i, outcome] of (await Promise.allSettled(added)).entries())
          expect(outcome.status === 'fulfilled' ? outcome.value : 'failed').toBe(
            failed.has(i) ? 'failed' : i * 2,
          );
        expect(clock.pending).toBe(0);
      },
    );

    await fc.assert(run);
  });

  it('waits for others no longer than maxWaitMs', async () => {
    const { clock, batches, batcher } = scene();
    const result = batcher.add(1);

    await clock.advanceAndSettle(499);
    expect(batches).toEqual([]);
    await clock.advanceAndSettle(1);

    await expect(result).resolves.toBe(2);
    expect(batches).toEqual([[1]]);
  });

  it('does a full batch of 100 at once', async () => {
    const { batches, batcher } = scene();

    await Promise.all(Array.from({ length: 100 }, (_, i) => batcher.add(i)));

    expect(batches.map(({ length }) => length)).toEqual([100]);
  });

  it('takes items that the work itself adds, after that work', async () => {
    const late: Promise<number>[] = [];
    const events: string[] = [];
    const { batcher } = scene({ maxItems: 1 }, async (items) => {
      events.push(`begin ${items[0]}`);
      if (items[0] === 0) late.push(batcher.add(1));
      await settle();
      events.push(`end ${items[0]}`);
      return items;
    });

    await batcher.add(0);
    await Promise.all(late);

    expect(events).toEqual(['begin 0', 'end 0', 'begin 1', 'end 1']);
  });

  it('refuses what is too much, and what comes after the end', async () => {
    const { batcher } = scene({ maxItems: 2, maxPending: 2 }, () => new Promise(() => undefined));
    void batcher.add(1);
    void batcher.add(2);
    await settle();

    await expect(batcher.add(3)).rejects.toMatchObject({ code: 'ERR_PERF_OVERLOADED' });
    void batcher[Symbol.asyncDispose]();
    await expect(batcher.add(4)).rejects.toMatchObject({ code: 'ERR_PERF_DISPOSED' });
  });

  it('fails a batch whose work gives another number of results', async () => {
    const { batcher } = scene({ maxItems: 2 }, () => Promise.resolve([1]));

    const outcomes = await Promise.allSettled([batcher.add(1), batcher.add(2)]);

    expect(outcomes).toMatchObject([
      { reason: { code: 'ERR_PERF_INVALID_VALUE' } },
      { reason: { code: 'ERR_PERF_INVALID_VALUE' } },
    ]);
  });

  it.each([{ maxItems: 0 }, { maxWaitMs: Number.NaN }, { maxItems: 5, maxPending: 4 }])(
    'refuses %o',
    (options) => {
      expect(() => scene(options)).toThrow(expect.objectContaining({ code: 'ERR_PERF_INVALID_OPTION' }));
    },
  );
});
