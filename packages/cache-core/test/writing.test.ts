import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TieredCache, WriteBehind, writeThrough } from '@perf/cache-core';
import type { WriteBehindOptions } from '@perf/cache-core';
import { FakeClock } from '@perf/testkit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

let folder = '';
const closing: AsyncDisposable[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'perf-writing-'));
});
afterEach(async () => {
  await Promise.allSettled(closing.splice(0).map((behind) => behind[Symbol.asyncDispose]()));
  rmSync(folder, { recursive: true });
});

describe('writeThrough', () => {
  it('writes to the source, then to the cache', async () => {
    const cache = new TieredCache();
    const source = new Map<string, number>();
    const save = writeThrough(cache, async (key, value: number) => source.set(key, value));

    await save('k', 1, { tags: ['t'] });

    expect(source.get('k')).toBe(1);
    expect((await cache.get('k'))?.tags).toEqual(['t']);
  });

  it('empties the key and throws when the source fails', async () => {
    const cache = new TieredCache();
    await cache.set('k', 'old');
    const save = writeThrough(cache, () => Promise.reject(new Error('read only')));

    await expect(save('k', 'new')).rejects.toThrow('read only');

    expect(await cache.get('k')).toBeUndefined();
  });
});

describe('WriteBehind', () => {
  async function opened(more: Partial<WriteBehindOptions<number>> = {}) {
    const clock = new FakeClock();
    const batches: [string, number][][] = [];
    const write = vi.fn<(batch: ReadonlyMap<string, number>) => Promise<void>>(async (batch) => {
      batches.push([...batch]);
    });
    const onError = vi.fn<(error: unknown) => void>();
    const cache = new TieredCache();
    const behind = await WriteBehind.open<number>({
      cache,
      write,
      onError,
      after: (ms, action) => clock.after(ms, action),
      ...more,
    });
    closing.push(behind);
    return { clock, batches, write, onError, cache, behind };
  }

  it('sets the cache at once and gives the source the last value of each key in one batch', async () => {
    const { clock, cache, behind, batches } = await opened();

    await behind.set('a', 1);
    await behind.set('b', 1);
    await behind.set('a', 2);
    expect((await cache.get('a'))?.value).toBe(2);
    expect(batches).toEqual([]);
    await clock.advanceAndSettle(1000);

    expect(batches).toEqual([
      [
        ['a', 2],
        ['b', 1],
      ],
    ]);
    expect(behind.pending.size).toBe(0);
  });

  it('writes a full batch without delay', async () => {
    const { clock, behind, batches } = await opened({ maxBatch: 2 });

    await Promise.all([behind.set('a', 1), behind.set('b', 1), behind.set('c', 1)]);
    await clock.advanceAndSettle(0);

    expect(batches[0]).toHaveLength(2);
    await behind.flush();
    expect(batches.flat()).toHaveLength(3);
  });

  it('tries a failed batch again, tells of it, and keeps a value that was set meanwhile', async () => {
    const { clock, behind, write, batches, onError } = await opened();
    write.mockRejectedValueOnce(new Error('deadlock'));

    await behind.set('a', Number.NaN);
    await clock.advanceAndSettle(1000);
    expect(onError).toHaveBeenCalledWith(new Error('deadlock'));
    await behind.set('a', 2);
    await clock.advanceAndSettle(1000);

    expect(batches).toEqual([[['a', 2]]]);
  });

  it('lets a set wait while too many wait, and go on when there is room or its signal is aborted', async () => {
    const { clock, behind } = await opened({ maxPending: 1 });
    await behind.set('a', 1);
    const controller = new AbortController();

    const gone = Promise.allSettled([behind.set('b', 1, { signal: controller.signal })]);
    const waiting = behind.set('c', 1);
    controller.abort();
    await clock.advanceAndSettle(1000);
    await waiting;

    expect((await gone)[0]).toMatchObject({ status: 'rejected', reason: { code: 'ERR_PERF_ABORTED' } });
    expect([...behind.pending.keys()]).toEqual(['c']);
  });

  it('writes what is left when it is disposed, and says what the source would not take', async () => {
    const { behind, batches } = await opened();
    await behind.set('a', 1);
    await behind[Symbol.asyncDispose]();
    expect(batches).toEqual([[['a', 1]]]);
    await expect(behind.set('b', 1)).rejects.toMatchObject({ code: 'ERR_PERF_DISPOSED' });

    const other = await opened({ write: () => Promise.reject(new Error('down')) });
    await other.behind.set('a', 1);
    await expect(other.behind[Symbol.asyncDispose]()).rejects.toMatchObject({
      code: 'ERR_PERF_SINK_FAILED',
      message: '1 writes did not reach the source',
    });
  });

  describe('with a journal', () => {
    it('gives the source what an earlier process did not', async () => {
      const journal = join(folder, 'writes');
      const first = await opened({ journal });
      await Promise.all([first.behind.set('a', 1), first.behind.set('b', 2), first.behind.set('a', 3)]);

      const second = await opened({ journal });
      expect([...second.behind.pending]).toEqual([
        ['a', 3],
        ['b', 2],
      ]);
      await second.clock.advanceAndSettle(0);
      await second.behind[Symbol.asyncDispose]();

      expect(second.batches.flat()).toHaveLength(2);
      expect(statSync(journal).size).toBe(0);
      expect(statSync(journal).mode & 0o777).toBe(0o600);
    });

    it('leaves out what a crash cut off, and appends after what is whole', async () => {
      const journal = join(folder, 'writes');
      const first = await opened({ journal });
      await first.behind.set('a', 1);
      const whole = readFileSync(journal);

      for (let cut = 1; cut < whole.length; cut++) {
        writeFileSync(journal, Buffer.concat([whole, whole.subarray(0, cut)]));
        const next = await opened({ journal });
        expect([...next.behind.pending]).toEqual([['a', 1]]);
        await next.behind.set('b', 2);
        const last = await opened({ journal });
        expect([...last.behind.pending.keys()]).toEqual(['a', 'b']);
      }
    });

    it('takes foreign bytes for nothing', async () => {
      const journal = join(folder, 'writes');
      appendFileSync(journal, 'not a journal at all');

      const { behind } = await opened({ journal });

      expect(behind.pending.size).toBe(0);
    });

    it('says when it cannot be opened', async () => {
      await expect(opened({ journal: folder })).rejects.toMatchObject({ code: 'ERR_PERF_OPEN_FAILED' });
    });
  });

  it.each([{ maxBatch: 0 }, { maxPending: -1 }, { maxDelayMs: Number.NaN }, { retryMs: 0 }])(
    'refuses %o',
    async (options) => {
      await expect(opened(options)).rejects.toMatchObject({ code: 'ERR_PERF_INVALID_OPTION' });
    },
  );
});
