import { setTimeout as delay } from 'node:timers/promises';
import type { StoreEntry } from '@perf/contracts';
import { expect, it } from 'vitest';
import { ownPrefix, storeOver } from './clients.ts';
import { Recorder } from './recorder.ts';
import { onBoth } from './shared-servers.ts';

function entry(key: string, text: string): StoreEntry<Uint8Array> {
  return { key, value: Buffer.from(text), expiresAt: Date.now() + 60_000 };
}

function request(token: string, more: { leaseMs?: number; despiteValue?: boolean } = {}) {
  return { token, leaseMs: 30_000, counters: [], ...more };
}

function textOf(found: StoreEntry<Uint8Array> | undefined): string | undefined {
  return found === undefined ? undefined : Buffer.from(found.value).toString();
}

onBoth('a lease', (client) => {
  it('is granted to one of many who ask at once', async () => {
    await using store = storeOver(client());

    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) => store.lease('key', request(`token ${i}`))),
    );

    expect(answers.filter(({ state }) => state === 'granted')).toHaveLength(1);
    expect(answers.filter(({ state }) => state === 'held')).toHaveLength(49);
  });

  it('lets its holder store, once, and gives the value to whoever asks after', async () => {
    await using store = storeOver(client());
    await store.lease('key', request('mine'));

    expect(await store.setIfLeased(entry('key', 'loaded'), 'mine')).toBe(true);
    expect(await store.setIfLeased(entry('key', 'again'), 'mine')).toBe(false);

    const answer = await store.lease('key', request('later'));
    expect(answer.state).toBe('valued');
    expect(textOf(answer.entry)).toBe('loaded');
  });

  it('is granted despite a value when asked so, and the value stays until the store', async () => {
    await using store = storeOver(client());
    await store.setMany([entry('key', 'old')]);

    const answer = await store.lease('key', request('mine', { despiteValue: true }));
    const meanwhile = await store.getMany(['key']);
    await store.setIfLeased(entry('key', 'new'), 'mine');

    expect(answer).toEqual({ state: 'granted', generations: [] });
    expect(textOf(meanwhile[0])).toBe('old');
    expect(textOf((await store.getMany(['key']))[0])).toBe('new');
  });

  it.each([
    ['deleteMany', (store: ReturnType<typeof storeOver>) => store.deleteMany(['key'])],
    ['setMany', (store: ReturnType<typeof storeOver>) => store.setMany([entry('key', 'set')])],
    ['clear', (store: ReturnType<typeof storeOver>) => store.clear('k')],
  ] as const)('is ended by %s, so that a load that runs cannot store', async (_, invalidate) => {
    await using store = storeOver(client());
    await store.lease('key', request('mine'));

    await invalidate(store);

    expect(await store.setIfLeased(entry('key', 'out of date'), 'mine')).toBe(false);
    expect(await store.extendLease('key', 'mine', 1000)).toBe(false);
    expect(textOf((await store.getMany(['key']))[0])).not.toBe('out of date');
  });

  it('ends by itself when its holder dies, and the old holder cannot store then', async () => {
    await using store = storeOver(client());
    await store.lease('key', request('dead', { leaseMs: 20 }));

    await delay(40);
    const answer = await store.lease('key', request('next'));

    expect(answer.state).toBe('granted');
    expect(await store.setIfLeased(entry('key', 'out of date'), 'dead')).toBe(false);
    expect(await store.setIfLeased(entry('key', 'loaded'), 'next')).toBe(true);
  });

  it('goes on when it is extended by its holder, and by nobody else', async () => {
    await using store = storeOver(client());
    await store.lease('key', request('mine', { leaseMs: 200 }));

    expect(await store.extendLease('key', 'other', 60_000)).toBe(false);
    expect(await store.extendLease('key', 'mine', 60_000)).toBe(true);
    await delay(250);

    expect((await store.lease('key', request('other'))).state).toBe('held');
  });

  it('is free again when its holder gives it back, and not when another does', async () => {
    await using store = storeOver(client());
    await store.lease('key', request('mine'));

    await store.releaseLease('key', 'other');
    expect((await store.lease('key', request('next'))).state).toBe('held');
    await store.releaseLease('key', 'mine');
    expect((await store.lease('key', request('next'))).state).toBe('granted');
  });

  it.each([
    ['stored', (store: ReturnType<typeof storeOver>) => store.setIfLeased(entry('key', 'v'), 'mine')],
    ['gave up', (store: ReturnType<typeof storeOver>) => store.releaseLease('key', 'mine')],
    ['was invalidated', (store: ReturnType<typeof storeOver>) => store.deleteMany(['key'])],
  ] as const)('wakes those who wait in other processes when its load %s', async (...[, end]) => {
    const prefix = ownPrefix();
    await using store = storeOver(client(), { prefix });
    await using other = storeOver(client(), { prefix });
    const recorder = new Recorder();
    await using _ = await other.subscribe(recorder);
    await recorder.trusted();
    await store.lease('key', request('mine'));
    await other.lease('key', request('waits'));

    await end(store);
    await recorder.until(() => recorder.landings.length > 0);

    expect(recorder.landings).toEqual(['key']);
  });

  it('tells nobody of a landing when nobody waits', async () => {
    await using store = storeOver(client());
    const recorder = new Recorder();
    await using _ = await store.subscribe(recorder);
    await recorder.trusted();

    await store.lease('quiet', request('mine'));
    await store.setIfLeased(entry('quiet', 'v'), 'mine');
    await store.deleteMany(['loud']);
    await recorder.until(() => recorder.landings.length > 0);

    expect(recorder.landings).toEqual(['loud']);
  });

  it('looks away from what is not a value of ours', async () => {
    const prefix = ownPrefix();
    await using store = storeOver(client(), { prefix });
    await client().set(`${prefix}{bytes}:v`, 'foreign');
    await client().lpush(`${prefix}{list}:v`, 'foreign');

    const answers = await Promise.all(['bytes', 'list'].map((key) => store.lease(key, request('mine'))));
    await Promise.all(['bytes', 'list'].map((key) => store.setIfLeased(entry(key, 'ours'), 'mine')));

    expect(answers.map(({ state }) => state)).toEqual(['granted', 'granted']);
    expect((await store.getMany(['bytes', 'list'])).map(textOf)).toEqual(['ours', 'ours']);
  });

  it('brings the counters along, whatever its state', async () => {
    await using store = storeOver(client());
    const counters = ['tag a', 'tag b'];
    const numbers = await store.generations(counters);

    const granted = await store.lease('key', { ...request('mine'), counters });
    const held = await store.lease('key', { ...request('other'), counters });
    await store.setIfLeased(entry('key', 'v'), 'mine');
    const valued = await store.lease('key', { ...request('other'), counters });

    expect([granted, held, valued].map(({ generations }) => generations)).toEqual([
      numbers,
      numbers,
      numbers,
    ]);
  });
});
