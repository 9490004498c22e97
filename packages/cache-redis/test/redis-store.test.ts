import { expect, it } from 'vitest';
import { ownPrefix, storeOver } from './clients.ts';
import { Recorder } from './recorder.ts';
import { onBoth } from './shared-servers.ts';

const value = Buffer.from('v');

onBoth('RedisStore', (client) => {
  it('counts values of ours that are not ours as missing, and as rejected', async () => {
    const prefix = ownPrefix();
    await using store = storeOver(client(), { prefix });
    await client().set(`${prefix}{foreign}:v`, 'foreign bytes');
    await client().set(`${prefix}{short}:v`, Buffer.from([0xf5, 0x01, 0]));
    await client().lpush(`${prefix}{list}:v`, 'x');
    await store.setMany([{ key: 'ours', value, expiresAt: Infinity }]);

    const found = await store.getMany(['foreign', 'short', 'list', 'ours']);
    const alone = await store.getMany(['list']);

    expect([...found, ...alone].map((entry) => entry?.key)).toEqual([
      undefined,
      undefined,
      undefined,
      'ours',
      undefined,
    ]);
    const { hits, misses, rejected } = store.statistics;
    expect({ hits, misses }).toEqual({ hits: 1, misses: 4 });
    expect(rejected).toBeGreaterThanOrEqual(3);
  });

  it('reads a key once that many callers want at once', async () => {
    await using store = storeOver(client());
    await store.setMany([{ key: 'hot', value, expiresAt: Infinity }]);

    await Promise.all(Array.from({ length: 100 }, () => store.getMany(['hot', 'cold'])));

    expect(store.statistics).toMatchObject({ requests: 2, hits: 1, misses: 1, bytesRead: 1 });
  });

  it('lets Redis drop a value at its time, and gives that time back', async () => {
    const prefix = ownPrefix();
    await using store = storeOver(client(), { prefix });
    const expiresAt = Date.now() + 60_000;
    await store.setMany([
      { key: 'short', value, expiresAt: expiresAt + 0.9 },
      { key: 'ever', value, expiresAt: 2 ** 50 },
    ]);

    const [short, ever] = await store.getMany(['short', 'ever']);

    expect(await client().pexpiretime(`${prefix}{short}:v`)).toBe(expiresAt);
    expect(await client().pexpiretime(`${prefix}{ever}:v`)).toBe(-1);
    expect([short?.expiresAt, ever?.expiresAt]).toEqual([expiresAt, Infinity]);
  });

  it('clears nothing that lies beside its prefix, and leaves nothing under it', async () => {
    const prefix = ownPrefix();
    await using store = storeOver(client(), { prefix: `${prefix}*[a]?` });
    await using beside = storeOver(client(), { prefix: `${prefix}xxax` });
    const keys = Array.from({ length: 3000 }, (_, i) => `key ${i}`);
    const entries = keys.map((key) => ({ key, value, expiresAt: Infinity }));
    await Promise.all([store.setMany(entries), beside.setMany(entries.slice(0, 10))]);

    await store.clear('key');

    expect((await store.getMany(keys)).filter((entry) => entry !== undefined)).toEqual([]);
    expect((await beside.getMany(keys)).filter((entry) => entry !== undefined)).toHaveLength(10);
  });

  it('lets no load store that held its lease before a clear, however they meet', async () => {
    await using store = storeOver(client());
    await using beside = storeOver(client());
    const others = Array.from({ length: 20_000 }, (_, i) => ({ key: `${i}`, value, expiresAt: Infinity }));
    await beside.setMany(others);
    const keys = Array.from({ length: 1000 }, (_, i) => `key ${i}`);
    await Promise.all(keys.map((key) => store.lease(key, { token: key, leaseMs: 60_000, counters: [] })));

    let stored = 0;
    const load = async (first: number): Promise<void> => {
      for (let i = first; i < keys.length; i += 10)
        if (await store.setIfLeased({ key: `key ${i}`, value, expiresAt: Infinity }, `key ${i}`)) stored++;
    };
    await Promise.all([store.clear('key'), ...Array.from({ length: 10 }, (_, first) => load(first))]);

    expect(stored).toBeGreaterThan(0);
    expect((await store.getMany(keys)).filter((entry) => entry !== undefined)).toEqual([]);
    await beside.clear('');
  });

  it('needs no script to be there: a server that forgot them gets them again', async () => {
    await using store = storeOver(client());
    const [before = 0] = await store.bump(['tag']);
    await client().call('script', 'flush');

    const [after = 0] = await store.bump(['tag']);

    expect(after).toBeGreaterThan(before);
  });

  it('says what was asked and never the key when Redis refuses', async () => {
    const prefix = ownPrefix();
    await using store = storeOver(client(), { prefix });
    const aborted = AbortSignal.abort(new Error('gone'));

    const refusals = await Promise.allSettled([
      store.lease('secret', { token: 't', leaseMs: 1, counters: [] }, { signal: aborted }),
      store.setIfLeased({ key: 'secret', value, expiresAt: Infinity }, 't', { signal: aborted }),
      store.extendLease('secret', 't', 1, { signal: aborted }),
      store.releaseLease('secret', 't', { signal: aborted }),
      store.bump(['secret'], { signal: aborted }),
      store.generations(['secret'], { signal: aborted }),
    ]);

    for (const refusal of refusals) {
      expect(refusal).toMatchObject({ status: 'rejected', reason: { code: 'ERR_PERF_ABORTED' } });
      expect(String(refusal.status === 'rejected' && refusal.reason)).not.toContain('secret');
    }
  });

  it('refuses every call after it was disposed, and leaves the client open', async () => {
    const store = storeOver(client());
    await store[Symbol.asyncDispose]();

    const refusals = await Promise.allSettled([
      store.lease('key', { token: 't', leaseMs: 1, counters: [] }),
      store.setIfLeased({ key: 'key', value, expiresAt: Infinity }, 't'),
      store.extendLease('key', 't', 1),
      store.releaseLease('key', 't'),
      store.bump(['tag']),
      store.generations(['tag']),
      store.subscribe(new Recorder()),
    ]);

    for (const refusal of refusals)
      expect(refusal).toMatchObject({ status: 'rejected', reason: { code: 'ERR_PERF_DISPOSED' } });
    expect(await client().exists('any')).toBe(0);
  });
});
