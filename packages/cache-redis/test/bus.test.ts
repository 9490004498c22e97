import { Cluster, type Redis } from 'ioredis';
import { expect, it } from 'vitest';
import { ownPrefix, storeOver } from './clients.ts';
import { Recorder } from './recorder.ts';
import { onBoth } from './shared-servers.ts';

const anybody = 'AAAAAAAAAAA';

onBoth('the bus', (client) => {
  /** One server, so that what it is given to publish comes in order. */
  const voice = (): Redis => {
    const one = client();
    const server = one instanceof Cluster ? one.nodes('master')[0] : one;
    if (server === undefined) throw new Error('the cluster has no master');
    return server;
  };

  it('begins blind and is trusted as soon as its own beat comes back', async () => {
    await using store = storeOver(client());
    const recorder = new Recorder();

    await using _ = await store.subscribe(recorder);
    const first = recorder.states[0];
    await recorder.trusted();

    expect(first).toBe('blind');
  });

  it('tells others what was invalidated, and not the store it was done through', async () => {
    const prefix = ownPrefix();
    await using here = storeOver(client(), { prefix });
    await using there = storeOver(client(), { prefix });
    const [near, far] = [new Recorder(), new Recorder()];
    await here.subscribe(near);
    await there.subscribe(far);
    await Promise.all([near.trusted(), far.trusted()]);

    const value = Buffer.from('v');
    await here.deleteMany(['a{1}']);
    await here.setMany([{ key: '', value, expiresAt: Infinity }]);
    await here.clear('pre*');
    const [generation = 0] = await here.bump(['tag:x']);
    await here.deleteMany(['last']);
    await Promise.all([
      far.until(() => far.invalidations.length === 5),
      near.until(() => near.landings.length === 3),
    ]);

    const told = [
      { kind: 'key', key: 'a{1}' },
      { kind: 'key', key: '' },
      { kind: 'prefix', prefix: 'pre*' },
      { kind: 'counter', name: 'tag:x', generation },
      { kind: 'key', key: 'last' },
    ];
    expect(far.invalidations).toHaveLength(told.length);
    expect(far.invalidations).toEqual(expect.arrayContaining(told));
    expect(near.invalidations).toEqual([]);
  });

  it('stays trusted under many invalidations of many publishers', async () => {
    const prefix = ownPrefix();
    await using listening = storeOver(client(), { prefix });
    const recorder = new Recorder();
    await using _ = await listening.subscribe(recorder);
    await recorder.trusted();
    const stores = Array.from({ length: 4 }, () => storeOver(client(), { prefix }));
    const others = await Promise.all(stores.map((store) => store.subscribe(new Recorder())));

    const keys = Array.from({ length: 100 }, (_key, i) => `key ${i}`);
    for (let round = 0; round < 5; round++) await Promise.all(stores.map((store) => store.deleteMany(keys)));
    await recorder.until(() => recorder.keys.length === 2000);

    expect(recorder.states.filter((state) => state === 'doubtful').length).toBeLessThanOrEqual(1);
    expect(recorder.state).toBe('trusted');
    expect(listening.statistics.doubts).toBe(0);
    for (const other of others) await other[Symbol.asyncDispose]();
    for (const store of stores) await store[Symbol.asyncDispose]();
  });

  it('ignores and counts what is no message of its own', async () => {
    const prefix = ownPrefix();
    await using store = storeOver(client(), { prefix });
    const recorder = new Recorder();
    await using _ = await store.subscribe(recorder);
    await recorder.trusted();

    const hostile = [
      '',
      'hello',
      '{"kind":"key","key":"x"}',
      'P1',
      'P1k',
      'P1l',
      `P1k${anybody}1`,
      `P1k${anybody}:x`,
      `P1k${anybody}-1:x`,
      `P1k${anybody}zzzzzzzzzzz:x`,
      `P1kAA AA/AA\n:1:x`,
      `P1c${anybody}1:x`,
      `P1c${anybody}1:99999999999999999999:x`,
      `P1c${anybody}1:-1:x`,
      `P1c${anybody}1:1:`,
      `P1b${anybody}1:x`,
      `P1x${anybody}1:x`,
      `P2k${anybody}1:x`,
      Buffer.from([0xff, 0xfe, 0, 1]),
    ];
    for (const text of hostile) await voice().publish(`${prefix}bus`, text);
    await voice().publish(`${prefix}bus`, `P1k${anybody}1:real`);
    await recorder.until(() => recorder.keys.includes('real'));

    expect(recorder.invalidations).toEqual([{ kind: 'key', key: 'real' }]);
    expect(store.statistics.ignoredMessages).toBe(hostile.length);
  });

  it('falls into doubt when a number is missing, and is trusted anew', async () => {
    const prefix = ownPrefix();
    await using store = storeOver(client(), { prefix });
    const recorder = new Recorder();
    await using _ = await store.subscribe(recorder);
    await recorder.trusted();
    const seen = recorder.states.length;

    await voice().publish(`${prefix}bus`, `P1k${anybody}1:key`);
    await recorder.until(() => recorder.keys.length === 1);
    for (const sequence of [3, 4]) await voice().publish(`${prefix}bus`, `P1k${anybody}${sequence}:key`);
    await recorder.until(() => recorder.states.length >= seen + 2 && recorder.state === 'trusted');

    expect(recorder.states.slice(seen)).toEqual(['doubtful', 'trusted']);
    expect(recorder.keys).toEqual(['key', 'key', 'key']);
  });

  it('falls into doubt at once when more is missing than can be waited for', async () => {
    const prefix = ownPrefix();
    await using store = storeOver(client(), { prefix });
    const recorder = new Recorder();
    await using _ = await store.subscribe(recorder);
    await recorder.trusted();

    await voice().publish(`${prefix}bus`, `P1k${anybody}1:key`);
    await voice().publish(`${prefix}bus`, `P1k${anybody}zzzzz:key`);
    await recorder.until(() => recorder.state === 'doubtful');
    await recorder.trusted();

    expect(store.statistics.doubts).toBe(1);
  });

  it('falls into doubt when a beat tells of a message that never came', async () => {
    const prefix = ownPrefix();
    await using store = storeOver(client(), { prefix });
    const recorder = new Recorder();
    await using _ = await store.subscribe(recorder);
    await recorder.trusted();

    await voice().publish(`${prefix}bus`, `P1k${anybody}1:key`);
    await recorder.until(() => recorder.keys.length === 1);
    await voice().publish(`${prefix}bus`, `P1b${anybody}2:7`);
    await recorder.until(() => recorder.state === 'doubtful');
    await recorder.trusted();

    expect(store.statistics.doubts).toBe(1);
  });

  it('takes messages that overtook each other for what they are', async () => {
    const prefix = ownPrefix();
    await using store = storeOver(client(), { prefix });
    const recorder = new Recorder();
    await using _ = await store.subscribe(recorder);
    await recorder.trusted();

    await Promise.all(
      [2, 1, 5, 4, 3].map((sequence) =>
        voice().publish(`${prefix}bus`, `P1k${anybody}${sequence}:${sequence}`),
      ),
    );
    await recorder.until(() => recorder.keys.length === 5);
    const afterwards = new Recorder();
    await store.subscribe(afterwards);

    expect(afterwards.states).toEqual(['trusted']);
    expect(store.statistics.doubts).toBe(0);
  });

  it('is one connection for all listeners of a store, gone when the last has left', async () => {
    const prefix = ownPrefix();
    await using store = storeOver(client(), { prefix });
    await using other = storeOver(client(), { prefix });
    const [first, second] = [new Recorder(), new Recorder()];
    const one = await store.subscribe(first);
    const two = await store.subscribe(second);
    await Promise.all([first.trusted(), second.trusted()]);

    await one[Symbol.asyncDispose]();
    await other.deleteMany(['key']);
    await second.until(() => second.keys.length === 1);
    await two[Symbol.asyncDispose]();
    await two[Symbol.asyncDispose]();

    expect(first.keys).toEqual([]);
    expect(second.keys).toEqual(['key']);
  });
});
