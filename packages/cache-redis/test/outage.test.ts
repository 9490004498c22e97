import { setTimeout as delay } from 'node:timers/promises';
import { startOutageRedis, type OutageRedis } from '@perf/services';
import { describeWith } from '@perf/services/vitest';
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { openers, openRedis, storeOver } from './clients.ts';
import { Recorder } from './recorder.ts';
import { startProxy } from './silencing-proxy.ts';

/** A machine that others share answers late; what takes longer than this hangs. */
const soonMs = 5000;
/** As recommended. */
const brief = {};

describeWith('redis', 'RedisStore in an outage', () => {
  let server: OutageRedis;
  let client: Redis;
  beforeAll(async () => {
    server = await startOutageRedis();
  });
  afterAll(() => server[Symbol.asyncDispose]());
  beforeEach(async () => {
    client = await openRedis(server.url, brief);
  });
  afterEach(async () => {
    client.disconnect();
    if (server.pid === undefined) await server.restart();
  });

  it.each(Object.entries(openers))(
    'over %s is blind when the server is killed, and trusted soon after it is back',
    async (_, open) => {
      const ours = await open(server.url, brief);
      await using store = storeOver(ours);
      const recorder = new Recorder();
      await store.subscribe(recorder);
      await recorder.trusted();

      await server.kill('SIGKILL');
      await recorder.until(() => recorder.state === 'blind');
      const failed = await store.deleteMany(['key']).catch((error: unknown) => error);
      await delay(1500);
      await server.restart();
      const restarted = performance.now();
      await recorder.trusted();

      expect(performance.now() - restarted).toBeLessThan(soonMs);
      expect(failed).toMatchObject({
        code: 'ERR_PERF_TIER_UNAVAILABLE',
        message: 'Redis did not answer a delete of 1 keys',
      });
      expect(await store.getMany(['key'])).toEqual([undefined]);
      ours.disconnect();
    },
  );

  it('is blind while the server is paused, fails calls within their bound, and is trusted when it goes on', async () => {
    await using store = storeOver(client);
    const recorder = new Recorder();
    await using _ = await store.subscribe(recorder);
    await recorder.trusted();

    await server.kill('SIGSTOP');
    const asked = performance.now();
    await expect(store.getMany(['key'])).rejects.toMatchObject({ code: 'ERR_PERF_TIER_UNAVAILABLE' });
    expect(performance.now() - asked).toBeLessThan(soonMs);
    await recorder.until(() => recorder.state === 'blind');
    await server.kill('SIGCONT');
    await recorder.trusted();

    expect(recorder.state).toBe('trusted');
  });

  it('is blind when its listening connection is cut, and trusted on a new one', async () => {
    await using store = storeOver(client);
    const recorder = new Recorder();
    await using _ = await store.subscribe(recorder);
    await recorder.trusted();

    await client.client('KILL', 'TYPE', 'pubsub');
    await recorder.until(() => recorder.state !== 'trusted');
    await recorder.trusted();
    await store.deleteMany(['key']);
    await recorder.until(() => recorder.landings.length === 1);

    expect(recorder.states).toContain('blind');
  });

  it('is trusted anew when the client itself was cut off, since another server may answer now', async () => {
    await using store = storeOver(client);
    const recorder = new Recorder();
    await using _ = await store.subscribe(recorder);
    await recorder.trusted();
    const seen = recorder.states.length;

    await using admin = {
      client: await openRedis(server.url, brief),
      [Symbol.asyncDispose]: async () => undefined,
    };
    await admin.client.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
    await recorder.until(() => recorder.states.length > seen);
    await recorder.trusted();
    admin.client.disconnect();

    expect(recorder.states.slice(seen)).toContain('doubtful');
  });

  it('falls into doubt when it hears nothing while the server answers, and heals itself', async () => {
    await using proxy = await startProxy(server.url);
    const ours = await openRedis(proxy.url, brief);
    await using store = storeOver(ours);
    const recorder = new Recorder();
    await using _ = await store.subscribe(recorder);
    await recorder.trusted();
    const seen = recorder.states.length;

    proxy.silence();
    await recorder.until(() => recorder.state === 'doubtful');
    await recorder.trusted();

    expect(recorder.states.slice(seen)).toEqual(['doubtful', 'trusted']);
    ours.disconnect();
  });

  it('can be made and listened to before the server is there, and disposed meanwhile', async () => {
    await server.kill('SIGKILL');
    const store = storeOver(client);
    const recorder = new Recorder();
    await store.subscribe(recorder);

    await expect(store.lease('key', { token: 't', leaseMs: 1000, counters: ['c'] })).rejects.toMatchObject({
      code: 'ERR_PERF_TIER_UNAVAILABLE',
    });
    await store[Symbol.asyncDispose]();

    expect(recorder.states).toEqual(['blind']);
  });

  it('leaves no connection behind, and the client as it was', async () => {
    const store = storeOver(client);
    const recorder = new Recorder();
    await store.subscribe(recorder);
    await recorder.trusted();
    const listeners = client.listenerCount('ready');

    await store[Symbol.asyncDispose]();
    while (String(await client.call('client', 'list', 'type', 'pubsub')) !== '') await delay(5);

    expect(client.status).toBe('ready');
    expect(client.listenerCount('ready')).toBe(listeners - 1);
    await expect(store.subscribe(new Recorder())).rejects.toMatchObject({ code: 'ERR_PERF_DISPOSED' });
  });
});
