import { describeWith } from '@perf/services/vitest';
import { describe, expect, it } from 'vitest';
import { openCluster, openers, ownPrefix, storeOver } from './clients.ts';
import { Recorder } from './recorder.ts';

describeWith('redis', 'RedisStore in tracking mode', (url) => {
  describe.each(Object.entries(openers))('over %s', (_, open) => {
    it('tells of writes of foreign programs, of expiry and of deletes', async () => {
      const client = await open(url);
      const prefix = ownPrefix();
      await using store = storeOver(client, { prefix, tracking: true });
      await store.setMany([
        { key: 'deleted, and {more}', value: Buffer.from('v'), expiresAt: Infinity },
        { key: 'short', value: Buffer.from('v'), expiresAt: Date.now() + 50 },
      ]);
      const recorder = new Recorder();
      await store.subscribe(recorder);
      await recorder.trusted();

      await client.set(`${prefix}{written}:v`, 'foreign');
      await client.set(`${prefix}{lease}:l`, 'no value');
      await client.del(`${prefix}{deleted, and %7Bmore%7D}:v`);
      await recorder.until(() => recorder.keys.length >= 3);

      expect(recorder.keys.toSorted()).toEqual(['deleted, and {more}', 'short', 'written']);
      client.disconnect();
    });

    it('is trusted anew when the connection that asks for tracking is cut', async () => {
      const client = await open(url);
      const prefix = ownPrefix();
      await using store = storeOver(client, { prefix, tracking: true });
      const recorder = new Recorder();
      await store.subscribe(recorder);
      await recorder.trusted();
      const seen = recorder.states.length;

      const clients = String(await client.call('client', 'list', 'type', 'normal')).split('\n');
      const tracker = clients.find((line) => line.includes(' flags=tB') || / flags=\w*B/.test(line));
      await client.call('client', 'kill', 'id', /id=(\d+)/.exec(tracker ?? '')?.[1] ?? '');
      await recorder.until(() => recorder.states.length > seen);
      await recorder.trusted();
      await client.set(`${prefix}{written}:v`, 'foreign');
      await recorder.until(() => recorder.keys.includes('written'));

      expect(recorder.states.slice(seen)).toContain('blind');
      client.disconnect();
    });
  });
});

describeWith('redisCluster', 'RedisStore in tracking mode on a Cluster', (urls) => {
  it('is refused', async () => {
    const cluster = await openCluster(urls);

    expect(() => storeOver(cluster, { tracking: true })).toThrow(
      expect.objectContaining({ code: 'ERR_PERF_UNSUPPORTED' }),
    );
    cluster.disconnect();
  });
});
