import type { CacheStore, StoreEntry } from '@perf/contracts';
import { FakeClock, FaultyEngine, FaultySink, FaultyStore, MemorySink, readRows } from '@perf/testkit';
import { describe, expect, it } from 'vitest';
import { MapStore } from './map-store.ts';
import { NumbersEngine } from './numbers-engine.ts';

const ENTRIES: readonly StoreEntry<unknown>[] = ['a', 'b', 'c', 'd'].map((key) => ({
  key,
  value: key,
  expiresAt: Infinity,
}));
const SELECT = { dialect: 'duckdb', text: 'SELECT', parameters: [] } as const;

async function keysIn(store: CacheStore): Promise<(string | undefined)[]> {
  return (await store.getMany(['a', 'b', 'c', 'd'])).map((entry) => entry?.key);
}

describe('FaultyStore', () => {
  it('does what its store does, and counts the calls', async () => {
    const store = new FaultyStore(new MapStore());

    await store.setMany(ENTRIES);
    await store.deleteMany(['a']);
    await store.clear('b');

    expect(await keysIn(store)).toEqual([undefined, undefined, 'c', 'd']);
    expect([store.calls(), store.calls('getMany'), store.calls('setMany')]).toEqual([4, 1, 1]);
    expect([store.name, store.keeps]).toEqual(['map', 'values']);
  });

  it('fails the next call of the named kind, once', async () => {
    const store = new FaultyStore(new MapStore());
    const error = new Error('no connection');
    store.failNext('getMany', error);
    store.failNext('getMany');

    await store.setMany(ENTRIES);
    await expect(store.getMany(['a'])).rejects.toBe(error);
    await expect(store.getMany(['a'])).rejects.toMatchObject({ code: 'ERR_PERF_TIER_UNAVAILABLE' });
    expect(await store.getMany(['a'])).toHaveLength(1);
  });

  it('fails whatever comes next when no kind is named', async () => {
    const store = new FaultyStore(new MapStore());
    store.failNext();

    await expect(store.clear('')).rejects.toMatchObject({ code: 'ERR_PERF_TIER_UNAVAILABLE' });
    await store.clear('');
    expect(store.calls('clear')).toBe(2);
  });

  it('stores and drops the first half when it fails halfway', async () => {
    const store = new FaultyStore(new MapStore());
    store.failHalfway('setMany');
    await expect(store.setMany(ENTRIES)).rejects.toMatchObject({ code: 'ERR_PERF_TIER_UNAVAILABLE' });
    expect(await keysIn(store)).toEqual(['a', 'b', undefined, undefined]);

    store.failHalfway('deleteMany');
    await expect(store.deleteMany(['a', 'b'])).rejects.toMatchObject({ code: 'ERR_PERF_TIER_UNAVAILABLE' });
    expect(await keysIn(store)).toEqual([undefined, 'b', undefined, undefined]);
  });

  it('answers late, by the clock it is given', async () => {
    const clock = new FakeClock();
    const store = new FaultyStore(new MapStore(), (ms) => clock.sleep(ms));
    store.delay(100);
    let answered = false;
    const reading = store.getMany(['a']).then(() => (answered = true));

    await clock.advanceAndSettle(99);
    expect(answered).toBe(false);
    await clock.advanceAndSettle(1);
    await reading;
    store.delay(0);
    expect(await store.getMany(['a'])).toEqual([undefined]);
  });

  it('hangs until it is released, or the signal of a call is aborted', async () => {
    const store = new FaultyStore(new MapStore());
    const controller = new AbortController();
    store.hang();
    const stopped = store.getMany(['a'], { signal: controller.signal });
    const waiting = store.getMany(['a']);

    controller.abort(new Error('enough'));
    await expect(stopped).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
    store.release();

    expect(await waiting).toEqual([undefined]);
    expect(await store.getMany(['a'])).toEqual([undefined]);
  });

  it('lets what hangs go when it is disposed', async () => {
    const store = new FaultyStore(new MapStore());
    store.hang();
    const waiting = store.getMany(['a']);

    await store[Symbol.asyncDispose]();

    await expect(waiting).rejects.toMatchObject({ code: 'ERR_PERF_DISPOSED' });
  });
});

