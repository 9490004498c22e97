import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { redisOptions } from '@perf/cache-redis';
import { startRedisSentinel, type RedisSentinel } from '@perf/services';
import { describeWith } from '@perf/services/vitest';
import { Redis } from 'ioredis';
import { Redis as Redis6 } from 'ioredis-6';
import { expect, it, vi } from 'vitest';
import { openNode, Source } from './nodes.ts';

/** The options of ioredis that say where the master is. */
type Sentinels = Pick<RedisSentinel, 'sentinels' | 'name'>;

/** The clients that a store must work over, by name; they ask a Sentinel for their master. */
const clients = {
  'ioredis 5': (sentinels: Sentinels) => heeded(new Redis({ ...sentinels, ...redisOptions })),
  'ioredis 6': (sentinels: Sentinels) => heeded(new Redis6({ ...sentinels, ...redisOptions })),
};

function heeded<Client extends Redis | Redis6>(client: Client): Client {
  client.on('error', () => undefined);
  return client;
}

describeWith('redis', 'a cache on Redis by Sentinel', () => {
  it.each([
    ['is killed, over ioredis 5', 'ioredis 5', 'SIGKILL'],
    ['is killed, over ioredis 6', 'ioredis 6', 'SIGKILL'],
    ['hangs', 'ioredis 5', 'SIGSTOP'],
  ] as const)('obeys what was invalidated in the outage when the master %s', async (_, version, signal) => {
    await using servers = await startRedisSentinel();
    const { master, name, sentinels } = servers;
    const prefix = `${randomUUID()}:`;
    await using a = await openNode(clients[version]({ name, sentinels }), prefix);
    await using b = await openNode(clients[version]({ name, sentinels }), prefix);
    const source = new Source();
    expect(await a.cache.getOrSet('k', () => source.load())).toBe(1);
    await a.cache.flush();
    expect(await b.cache.getOrSet('k', () => source.load())).toBe(1);
    expect(source.loads).toBe(1);
    // The replica has the old value too: only the journal can take it away there.
    await a.redis.call('wait', 1, 0);

    await master.kill(signal);
    await Promise.all([a, b].map(({ bus }) => bus.until(() => bus.state === 'blind')));
    source.version = 2;
    const { delivered } = await a.cache.delete('k');
    const meanwhile = await b.cache.getOrSet('another', () => source.load());
    await Promise.all([a, b].map(({ bus }) => bus.trusted()));

    await vi.waitFor(async () => expect(await b.cache.getOrSet('k', () => source.load())).toBe(2), 1000);
    expect({ delivered, meanwhile }).toEqual({ delivered: 'journaled', meanwhile: 2 });
    // The journal may be carried out once more, and take away what came after it.
    await vi.waitFor(async () => {
      await b.cache.getOrSet('k', () => source.load());
      await b.cache.flush();
      expect(await a.cache.get('k')).toMatchObject({ value: 2 });
      await a.cache.set('after', 'set on the new master');
      expect(await b.cache.get('after')).toMatchObject({ value: 'set on the new master', tier: 'redis' });
    }, 5000);
  });

  it.each(['ioredis 5', 'ioredis 6'] as const)(
    'is found past a Sentinel that hangs, over %s',
    async (version) => {
      await using servers = await startRedisSentinel();
      await using silent = createServer((socket) => void socket.resume()).listen(0, '127.0.0.1');
      await once(silent, 'listening');
      const address = silent.address();
      const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
      const sentinels = [{ host: '127.0.0.1', port }, ...servers.sentinels];

      await using node = await openNode(
        clients[version]({ name: servers.name, sentinels }),
        `${randomUUID()}:`,
      );

      expect(node.bus.state).toBe('trusted');
    },
  );
});