describe('FaultySink', () => {
  it('writes half of the bytes when it fails halfway', async () => {
    const memory = new MemorySink();
    const sink = new FaultySink(memory);
    await sink.open();
    sink.failHalfway('write', new Error('disk full'));

    await expect(sink.write(Uint8Array.of(1, 2, 3, 4))).rejects.toThrow('disk full');
    await sink.writeAt(Uint8Array.of(9), 0);
    await sink.sync();
    await sink.commit();

    expect([...memory.bytes]).toEqual([9, 2]);
    expect(memory.state).toBe('committed');
    expect(sink.calls()).toBe(5);
  });

  it('fails each kind of call', async () => {
    for (const method of ['open', 'write', 'writeAt', 'sync', 'commit', 'abort'] as const) {
      const sink = new FaultySink(new MemorySink());
      sink.failNext(method, new Error(`no ${method}`));
      const run = async (): Promise<void> => {
        await sink.open();
        await sink.write(Uint8Array.of(1));
        await sink.writeAt(Uint8Array.of(2), 0);
        await sink.sync();
        if (method === 'abort') await sink.abort(new Error('reason'));
        await sink.commit();
      };

      await expect(run()).rejects.toThrow(`no ${method}`);
    }
  });
});

describe('MemorySink', () => {
  it('keeps bytes for a resumed run when the abort says so', async () => {
    const sink = new MemorySink();
    await sink.open();
    await sink.write(new TextEncoder().encode('first second'));
    await sink.abort('crash', { keep: true });

    await sink.open(6);
    await sink.write(new TextEncoder().encode('third'));
    await sink.commit();

    expect(sink.text).toBe('first third');
    expect(sink.abortReason).toBe('crash');
  });

  it('forgets the bytes of an aborted run', async () => {
    const sink = new MemorySink();
    await sink.open();
    await sink.write(new Uint8Array(5000));

    await sink.abort(new Error('no'));
    await sink.abort(new Error('again'));

    expect([sink.state, sink.bytes.length, sink.kept]).toEqual(['aborted', 0, false]);
    expect(sink.abortReason).toMatchObject({ message: 'no' });
  });

  it('refuses calls out of order', async () => {
    const sink = new MemorySink();
    const failed = { code: 'ERR_PERF_SINK_FAILED' };

    await expect(sink.write(Uint8Array.of(1))).rejects.toMatchObject(failed);
    await expect(sink.sync()).rejects.toMatchObject(failed);
    await expect(sink.commit()).rejects.toMatchObject(failed);
    await sink.open();
    await expect(sink.open()).rejects.toMatchObject(failed);
    await expect(sink.writeAt(Uint8Array.of(1), 0)).rejects.toMatchObject(failed);
    await sink.commit();
    await expect(sink.abort('late')).rejects.toMatchObject(failed);
  });
});

describe('FaultyEngine', () => {
  it('passes answers through, and fails before one or in its middle', async () => {
    const engine = new FaultyEngine(new NumbersEngine(3));
    expect(await readRows(await engine.execute(SELECT))).toEqual([[0], [1], [2]]);

    engine.failNext('execute', new Error('refused'));
    await expect(engine.execute(SELECT)).rejects.toThrow('refused');

    const stream = await engine.execute(SELECT);
    engine.failNext('batch', new Error('cut'));
    await expect(readRows(stream)).rejects.toThrow('cut');
    expect(engine.calls('batch')).toBe(4);
  });

  it.each(['catalog', 'statistics', 'explain'] as const)('fails %s', async (method) => {
    const engine = new FaultyEngine(new NumbersEngine(1));
    const calls = {
      catalog: () => engine.catalog(),
      statistics: () => engine.statistics([]),
      explain: () => engine.explain(SELECT),
    };
    engine.failNext(method, new Error('planted'));

    await expect(calls[method]()).rejects.toThrow('planted');
    await expect(calls[method]()).resolves.toBeDefined();
    expect(engine.capabilities.whatIf).toBe(false);
  });

  it('stops hanging when the signal of a statement is aborted', async () => {
    const engine = new FaultyEngine(new NumbersEngine(1));
    const controller = new AbortController();
    const stream = await engine.execute(SELECT, { signal: controller.signal });
    engine.hang();
    const reading = readRows(stream);

    controller.abort(new Error('enough'));

    await expect(reading).rejects.toMatchObject({ code: 'ERR_PERF_ABORTED' });
    await stream[Symbol.asyncDispose]();
    await engine[Symbol.asyncDispose]();
  });
});
